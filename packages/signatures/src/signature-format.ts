import type { AllowedSigner, AllowedSigners } from './allowed-signers.ts'
import type { CommitSignature } from './commit-object.ts'
import type { CryptoCheck } from './crypto-check.ts'
import { type Reading, read, refuse } from './refusal.ts'
import { checkOf } from './ssh-check.ts'
import { readSshKey } from './ssh-key.ts'
import { readSshSignature } from './ssh-signature.ts'

export type SignatureFormat = 'ssh' | 'openpgp' | 'x509'

/** What a signature claims, and the check that proves it. Judged against policy and time afterwards. */
export interface SignatureClaim {
  readonly kind: 'claim'
  /** Lines of the policy that name the key; never empty. */
  readonly signers: readonly AllowedSigner[]
  readonly keyBlob: Buffer
  readonly namespace: string
  readonly check: CryptoCheck
  /** Whether somebody touched the security key; undefined for a key that is none. */
  readonly touched: boolean | undefined
}

/** A key that nobody allowed: what a maintainer needs to know to allow it. */
export interface UnknownKey {
  readonly kind: 'unknown-key'
  readonly keyBlob: Buffer
  /** `TYPE BASE64` as allowed_signers wants it. */
  readonly publicKey: string
}

type ClaimReading = Reading<SignatureClaim | UnknownKey>

/** Reads one kind of signature: the door for further formats. */
type SignatureReader = (signature: CommitSignature, allowedSigners: AllowedSigners) => ClaimReading

const ARMORS: readonly (readonly [string, SignatureFormat])[] = [
  ['-----BEGIN SSH SIGNATURE-----', 'ssh'],
  ['-----BEGIN PGP SIGNATURE-----', 'openpgp'],
  ['-----BEGIN PGP MESSAGE-----', 'openpgp'],
  ['-----BEGIN SIGNED MESSAGE-----', 'x509'],
]

/** The format by the first line of the armor, as git itself tells them apart. */
export function formatOf({ armor }: CommitSignature): SignatureFormat | undefined {
  const [first] = armor.split('\n', 1)
  return ARMORS.find(([begin]) => begin === first)?.[1]
}

const unsupported =
  (name: string): SignatureReader =>
  () =>
    refuse('signature/unsupported', `is signed with ${name}, which is not verified yet`)

/** Every format and who reads it. */
export const READERS: Readonly<Record<SignatureFormat, SignatureReader>> = {
  ssh: readSshClaim,
  openpgp: unsupported('OpenPGP'),
  x509: unsupported('X.509 (S/MIME or gitsign)'),
}

function readSshClaim({ armor, payload }: CommitSignature, allowed: AllowedSigners): ClaimReading {
  const signature = readSshSignature(armor)
  if (signature.kind === 'refused') return signature
  const { keyBlob, namespace } = signature.value
  const blob = keyBlob.toString('base64')
  const signers = allowed.byKey.get(blob) ?? []
  // The parsed key of the policy is used where there is one: its key object is made once.
  const key = signers[0]?.key ?? readSshKey(keyBlob)
  if (key.kind === 'refused') return key
  if (signers.length === 0) {
    const publicKey = `${key.value.type} ${blob}`
    return read({ kind: 'unknown-key', keyBlob, publicKey })
  }
  const check = checkOf(signature.value, key.value, payload)
  if (check.kind === 'refused') return check
  return read({
    kind: 'claim',
    signers,
    keyBlob,
    namespace,
    check: check.value,
    touched: signature.value.token?.touched,
  })
}
