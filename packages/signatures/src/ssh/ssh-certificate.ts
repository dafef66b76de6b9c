import { type Reading, read, refuse } from '../refusal.ts'
import { type SshKey, readKeyFields } from './ssh-key.ts'
import { type BareSignature, readBareSignature } from './ssh-signature.ts'
import { utf8 } from '../identity.ts'
import { WireReader, wireString } from './wire-reader.ts'

/** A user certificate (OpenSSH, PROTOCOL.certkeys): somebody's key, vouched for by an authority. */
export interface SshCertificate {
  /** The key inside, which signs. */
  readonly key: SshKey
  /** Its blob as a plain key: what lists of revoked keys name. */
  readonly keyBlob: Buffer
  readonly serial: bigint
  /** What the authority calls it; latin1. */
  readonly keyId: string
  /** Never empty: a certificate without principals would be everybody's. */
  readonly principals: readonly string[]
  /** First moment of validity, in milliseconds since the epoch. */
  readonly validAfter: number
  /** First moment after it; Infinity for never. */
  readonly validBefore: number
  /** Blob of the key that vouches. */
  readonly authority: Buffer
  /** What the authority signed, and its signature. */
  readonly vouched: { readonly data: Buffer; readonly signature: BareSignature }
}

const SUFFIX = '-cert-v01@openssh.com'
const PLAIN_TYPES: Readonly<Record<string, string>> = {
  [`ssh-ed25519${SUFFIX}`]: 'ssh-ed25519',
  [`ssh-rsa${SUFFIX}`]: 'ssh-rsa',
  [`ecdsa-sha2-nistp256${SUFFIX}`]: 'ecdsa-sha2-nistp256',
  [`ecdsa-sha2-nistp384${SUFFIX}`]: 'ecdsa-sha2-nistp384',
  [`ecdsa-sha2-nistp521${SUFFIX}`]: 'ecdsa-sha2-nistp521',
  [`sk-ssh-ed25519${SUFFIX}`]: 'sk-ssh-ed25519@openssh.com',
  [`sk-ecdsa-sha2-nistp256${SUFFIX}`]: 'sk-ecdsa-sha2-nistp256@openssh.com',
}
const USER = 1
/** OpenSSH's own limit. */
const MAX_PRINCIPALS = 256
/** Milliseconds in which a date can be told; certificates without end say 2^64 - 1 seconds. */
const LAST_TIME = 8_640_000_000_000_000n

/** Whether a blob is that of a certificate, of whatever kind, by its type. */
export const isCertificate = (blob: Buffer): boolean =>
  /-cert-v\d+@openssh\.com$/.test(new WireReader(blob).name() ?? '')

/**
 * Reads a certificate that may sign: a user's, with principals, and without critical options, each of
 * which forbids what its reader does not know. Whether the authority is trusted, its signature good
 * and the certificate valid now is judged elsewhere.
 */
export function readCertificate(blob: Buffer): Reading<SshCertificate> {
  const reader = new WireReader(blob)
  const plainType = PLAIN_TYPES[reader.name() ?? '']
  if (plainType === undefined) {
    return refuse('signature/unsupported', 'is signed with a certificate of an unknown kind')
  }
  const nonce = reader.string()
  const start = reader.offset
  const key = readKeyFields(plainType, reader)
  if (key.kind === 'refused') return key
  const fields = blob.subarray(start, reader.offset)
  const body = readBody(reader)
  const data = blob.subarray(0, reader.offset)
  const signature = readBareSignature(reader.string() ?? Buffer.alloc(0))
  if (nonce === undefined || body === undefined || !reader.atEnd) return malformed()
  if (signature.kind === 'refused') return signature
  const problem = problemOf(body)
  if (problem !== undefined) return refuse('signature/bad-certificate', problem)
  const keyBlob = Buffer.concat([wireString(plainType), fields])
  const vouched = { data, signature: signature.value }
  return read({ key: key.value, keyBlob, ...body, vouched })
}

interface Body extends Omit<SshCertificate, 'key' | 'keyBlob' | 'vouched'> {
  readonly type: number
  readonly criticalOptions: readonly string[]
}

/** Everything after the key and before the signature, in its order; undefined when it cannot be read. */
function readBody(reader: WireReader): Body | undefined {
  const serial = reader.uint64()
  const type = reader.uint32()
  const keyId = reader.name()
  const principals = listIn(reader.string())
  const [after, before] = [reader.uint64(), reader.uint64()]
  const criticalOptions = pairsIn(reader.string())
  const extensions = pairsIn(reader.string())
  const reserved = reader.string()
  const authority = reader.string()
  if (serial === undefined || type === undefined || keyId === undefined) return undefined
  if (principals === undefined || after === undefined || before === undefined) return undefined
  if (criticalOptions === undefined || extensions === undefined) return undefined
  if (reserved?.length !== 0 || authority === undefined) return undefined
  const names = principals.map((bytes) => utf8(bytes.toString('latin1')))
  if (!names.every((name) => name !== undefined)) return undefined
  const times = { validAfter: timeOf(after), validBefore: timeOf(before) }
  return { serial, type, keyId, principals: names, ...times, criticalOptions, authority }
}

function problemOf({ type, principals, criticalOptions, authority }: Body): string | undefined {
  if (type !== USER) return 'is signed with the certificate of a host, not of a user'
  if (principals.length === 0) return 'is signed with a certificate for nobody in particular'
  if (principals.length > MAX_PRINCIPALS) return 'is signed with a certificate for too many'
  const [option] = criticalOptions
  if (option !== undefined) {
    const shown = /^[a-z0-9@.-]{1,64}$/i.test(option) ? option : 'of an unreadable name'
    return `is signed with a certificate that demands the option ${shown}, which no signature can honour`
  }
  return isCertificate(authority) ? 'is signed with a certificate by a certificate' : undefined
}

function listIn(bytes: Buffer | undefined): readonly Buffer[] | undefined {
  if (bytes === undefined) return undefined
  const reader = new WireReader(bytes)
  const found: Buffer[] = []
  while (!reader.atEnd) {
    const item = reader.string()
    if (item === undefined) return undefined
    found.push(item)
  }
  return found
}

/** Names of a list of options: each is followed by its value. */
function pairsIn(bytes: Buffer | undefined): readonly string[] | undefined {
  const items = listIn(bytes)
  if (items === undefined || items.length % 2 !== 0) return undefined
  return items.filter((_, index) => index % 2 === 0).map((name) => name.toString('latin1'))
}

const timeOf = (seconds: bigint): number =>
  seconds * 1_000n > LAST_TIME ? Number.POSITIVE_INFINITY : Number(seconds * 1_000n)

const malformed = () => refuse('signature/malformed', 'holds a certificate that cannot be read')
