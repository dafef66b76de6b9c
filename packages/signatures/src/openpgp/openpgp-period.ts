import type * as openpgp from 'openpgp'
import type { Key, SignaturePacket, Subkey } from 'openpgp'

export type OpenPgpLibrary = typeof openpgp

export type KeyState = 'valid' | 'revoked' | 'not-valid'

/** What a key may do from one moment until the next period. */
export interface KeyPeriod {
  /** Milliseconds since the epoch. */
  readonly from: number
  readonly state: KeyState
}

/** Each needs a look at every signature of the certificate. */
const MAX_MOMENTS = 2_048
/** Forging a SHA-1 self-signature is thought to have come within reach around then. */
const SHA1_CUT_OFF = Date.UTC(2023, 1, 1)

/** The state of a key at a time of receipt. */
export const stateAt = (periods: readonly KeyPeriod[], time: number): KeyState =>
  periods.findLast(({ from }) => from <= time)?.state ?? 'not-valid'

/**
 * When `part` of the certificate may sign documents. Between the moments at which some signature
 * begins or ends, or a key expires, nothing changes, so the library is asked at these alone.
 * A hard revocation (compromised, or without a reason) counts for all time, a soft one from its date.
 * Undefined when there are too many moments.
 */
export async function periodsOf(
  library: OpenPgpLibrary,
  certificate: Key,
  part: Key | Subkey,
): Promise<readonly KeyPeriod[] | undefined> {
  const moments = momentsOf(library, certificate)
  if (moments.length > MAX_MOMENTS) return undefined
  const periods: KeyPeriod[] = []
  // In the order of time: the library remembers on a signature that it was revoked.
  for (const from of moments) {
    const state = await judgeAt(library, certificate, part, new Date(from))
    if (periods.at(-1)?.state !== state) periods.push({ from, state })
  }
  return periods
}

async function judgeAt(
  library: OpenPgpLibrary,
  certificate: Key,
  part: Key | Subkey,
  date: Date,
): Promise<KeyState> {
  // Weak self-signatures were refused before; what is left to reject are revocations, which count.
  const config = { ...library.config, rejectHashAlgorithms: new Set<never>(), minRSABits: 2_048 }
  if (await certificate.isRevoked(undefined, undefined, date, config)) return 'revoked'
  if ('mainKey' in part) {
    const [binding] = part.bindingSignatures
    const primary = certificate.keyPacket
    if (binding !== undefined && (await part.isRevoked(binding, primary, date, config)))
      return 'revoked'
  }
  try {
    const signing = await certificate.getSigningKey(part.getKeyID(), date, undefined, config)
    // The library goes by the short ID, which two keys of a certificate may be made to share.
    return signing.getFingerprint() === part.getFingerprint() ? 'valid' : 'not-valid'
  } catch {
    return 'not-valid'
  }
}

/** Milliseconds since the epoch at which anything may change, in order, each once. */
function momentsOf(library: OpenPgpLibrary, certificate: Key): readonly number[] {
  const births = [certificate, ...certificate.subkeys].map((part) =>
    part.getCreationTime().getTime(),
  )
  const moments = new Set(births)
  for (const { created, signatureExpirationTime, keyExpirationTime } of selfSignatures(
    library,
    certificate,
  )) {
    const start = created?.getTime()
    if (start === undefined) continue
    moments.add(start)
    if (signatureExpirationTime !== null) moments.add(start + signatureExpirationTime * 1_000)
    if (keyExpirationTime !== null) {
      for (const birth of births) moments.add(birth + keyExpirationTime * 1_000)
    }
  }
  return [...moments].toSorted((one, other) => one - other)
}

/** All signatures by the certificate's own keys, with the cross-certifications inside of them. */
function selfSignatures(library: OpenPgpLibrary, certificate: Key): readonly SignaturePacket[] {
  const id = certificate.getKeyID()
  return [...certificate.toPacketList()]
    .filter((packet) => packet instanceof library.SignaturePacket)
    .filter(({ issuerKeyID }) => issuerKeyID.equals(id))
    .flatMap((signature) =>
      signature.embeddedSignature === null ? [signature] : [signature, signature.embeddedSignature],
    )
}

/**
 * Why a certificate is not to be trusted because of the hashes in it; undefined when it is. It is
 * refused as a whole: were the one signature ignored, an older one without its limits would count.
 */
export function weakSelfSignature(library: OpenPgpLibrary, certificate: Key): string | undefined {
  const { hash, signature: kind } = library.enums
  const revocations = [kind.keyRevocation, kind.subkeyRevocation, kind.certRevocation]
  const isWeak = ({ hashAlgorithm, created, signatureType }: SignaturePacket) => {
    if (revocations.some((type) => type === signatureType)) return false
    if (hashAlgorithm === hash.md5 || hashAlgorithm === hash.ripemd) return true
    return hashAlgorithm === hash.sha1 && (created?.getTime() ?? Infinity) >= SHA1_CUT_OFF
  }
  return selfSignatures(library, certificate).some(isWeak)
    ? 'is signed by its owner over MD5, RIPEMD-160, or (since 2023-02-01) SHA-1'
    : undefined
}
