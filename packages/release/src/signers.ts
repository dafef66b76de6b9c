import type { LoadedPolicy } from '@bulkhead/policy'
import { type RosterEntry, rosterOf } from '@bulkhead/signatures'
import type { Finding } from '@bulkhead/vocabulary'
import { trustedSignersOf } from './trusted-signers.ts'
import { worktreePolicy } from './working-policy.ts'
import type { Workspace } from './workspace.ts'

/** Whom a certificate authority or Sigstore must vouch for: no key is known beforehand. */
export interface NamedIdentity {
  readonly principal: string
  readonly format: 'x509' | 'gitsign'
  readonly identity: string
}

/** Everybody who may sign, by the policy of the work tree. */
export interface SignersResult {
  readonly keys: readonly RosterEntry[]
  readonly identities: readonly NamedIdentity[]
  /** What signs nothing, and why. */
  readonly findings: readonly Finding[]
}

/** Reads the signers of the work tree, committed or not. @throws InputError */
export async function listSigners(workspace: Workspace): Promise<SignersResult> {
  const policy = await worktreePolicy(workspace)
  const keys = rosterOf(await trustedSignersOf(policy), workspace.clock.now())
  const identities = identitiesOf(policy)
  return { keys, identities, findings: [...unusable(keys), ...keyless(policy, keys, identities)] }
}

const identitiesOf = ({ policy }: LoadedPolicy): readonly NamedIdentity[] =>
  Object.entries(policy.signing.principals).flatMap(([principal, { x509, gitsign }]) => [
    ...x509.map((identity): NamedIdentity => ({ principal, format: 'x509', identity })),
    ...gitsign.map(({ issuer, identity }): NamedIdentity => ({
      principal,
      format: 'gitsign',
      identity: `${identity} by ${issuer}`,
    })),
  ])

const WHY: Readonly<Record<Exclude<RosterEntry['standing'], 'valid' | 'not-yet-valid'>, string>> = {
  expired: 'is expired',
  revoked: 'is revoked',
  unusable: 'is too weak, or of a kind that is not verified',
}

const unusable = (keys: readonly RosterEntry[]): readonly Finding[] =>
  keys.flatMap(({ principal, fingerprint, standing }): readonly Finding[] =>
    standing === 'valid' || standing === 'not-yet-valid'
      ? []
      : [
          {
            code: 'policy/unusable-signer',
            subject: `${principal.name}: ${fingerprint}`,
            message: `the key ${WHY[standing]}`,
            remedy: `remove it, and add a new one with \`bulkhead signers add ${principal.committers[0] ?? 'EMAIL'} --key FILE.pub\``,
          },
        ],
  )

function keyless(
  { policy }: LoadedPolicy,
  keys: readonly RosterEntry[],
  identities: readonly NamedIdentity[],
): readonly Finding[] {
  const signing = new Set([
    ...keys.map(({ principal }) => principal.name),
    ...identities.map(({ principal }) => principal),
  ])
  return Object.entries(policy.signing.principals).flatMap(([name, { committers }]) =>
    signing.has(name)
      ? []
      : [
          {
            code: 'policy/unusable-signer' as const,
            subject: `signing.principals.${name}`,
            message: 'has no key, so nobody can sign as them',
            remedy: `give them one: \`bulkhead signers add ${committers[0] ?? 'EMAIL'} --key FILE.pub\`; or remove them`,
          },
        ],
  )
}
