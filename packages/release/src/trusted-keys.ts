import {
  type KeyAlgorithm,
  type TrustedKey,
  type TrustedSigner,
  parsePublicKey,
} from '@bulkhead/envelope'
import type { FileKeyPolicy, KeylessPolicy, LoadedPolicy, VoucherKeyPolicy } from '@bulkhead/policy'
import { type RootFile, trustedIdentity } from '@bulkhead/signers'
import { InputError } from '@bulkhead/vocabulary'
import type { KeyRole } from './workspace.ts'

/**
 * Vouchers hold keys of their own, in files. The others may lie in a key service, which signs long
 * statements and entries with ECDSA alone.
 */
const ALGORITHMS: Readonly<Record<KeyRole, readonly [KeyAlgorithm, ...KeyAlgorithm[]]>> = {
  voucher: ['ed25519'],
  builder: ['ed25519', 'ecdsa-p256'],
  gate: ['ed25519', 'ecdsa-p256'],
  ledger: ['ed25519', 'ecdsa-p256'],
}

/** A public key that the trusted ref names, with what the policy says of it. */
export type NamedKey<Entry> = TrustedKey & { readonly entry: Entry }

/** The public keys that the trusted ref names for a role, read from the trusted ref itself. */
export const trustedKeys = (policy: LoadedPolicy, role: KeyRole): readonly TrustedKey[] =>
  policy.policy.keys[role].flatMap((entry) =>
    'file' in entry ? [readKey(policy, role, entry)] : [],
  )

/** Who may sign the statements of a role: keys, and workflows known to Sigstore. */
export async function statementSigners(
  policy: LoadedPolicy,
  role: 'builder' | 'gate',
): Promise<readonly TrustedSigner[]> {
  const identities = policy.policy.keys[role].flatMap((entry) =>
    'sigstore' in entry ? [trustedIdentity(entry.sigstore, rootOf(policy, entry))] : [],
  )
  return [...trustedKeys(policy, role), ...(await Promise.all(identities))]
}

/** The trusted root of an identity; undefined for the one that is built in. */
export function rootOf(
  policy: LoadedPolicy,
  { sigstore: { trustedRoot } }: KeylessPolicy,
): RootFile | undefined {
  return trustedRoot === undefined
    ? undefined
    : { path: trustedRoot, bytes: fileAt(policy, trustedRoot) }
}

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

const readKey = (
  policy: LoadedPolicy,
  role: KeyRole,
  { file }: { readonly file: string },
): TrustedKey => parsePublicKey(fileAt(policy, file), file, ALGORITHMS[role])

function fileAt(policy: LoadedPolicy, file: string): Buffer {
  const bytes = policy.files.get(file)
  if (bytes !== undefined) return bytes
  throw new InputError({
    code: 'policy/missing-file',
    subject: file,
    message: `the trusted ref ${policy.trustedRef} has no such file`,
    remedy: `commit the file at ${file}`,
  })
}
