import { type TrustedKey, parsePublicKey } from '@bulkhead/envelope'
import type { LoadedPolicy } from '@bulkhead/policy'
import { InputError } from '@bulkhead/vocabulary'
import type { KeyRole } from './workspace.ts'

/** The public keys that the trusted ref names for a role, read from the trusted ref itself. */
export function trustedKeys(policy: LoadedPolicy, role: KeyRole): readonly TrustedKey[] {
  return policy.policy.keys[role].map(({ file }) => {
    const bytes = policy.files.get(file)
    if (bytes !== undefined) return parsePublicKey(bytes, file)
    throw new InputError({
      code: 'policy/missing-file',
      subject: file,
      message: `the trusted ref ${policy.trustedRef} has no such file`,
      remedy: `commit the public key at ${file}`,
    })
  })
}
