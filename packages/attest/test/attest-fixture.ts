import {
  type Signer,
  type TrustedKey,
  generateKeyPair,
  parsePrivateKey,
  parsePublicKey,
} from '@bulkhead/envelope'
import type { Verdict } from '@bulkhead/gate'
import { commitId, digest, treeId } from '@bulkhead/vocabulary'
import type { VerificationRequest } from '../src/index.ts'

export function keyPair(name: string): { readonly signer: Signer; readonly key: TrustedKey } {
  const pair = generateKeyPair()
  return {
    signer: parsePrivateKey(pair.privateKey, name),
    key: parsePublicKey(pair.publicKey, name),
  }
}

export const NOW = Date.parse('2026-01-31T12:00:00.000Z')
export const at = (minutes: number): string => new Date(NOW + minutes * 60_000).toISOString()
const sha256 = (digit: string) => digest(`sha256:${digit.repeat(64)}`)

/** A verdict of one minute ago that stands for an hour. */
export function verdictOf(
  bindings: Partial<Verdict['bindings']> = {},
  rest: Partial<Omit<Verdict, 'bindings'>> = {},
): Verdict {
  return {
    outcome: 'PASS',
    mode: 'enforce',
    program: sha256('0'),
    bindings: {
      commit: commitId('a'.repeat(40)),
      tree: treeId('b'.repeat(40)),
      base: commitId('c'.repeat(40)),
      artifacts: [
        { name: 'dist/app.tgz', digest: sha256('d') },
        { name: 'dist/assets.tgz', digest: sha256('e') },
      ],
      policyDigest: sha256('f'),
      environment: 'production',
      issuedAt: at(-1),
      expiresAt: at(59),
      ...bindings,
    },
    counts: { commits: 3, tests: 40, passed: 40 },
    inventories: { security: sha256('1'), 'tenant-isolation': sha256('2') },
    runs: [
      {
        suite: 'security',
        leg: '',
        shard: { index: 1, of: 1 },
        record: sha256('3'),
        voucher: 'voucher.pub',
        separation: 'process',
      },
    ],
    policyChange: { loosened: [], approvers: [] },
    waived: [],
    findings: [],
    ...rest,
  }
}

/** What the deploy step expects when nothing is wrong. */
export function expectedOf(
  changes: Partial<Verdict['bindings']> = {},
): VerificationRequest['expected'] {
  const { issuedAt: _issued, expiresAt: _expires, ...expected } = verdictOf(changes).bindings
  return expected
}

export const finding = {
  code: 'gate/failed-test',
  subject: 'isolation > reads only its own',
  message: 'it failed',
  remedy: 'mend it',
} as const
