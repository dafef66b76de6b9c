import { type KeyAlgorithm, type TrustedKey, parsePublicKey } from '@bulkhead/envelope'
import type { FileKeyPolicy, LoadedPolicy, VoucherKeyPolicy } from '@bulkhead/policy'
import { InputError } from '@bulkhead/vocabulary'
import type { KeyRole } from './workspace.ts'

/**
 * A ledger's checkpoints are C2SP notes, which know Ed25519 only, and vouchers hold keys of their own.
 * Statements may be signed by either kind, for a key service signs long ones with ECDSA alone.
 */
const ALGORITHMS: Readonly<Record<KeyRole, readonly [KeyAlgorithm, ...KeyAlgorithm[]]>> = {
  voucher: ['ed25519'],
  builder: ['ed25519', 'ecdsa-p256'],
  gate: ['ed25519', 'ecdsa-p256'],
  ledger: ['ed25519'],
}

/** A public key that the trusted ref names, with what the policy says of it. */
export type NamedKey<Entry> = TrustedKey & { readonly entry: Entry }

/** The public keys that the trusted ref names for a role, read from the trusted ref itself. */
export const trustedKeys = (policy: LoadedPolicy, role: KeyRole): readonly TrustedKey[] =>
  policy.policy.keys[role].flatMap((entry) =>
    'file' in entry ? [readKey(policy, role, entry)] : [],
  )

/** The keys of a role that a key service may hold. */
export const signingKeys = (
  policy: LoadedPolicy,
  role: Exclude<KeyRole, 'voucher'>,
): readonly NamedKey<FileKeyPolicy>[] =>
  policy.policy.keys[role].flatMap((entry) =>
    'file' in entry ? [{ ...readKey(policy, role, entry), entry }] : [],
  )

/** The keys that may vouch for a run, with how far each is from the tests. */
export const voucherKeys = (policy: LoadedPolicy): readonly NamedKey<VoucherKeyPolicy>[] =>
  policy.policy.keys.voucher.flatMap((entry) =>
    'file' in entry ? [{ ...readKey(policy, 'voucher', entry), entry }] : [],
  )

function readKey(
  policy: LoadedPolicy,
  role: KeyRole,
  { file }: { readonly file: string },
): TrustedKey {
  const bytes = policy.files.get(file)
  if (bytes !== undefined) return parsePublicKey(bytes, file, ALGORITHMS[role])
  throw new InputError({
    code: 'policy/missing-file',
    subject: file,
    message: `the trusted ref ${policy.trustedRef} has no such file`,
    remedy: `commit the public key at ${file}`,
  })
}
