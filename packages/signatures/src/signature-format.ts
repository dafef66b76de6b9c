import type { AllowedSigners } from './ssh/allowed-signers.ts'
import { isGitsign } from './x509/cms-armor.ts'
import { readCertificateClaim } from './ssh/certificate-claim.ts'
import type { CommitSignature } from './commit/commit-object.ts'
import type { CryptoCheck } from './crypto-check.ts'
import { readGitsignClaim } from './sigstore/gitsign-claim.ts'
import { objectTo, objectToRevoked, objectToUntouched } from './ssh/judge-claim.ts'
import type { OpenPgpSigner } from './openpgp/openpgp-certificate.ts'
import { readOpenPgpClaim } from './openpgp/openpgp-claim.ts'
import type { Principal } from './principal.ts'
import { type Reading, type Refusal, read, refuse } from './refusal.ts'
import type { RevokedKeys } from './ssh/revoked-keys.ts'
import type { SigstoreTrust } from './sigstore/sigstore-trust.ts'
import { isCertificate } from './ssh/ssh-certificate.ts'
import { checkOf } from './ssh/ssh-check.ts'
import type { SigningRules } from './signing-rules.ts'
import { fingerprint, readSshKey } from './ssh/ssh-key.ts'
import { readSshSignature } from './ssh/ssh-signature.ts'
import { readX509Claim } from './x509/x509-claim.ts'
import type { X509Trust } from './x509/x509-trust.ts'

export type SignatureFormat = 'ssh' | 'openpgp' | 'x509' | 'gitsign'

/** What a signature claims, and the check that proves it. Judged against policy and time afterwards. */
export interface SignatureClaim {
  readonly kind: 'claim'
  /** Everybody whom the policy names for the key; never empty. */
  readonly owners: readonly Principal[]
  /** As the tools of its format print it. */
  readonly fingerprint: string
  readonly check: CryptoCheck
  /**
   * Whether the policy lets the key sign for this committer at this time of receipt (milliseconds
   * since the epoch): why not, or undefined. The cryptographic answer is no part of it.
   */
  readonly objectTo: (committer: string | undefined, receiptTime: number) => Refusal | undefined
}

/** Whom the trusted ref lets sign, by format. */
export interface TrustedSigners {
  readonly allowedSigners: AllowedSigners
  /** Keys that no longer sign, whoever they were allowed for. Default: none. */
  readonly revokedKeys?: RevokedKeys | undefined
  /**
   * Whether a security key (sk) must have been touched for each signature. Says nothing of keys
   * that are no security keys. Default: true, as OpenSSH's servers have it.
   */
  readonly requireTouch?: boolean | undefined
  /** What every signature must keep to; default: nothing more than being good. */
  readonly rules?: SigningRules | undefined
  /** Without them every OpenPGP signature is `signature/unsupported`. */
  readonly openPgpSigners?: readonly OpenPgpSigner[] | undefined
  /** Without it every X.509 signature is `signature/unsupported`. */
  readonly x509?: X509Trust | undefined
  /** Without it every gitsign signature is `signature/unsupported`. */
  readonly sigstore?: SigstoreTrust | undefined
}

/** A key that nobody allowed: what a maintainer needs to know to allow it. */
export interface UnknownKey {
  readonly kind: 'unknown-key'
  readonly fingerprint: string
  /** `TYPE BASE64` as allowed_signers wants it; empty when the key is no SSH key. */
  readonly publicKey: string
  /** It vouched for a certificate, and did not sign itself. */
  readonly isAuthority?: boolean
}

type ClaimReading = Reading<SignatureClaim | UnknownKey>

/** `commit`: the id of what carries the signature; proofs of the policy are looked up by it. */
interface ReadingContext extends TrustedSigners {
  readonly commit?: string
}

/** Reads one kind of signature: the door for further formats. */
type SignatureReader = (signature: CommitSignature, context: ReadingContext) => ClaimReading

/** How each armor begins, as git tells them apart. */
export const ARMORS: readonly (readonly [string, SignatureFormat])[] = [
  ['-----BEGIN SSH SIGNATURE-----', 'ssh'],
  ['-----BEGIN PGP SIGNATURE-----', 'openpgp'],
  ['-----BEGIN PGP MESSAGE-----', 'openpgp'],
  ['-----BEGIN SIGNED MESSAGE-----', 'x509'],
]

/** The format by the first line of the armor, as git itself tells them apart. */
export function formatOf({ armor }: CommitSignature): SignatureFormat | undefined {
  const [first] = armor.split('\n', 1)
  const format = ARMORS.find(([begin]) => begin === first)?.[1]
  return format === 'x509' && isGitsign(armor) ? 'gitsign' : format
}

/** Every format and who reads it. */
export const READERS: Readonly<Record<SignatureFormat, SignatureReader>> = {
  ssh: readSshClaim,
  openpgp: (signature, { openPgpSigners }) => readOpenPgpClaim(signature, openPgpSigners),
  x509: (signature, { x509 }) => readX509Claim(signature, x509),
  gitsign: (signature, { sigstore, commit }) => readGitsignClaim(signature, sigstore, commit),
}

function readSshClaim({ armor, payload }: CommitSignature, trusted: TrustedSigners): ClaimReading {
  const signature = readSshSignature(armor)
  if (signature.kind === 'refused') return signature
  const { keyBlob, namespace, token } = signature.value
  if (isCertificate(keyBlob)) return readCertificateClaim(signature.value, payload, trusted)
  const blob = keyBlob.toString('base64')
  const signers = trusted.allowedSigners.byKey.get(blob) ?? []
  if (signers.length === 0 && trusted.allowedSigners.authorities.has(blob)) {
    const message = `is signed with the key of the authority ${fingerprint(keyBlob)} itself, which only vouches for others`
    return refuse('signature/bad-certificate', message)
  }
  // The parsed key of the policy is used where there is one: its key object is made once.
  const key = signers[0]?.key ?? readSshKey(keyBlob)
  if (key.kind === 'refused') return key
  if (signers.length === 0) {
    // First, lest the remedy advise to allow a key that was revoked.
    const revoked = objectToRevoked(keyBlob, trusted.revokedKeys)
    if (revoked !== undefined) return { kind: 'refused', refusal: revoked }
    const publicKey = `${key.value.type} ${blob}`
    return read({ kind: 'unknown-key', fingerprint: fingerprint(keyBlob), publicKey })
  }
  const check = checkOf(signature.value, key.value, payload)
  if (check.kind === 'refused') return check
  return read({
    kind: 'claim',
    owners: signers.map(({ principal }) => principal),
    fingerprint: fingerprint(keyBlob),
    check: check.value,
    objectTo: (committer, receiptTime) =>
      objectToRevoked(keyBlob, trusted.revokedKeys) ??
      objectTo({ signers, keyBlob, namespace }, committer, receiptTime) ??
      (trusted.requireTouch === false ? undefined : objectToUntouched(keyBlob, token?.touched)),
  })
}
