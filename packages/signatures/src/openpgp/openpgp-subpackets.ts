import { readNewLength } from './openpgp-packet.ts'
import { type Reading, read, refuse } from '../refusal.ts'
import { WireReader } from '../ssh/wire-reader.ts'

/** What the signed area of a signature says that we act on. */
export interface SignedFacts {
  /** When the signer says it was made; milliseconds since the epoch. */
  readonly created: number
  /** When it stops to count, if ever; milliseconds since the epoch. */
  readonly expires: number | undefined
  /** Full v4 fingerprint of the key that signed, in lower-case hex. */
  readonly issuer: string
}

interface Subpacket {
  readonly type: number
  readonly critical: boolean
  readonly body: Buffer
}

/** RFC 4880 §5.2.3.1, and RFC 9580 §5.2.3.35 for the fingerprint. */
const TYPE = { created: 2, expires: 3, issuerKeyId: 16, signerUserId: 28, issuer: 33 } as const
const UNDERSTOOD: ReadonlySet<number> = new Set(Object.values(TYPE))

/** Reads the hashed area. Fails on critical subpackets that we do not act on, as RFC 4880 demands. */
export function readHashedArea(area: Buffer): Reading<SignedFacts> {
  const subpackets = split(area)
  if (subpackets === undefined) return malformed('has malformed subpackets')
  const strange = subpackets.find(({ type, critical }) => critical && !UNDERSTOOD.has(type))
  if (strange !== undefined) {
    const message = `its signature demands a meaning that is not known (critical subpacket ${strange.type})`
    return refuse('signature/unsupported', message)
  }
  const types = subpackets.map(({ type }) => type).filter((type) => UNDERSTOOD.has(type))
  if (new Set(types).size !== types.length) return malformed('states a fact twice')
  const bodyOf = (wanted: number) => subpackets.find(({ type }) => type === wanted)?.body
  const issuer = readIssuer(bodyOf(TYPE.issuer))
  if (issuer.kind === 'refused') return issuer
  const keyId = bodyOf(TYPE.issuerKeyId)
  if (keyId !== undefined && !isKeyIdOf(keyId, issuer.value)) return malformed('names two keys')
  const times = readTimes(bodyOf(TYPE.created), bodyOf(TYPE.expires))
  return times === undefined
    ? malformed('does not say when it was made')
    : read({ ...times, issuer: issuer.value })
}

/**
 * Whether the unhashed area holds no more than the issuer again. Anybody can write there: what else
 * it says is signed by nobody.
 */
export function isPlainUnhashedArea(area: Buffer, issuer: string): boolean {
  const subpackets = split(area)
  return (
    subpackets !== undefined &&
    subpackets.length <= 2 &&
    subpackets.every(({ type, critical, body }) => {
      if (critical) return false
      if (type === TYPE.issuerKeyId) return isKeyIdOf(body, issuer)
      return type === TYPE.issuer && body.toString('hex') === `04${issuer}`
    })
  )
}

/** RFC 9580 §5.2.3.35: the key's version, then the fingerprint. */
function readIssuer(body: Buffer | undefined): Reading<string> {
  // A 64-bit key ID can be made to collide, so it names nobody.
  if (body === undefined) {
    return refuse(
      'signature/unsupported',
      'its signature does not name the full fingerprint of its key',
    )
  }
  if (body[0] === 4 && body.length === 21) return read(body.toString('hex', 1))
  return refuse('signature/unsupported', `is signed with an OpenPGP key of version ${body[0] ?? 0}`)
}

function readTimes(
  created: Buffer | undefined,
  lifetime: Buffer | undefined,
): Pick<SignedFacts, 'created' | 'expires'> | undefined {
  if (created?.length !== 4) return undefined
  if (lifetime !== undefined && lifetime.length !== 4) return undefined
  const start = created.readUInt32BE() * 1_000
  const seconds = lifetime?.readUInt32BE() ?? 0
  return { created: start, expires: seconds === 0 ? undefined : start + seconds * 1_000 }
}

/** RFC 4880 §12.2: the last eight bytes of the fingerprint. */
const isKeyIdOf = (keyId: Buffer, fingerprint: string): boolean =>
  keyId.toString('hex') === fingerprint.slice(-16)

function split(area: Buffer): readonly Subpacket[] | undefined {
  const reader = new WireReader(area)
  const subpackets: Subpacket[] = []
  while (!reader.atEnd) {
    const length = readNewLength(reader, 254)
    const whole = length === undefined ? undefined : reader.take(length)
    const first = whole?.[0]
    if (whole === undefined || first === undefined) return undefined
    subpackets.push({ type: first & 0x7f, critical: first >= 0x80, body: whole.subarray(1) })
  }
  return subpackets
}

const malformed = (what: string) => refuse('signature/malformed', `its signature ${what}`)
