import { holds } from '../crypto-check.ts'
import type { Principal } from '../principal.ts'
import { type Reading, type Refusal, read, refuse } from '../refusal.ts'
import type { TrustedSigners } from '../signature-format.ts'
import { isValidAt, objectToRevoked, objectToUntouched } from './judge-claim.ts'
import { isCertificate } from './ssh-certificate.ts'
import { checkOf } from './ssh-check.ts'
import { fingerprint, readSshKey } from './ssh-key.ts'
import { readSshSignature } from './ssh-signature.ts'

/** Bytes that somebody signed with `ssh-keygen -Y sign`, for a purpose of their own. */
export interface SshStatement {
  readonly bytes: Buffer
  /** The armored signature, with nothing around it. */
  readonly armor: string
  /** The purpose that it must have been made for, and that the signer's line must allow. */
  readonly namespace: string
  /** When it is judged, in milliseconds since the epoch. */
  readonly time: number
  readonly trusted: Pick<TrustedSigners, 'allowedSigners' | 'revokedKeys' | 'requireTouch'>
}

/** Who signed a statement, by the allowed signers; or why nobody whom they name did. */
export function signerOfStatement(statement: SshStatement): Reading<Principal> {
  const { bytes, armor, namespace, time, trusted } = statement
  const signature = readSshSignature(armor)
  if (signature.kind === 'refused') return signature
  const { keyBlob, token } = signature.value
  const print = fingerprint(keyBlob)
  if (isCertificate(keyBlob)) return refuse('signature/unsupported', 'is signed with a certificate')
  if (signature.value.namespace !== namespace)
    return refuse('signature/wrong-namespace', `was not signed for ${namespace}`)
  const revoked = objectToRevoked(keyBlob, trusted.revokedKeys)
  if (revoked !== undefined) return refused(revoked)
  const lines = trusted.allowedSigners.byKey.get(keyBlob.toString('base64')) ?? []
  const [line] = lines
  if (line === undefined)
    return refuse(
      'signature/unknown-signer',
      `the key ${print} is not in ${trusted.allowedSigners.path}`,
    )
  const key = line.key.kind === 'read' ? line.key : readSshKey(keyBlob)
  if (key.kind === 'refused') return key
  const check = checkOf(signature.value, key.value, [bytes])
  if (check.kind === 'refused') return check
  if (!holds(check.value)) return refuse('signature/invalid', 'its signature does not verify')
  const forThis = lines.filter(({ namespaces }) => namespaces?.includes(namespace) ?? true)
  if (forThis.length === 0)
    return refuse(
      'signature/wrong-namespace',
      `the line of the key ${print} does not allow the namespace ${namespace}`,
    )
  const valid = forThis.find((one) => isValidAt(one, time))
  if (valid === undefined)
    return refuse('signature/key-not-valid', `the key ${print} is outside of its validity`)
  const untouched =
    trusted.requireTouch === false ? undefined : objectToUntouched(keyBlob, token?.touched)
  return untouched === undefined ? read(valid.principal) : refused(untouched)
}

const refused = (refusal: Refusal): Reading<never> => ({ kind: 'refused', refusal })
