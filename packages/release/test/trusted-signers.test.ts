import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { type LoadedPolicy, initialPolicyText, parsePolicy } from '@bulkhead/policy'
import { judgeCommit } from '@bulkhead/signatures'
import { blobId, commitId, digest } from '@bulkhead/vocabulary'
import { expect, it } from 'vitest'
import { trustedSignersOf } from '../src/trusted-signers.ts'

const fixture = (name: string) =>
  readFile(new URL(`../../signatures/test/fixtures/gitsign/${name}`, import.meta.url))

const SIGNING = `
signing:
  principals:
    billy:
      committers: [billy@chainguard.dev]
      x509: [billy@chainguard.dev]
      gitsign:
        - issuer: https://accounts.google.com
          identity: billy@chainguard.dev
  x509:
    roots: x509/roots.pem
  sigstore:
    trusted-root: sigstore/trusted_root.json
`

async function policyWith(signing: string): Promise<LoadedPolicy> {
  const text = initialPolicyText({
    suites: [{ name: 'security', command: ['npm', 'test'], reports: ['r.xml'] }],
    build: { artifacts: ['dist/a.mjs'] },
    environment: 'production',
    start: ['node', '{artifact}'],
    voucherSeparation: 'local',
  })
  const parsed = parsePolicy(Buffer.from(text + signing), 'bulkhead.yml')
  if (!parsed.ok) throw new TypeError(JSON.stringify(parsed.findings))
  const trustedRoot = await fixture('trusted_root.json')
  const der = /"rawBytes":\s*"(MIIB9zCCAXyg[^"]+)"/.exec(trustedRoot.toString())?.[1] ?? ''
  const pem = `-----BEGIN CERTIFICATE-----\n${der}\n-----END CERTIFICATE-----\n`
  return {
    policy: parsed.policy,
    trustedRef: commitId('a'.repeat(40)),
    blob: blobId('0'.repeat(40)),
    digest: digest(`sha256:${'0'.repeat(64)}`),
    files: new Map([
      ['.bulkhead/allowed_signers', Buffer.from(SSH)],
      ['x509/roots.pem', Buffer.from(pem)],
      ['sigstore/trusted_root.json', trustedRoot],
    ]),
  }
}

const SSH = `someone@example.test ssh-ed25519 ${Buffer.concat([
  Buffer.from('0000000b7373682d6564323535313900000020', 'hex'),
  Buffer.alloc(32, 1),
]).toString('base64')}\n`

it('a policy names X.509 roots and Sigstore identities, and they count', async () => {
  const bytes = await fixture('offline.commit')
  const id = createHash('sha1').update(`commit ${bytes.length}\0`).update(bytes).digest('hex')
  const judge = async (signing: string) => {
    const trusted = await trustedSignersOf(await policyWith(signing))
    expect(trusted.x509?.roots).toHaveLength(1)
    const request = { commit: commitId(id), bytes, receiptTime: Date.UTC(2026, 0, 1) }
    return judgeCommit({ ...request, ...trusted })
  }
  expect(await judge(SIGNING)).toMatchObject({ verdict: 'passed', principal: 'billy' })
  const other = SIGNING.replace('identity: billy', 'identity: bully')
  expect(await judge(other)).toMatchObject({ findings: [{ code: 'signature/unknown-signer' }] })
})

it('a named file that the trusted ref lacks is said, not passed over', async () => {
  const policy = await policyWith(SIGNING)
  const files = new Map(policy.files)
  files.delete('x509/roots.pem')
  await expect(trustedSignersOf({ ...policy, files })).rejects.toMatchObject({
    findings: [{ code: 'policy/missing-file', subject: 'x509/roots.pem' }],
  })
})
