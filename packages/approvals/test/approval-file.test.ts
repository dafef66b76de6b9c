import { parseAllowedSigners } from '@bulkhead/signatures'
import { makeSshSigner } from '@bulkhead/testkit'
import { commitId, digest } from '@bulkhead/vocabulary'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Approval, approvalFile, bytesToSign, openApproval } from '../src/index.ts'

const NAMESPACE = 'bulkhead-approval'
const ada = makeSshSigner('Ada')
const bot = makeSshSigner('Bot')
const genesis = commitId('a'.repeat(40))
const NOW = Date.UTC(2026, 5, 2)
const approval: Approval = {
  version: '1',
  kind: 'amendment',
  genesis,
  subject: {
    suite: 'isolation',
    path: 'test/a.test.ts',
    from: digest(`sha256:${'1'.repeat(64)}`),
    to: null,
  },
  reason: 'gone for good',
  created: '2026-06-01T00:00:00.000Z',
  expires: '2026-06-08T00:00:00.000Z',
}
const sign = (by = ada, namespace = NAMESPACE, what = approval) =>
  approvalFile(what, by.sign(bytesToSign(what), { namespace }))

function open(
  bytes: Uint8Array,
  { line = `namespaces="git,${NAMESPACE}"`, now = NOW, at = genesis } = {},
) {
  const text = `${ada.email} ${line} ${ada.publicKey}\n${bot.email} ${bot.publicKey}\n`
  const principals = [{ name: 'bot', role: 'bot' as const, committers: [bot.email] }]
  const allowedSigners = parseAllowedSigners(Buffer.from(text), 'allowed_signers', principals)
  const opened = openApproval(bytes, {
    genesis: at,
    now,
    trusted: { allowedSigners },
    name: 'a.json',
  })
  return opened.kind === 'approved' ? opened.approver.name : opened.finding.code
}

describe('an approval', () => {
  it('is opened for whoever signed it', () => {
    expect(open(sign())).toBe(ada.email)
    expect(open(sign(), { line: '' })).toBe(ada.email)
  })

  it.each<readonly [string, string, () => string]>([
    ['by a bot', 'approval/not-a-person', () => open(sign(bot))],
    ['by a stranger', 'approval/unknown-approver', () => open(sign(makeSshSigner('Eve')))],
    ['signed for git', 'approval/unknown-approver', () => open(sign(ada, 'git'))],
    [
      'by a key for git alone',
      'approval/unknown-approver',
      () => open(sign(), { line: 'namespaces="git"' }),
    ],
    [
      'by a key that is over',
      'approval/unknown-approver',
      () => open(sign(), { line: 'valid-before="20260101Z"' }),
    ],
    ['before its time', 'approval/expired', () => open(sign(), { now: Date.UTC(2026, 4, 31) })],
    ['after its time', 'approval/expired', () => open(sign(), { now: Date.UTC(2026, 5, 8) })],
    [
      'of another repository',
      'approval/wrong-repository',
      () => open(sign(), { at: commitId('b'.repeat(40)) }),
    ],
    [
      'with a signature of another',
      'approval/unknown-approver',
      () =>
        open(
          approvalFile(
            { ...approval, reason: 'x' },
            ada.sign(bytesToSign(approval), { namespace: NAMESPACE }),
          ),
        ),
    ],
  ])('%s counts for nothing', (_name, code, opened) => {
    expect(opened()).toBe(code)
  })

  it('counts for nothing once any byte of it is another', () => {
    const good = sign()
    const change = fc.property(fc.nat(good.length - 1), fc.nat(255), (index, value) => {
      const bytes = Buffer.from(good)
      bytes[index] = value
      expect(open(bytes) === ada.email).toBe(bytes.equals(good))
    })
    fc.assert(change, { numRuns: 2_000 })
    for (let end = 0; end < good.length; end += 1)
      expect(open(good.subarray(0, end))).toBe('approval/malformed')
  })
})
