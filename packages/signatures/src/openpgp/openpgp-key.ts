import { createHash } from 'node:crypto'
import { type LoadKey, bitsOf, judgeRsa, loadOnce } from '../key-object.ts'
import { type Reading, read, refuse } from '../refusal.ts'
import { WireReader } from '../ssh/wire-reader.ts'

/** A public key of a kind that we verify, out of a version 4 key packet. */
export interface OpenPgpKey {
  /** Lower-case hex, in full. */
  readonly fingerprint: string
  /** Milliseconds since the epoch. */
  readonly created: number
  /** Number of the public key algorithm: a signature must name the same. */
  readonly algorithm: number
  readonly kind: 'ed25519' | 'ecdsa' | 'rsa'
  /** Bytes of one coordinate, or of the modulus. */
  readonly width: number
  readonly load: LoadKey
}

/** RFC 9580 §9.1. */
const ALGORITHM = { rsa: 1, rsaSign: 3, dsa: 17, ecdsa: 19, eddsaLegacy: 22, ed25519: 27 } as const

const ED25519_OID = '2b06010401da470f01'
/** RFC 9580 §9.2, by the hex of the object identifier. */
const CURVES: Readonly<Record<string, { readonly crv: string; readonly width: number }>> = {
  '2a8648ce3d030107': { crv: 'P-256', width: 32 },
  '2b81040022': { crv: 'P-384', width: 48 },
  '2b81040023': { crv: 'P-521', width: 66 },
}

type Material = Pick<OpenPgpKey, 'kind' | 'width' | 'load'>

/** Reads the body of a public key packet (RFC 4880 §5.5.2). */
export function readOpenPgpKey(body: Buffer): Reading<OpenPgpKey> {
  const reader = new WireReader(body)
  const version = reader.uint8()
  if (version !== 4) {
    return refuse(
      'signature/unsupported',
      `is signed with an OpenPGP key of version ${version ?? 0}`,
    )
  }
  const created = reader.uint32()
  const algorithm = reader.uint8()
  if (created === undefined || algorithm === undefined) return malformedKey()
  const material = readMaterial(algorithm, reader)
  if (material.kind === 'refused') return material
  if (!reader.atEnd) return malformedKey()
  const fingerprint = fingerprintOf(body)
  return read({ ...material.value, fingerprint, created: created * 1_000, algorithm })
}

/** RFC 4880 §12.2. */
function fingerprintOf(body: Buffer): string {
  const head = Buffer.from([0x99, body.length >> 8, body.length & 0xff])
  return createHash('sha1').update(head).update(body).digest('hex')
}

function readMaterial(algorithm: number, reader: WireReader): Reading<Material> {
  switch (algorithm) {
    case ALGORITHM.rsa:
    case ALGORITHM.rsaSign:
      return readRsa(reader)
    case ALGORITHM.ecdsa:
      return readEcdsa(reader)
    case ALGORITHM.eddsaLegacy:
      return readLegacyEd25519(reader)
    case ALGORITHM.ed25519:
      return readEd25519(reader.take(32))
    case ALGORITHM.dsa:
      return refuse('signature/weak-key', 'is signed with a DSA key')
    default:
      return refuse('signature/unsupported', `is signed with OpenPGP algorithm ${algorithm}`)
  }
}

function readRsa(reader: WireReader): Reading<Material> {
  const n = reader.mpi()
  const e = reader.mpi()
  if (n === undefined || e === undefined) return malformedKey()
  const quality = judgeRsa(n, e)
  if (quality === 'weak') {
    return refuse('signature/weak-key', `is signed with an RSA key of ${bitsOf(n)} bits`)
  }
  if (quality === 'odd') return malformedKey()
  const jwk = { kty: 'RSA', n: n.toString('base64url'), e: e.toString('base64url') }
  return read({ kind: 'rsa', width: n.length, load: loadOnce(jwk) })
}

function readEcdsa(reader: WireReader): Reading<Material> {
  const oid = reader.take(reader.uint8() ?? Infinity)?.toString('hex') ?? ''
  const curve = CURVES[oid]
  if (curve === undefined)
    return refuse('signature/unsupported', 'is signed on a curve that is not verified')
  const { crv, width } = curve
  const point = reader.mpi()
  // 4 marks an uncompressed point; RFC 9580 §11.2.1 knows no other for these curves.
  if (point?.length !== 1 + 2 * width || point[0] !== 4) return malformedKey()
  const x = point.toString('base64url', 1, 1 + width)
  const y = point.toString('base64url', 1 + width)
  return read({ kind: 'ecdsa', width, load: loadOnce({ kty: 'EC', crv, x, y }) })
}

/** RFC 9580 §5.5.5.5: the point is marked by 0x40. */
function readLegacyEd25519(reader: WireReader): Reading<Material> {
  const oid = reader.take(reader.uint8() ?? Infinity)?.toString('hex')
  if (oid !== ED25519_OID)
    return refuse('signature/unsupported', 'is signed on a curve that is not verified')
  const point = reader.mpi()
  return point?.[0] === 0x40 ? readEd25519(point.subarray(1)) : malformedKey()
}

function readEd25519(point: Buffer | undefined): Reading<Material> {
  if (point?.length !== 32) return malformedKey()
  const jwk = { kty: 'OKP', crv: 'Ed25519', x: point.toString('base64url') }
  return read({ kind: 'ed25519', width: 32, load: loadOnce(jwk) })
}

const malformedKey = () => refuse('signature/malformed', 'holds a public key that cannot be read')
