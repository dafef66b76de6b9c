import { type Signer, type StatementSigner, parsePrivateKey } from '@bulkhead/envelope'
import type { LoadedPolicy } from '@bulkhead/policy'
import { awsKeyService, serviceSigner, sigstoreSigner } from '@bulkhead/signers'
import { InputError, counted } from '@bulkhead/vocabulary'
import { rootOf, signingKeys, trustedKeys } from './trusted-keys.ts'
import type { KeyRole } from './workspace.ts'

/** Private keys that the caller brought, and where they came from (for messages). */
export interface Keyring {
  readonly source: string
  readonly signers: readonly Signer[]
}

const PEM_BLOCK = /-----BEGIN [A-Z ]+-----[\s\S]*?-----END [A-Z ]+-----/g

/**
 * Reads every private key of a text of PEM blocks.
 * @throws InputError `usage/missing-key` when there is none, `usage/wrong-key` for another kind of key
 */
export function parseKeyring(text: string, source: string): Keyring {
  const signers = [...text.matchAll(PEM_BLOCK)].map(([block]) =>
    parsePrivateKey(Buffer.from(`${block}\n`), source),
  )
  if (signers.length > 0) return { source, signers }
  throw new InputError({
    code: text.trim() === '' ? 'usage/missing-key' : 'usage/wrong-key',
    subject: source,
    message: 'holds no private key in PEM',
    remedy:
      'make keys with `bulkhead init`, or name a file of Ed25519 private keys in PEM with --keys FILE',
  })
}

/**
 * The key that the policy trusts for a role: a private one that the caller brought, or else that of the
 * key service which the policy names beside a public key. There is no choice to get wrong: a key that
 * the policy does not name could only sign what everybody refuses.
 * @throws InputError `usage/wrong-key`, `usage/missing-key`
 */
export function signerFor(role: KeyRole, keyring: Keyring, policy: LoadedPolicy): Signer {
  const signer = keyFor(role, keyring, policy)
  if (signer !== undefined) return signer
  throw noSigner(role, keyring, policy)
}

/**
 * The same for a role that signs statements only: where there is no key, the workflow that this job is,
 * if the policy names one.
 * @throws InputError `usage/wrong-key`, `usage/missing-key`
 */
export function statementSignerFor(
  role: 'builder' | 'gate',
  keyring: Keyring,
  policy: LoadedPolicy,
): StatementSigner {
  const key = keyFor(role, keyring, policy)
  if (key !== undefined) return key
  for (const entry of policy.policy.keys[role]) {
    if ('sigstore' in entry)
      return sigstoreSigner({ wanted: entry.sigstore, root: rootOf(policy, entry) })
  }
  throw noSigner(role, keyring, policy)
}

/**
 * Keys that may be the ledger's, likeliest first: that of the policy, and those that the caller brought
 * besides. The ledger itself may have put one of them in the place of a key of the policy.
 * @throws InputError as {@link signerFor} when there is none
 */
export function ledgerSigners(keyring: Keyring, policy: LoadedPolicy): readonly Signer[] {
  const named = keyFor('ledger', keyring, policy)
  const others = keyring.signers.filter(({ id }) => id !== named?.id)
  if (named === undefined && others.length === 0) throw noSigner('ledger', keyring, policy)
  return named === undefined ? others : [named, ...others]
}

function keyFor(role: KeyRole, keyring: Keyring, policy: LoadedPolicy): Signer | undefined {
  const trusted = trustedKeys(policy, role)
  return (
    keyring.signers.find((candidate) => trusted.some((key) => key.id === candidate.id)) ??
    (role === 'voucher' ? undefined : serviceFor(role, policy))
  )
}

function serviceFor(role: Exclude<KeyRole, 'voucher'>, policy: LoadedPolicy): Signer | undefined {
  for (const key of signingKeys(policy, role)) {
    if (key.entry.kms !== undefined) return serviceSigner(awsKeyService(key.entry.kms), key)
  }
  return undefined
}

function noSigner(role: KeyRole, { source, signers }: Keyring, policy: LoadedPolicy): InputError {
  const wanted = trustedKeys(policy, role)
    .map((key) => key.name)
    .join(' or ')
  return new InputError({
    code: signers.length === 0 ? 'usage/missing-key' : 'usage/wrong-key',
    subject: source,
    message: `it holds ${counted(signers.length, 'key')}, and no ${role} key of the policy at ${policy.trustedRef}`,
    remedy:
      wanted === '' ? `name a ${role} key in the policy` : `bring the private key of ${wanted}`,
  })
}
