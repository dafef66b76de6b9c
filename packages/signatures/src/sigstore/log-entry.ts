import { ProtobufReader } from './protobuf-reader.ts'

/** What a Rekor log (version 1) says of one entry: when it took it in, and the proofs for it. */
export interface LogEntry {
  /** SHA-256 of the log's key, in lower-case hex. */
  readonly logId: string
  /** Over all trees of the log. */
  readonly logIndex: number
  /** Seconds since the epoch. */
  readonly integratedTime: number
  /** The log's promise over the entry, its place and its time (SET). */
  readonly signedEntryTimestamp: Buffer
  readonly inclusion: InclusionProof | undefined
  /** The entry itself; undefined where it must be rebuilt from the signature. */
  readonly body: Buffer | undefined
}

/** RFC 6962 §2.1.1, with the log's signed note over the root. */
export interface InclusionProof {
  /** In this tree. */
  readonly logIndex: number
  readonly treeSize: number
  readonly rootHash: Buffer
  readonly hashes: readonly Buffer[]
  /** Empty when the log gave none. */
  readonly checkpoint: string
}

/** Deeper than the tree of a log with 2^60 entries. */
const MAX_HASHES = 64

/**
 * Reads dev.sigstore.rekor.v1.TransparencyLogEntry (sigstore/protobuf-specs) as gitsign embeds it;
 * undefined when it is none, or of a log that makes no promise of time (version 2).
 */
export function readLogEntry(bytes: Buffer): LogEntry | undefined {
  const fields = ProtobufReader.read(bytes, [1, 2, 3, 4, 5, 6, 7])
  const logId = fields?.message(2, [1])?.bytes(1)
  const kind = fields?.message(3, [1, 2])
  const signedEntryTimestamp = fields?.message(5, [1])?.bytes(1)
  if (fields === undefined || logId === undefined || signedEntryTimestamp === undefined) {
    return undefined
  }
  const isHashedRekord =
    kind?.bytes(1)?.toString('latin1') === 'hashedrekord' &&
    kind.bytes(2)?.toString('latin1') === '0.0.1'
  const inclusion = fields.has(6) ? readInclusion(fields.message(6, [1, 2, 3, 4, 5])) : null
  const logIndex = fields.number(1)
  const integratedTime = fields.number(4)
  if (!isHashedRekord || inclusion === undefined) return undefined
  if (logIndex === undefined || integratedTime === undefined) return undefined
  return {
    logId: logId.toString('hex'),
    logIndex,
    integratedTime,
    signedEntryTimestamp,
    inclusion: inclusion ?? undefined,
    body: fields.bytes(7),
  }
}

function readInclusion(fields: ProtobufReader | undefined): InclusionProof | undefined {
  const logIndex = fields?.number(1)
  const rootHash = fields?.bytes(2)
  const treeSize = fields?.number(3)
  const hashes = fields?.all(4) ?? []
  if (logIndex === undefined || rootHash === undefined || treeSize === undefined) return undefined
  if (hashes.length > MAX_HASHES) return undefined
  const checkpoint = fields?.has(5) === true ? fields.message(5, [1])?.bytes(1) : NONE
  if (checkpoint === undefined) return undefined
  return { logIndex, treeSize, rootHash, hashes, checkpoint: checkpoint.toString('utf8') }
}

const NONE = Buffer.alloc(0)
const HEX_HASH = /^[0-9a-f]{64}$/
const record = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? { ...value } : {}
const count = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined
const hash = (value: unknown): Buffer | undefined =>
  typeof value === 'string' && HEX_HASH.test(value) ? Buffer.from(value, 'hex') : undefined

/** Base64 in its one plain form. */
export function plainBase64(value: unknown): Buffer | undefined {
  if (typeof value !== 'string') return undefined
  const bytes = Buffer.from(value, 'base64')
  return bytes.length > 0 && bytes.toString('base64') === value ? bytes : undefined
}

/** Reads an entry in the JSON that Rekor's API (`/api/v1/log/entries`) answers with. */
export function readLogEntryJson(json: unknown): LogEntry | undefined {
  const { logID, logIndex, integratedTime, body, verification } = record(json)
  const { signedEntryTimestamp, inclusionProof } = record(verification)
  const entry = {
    logId: hash(logID)?.toString('hex'),
    logIndex: count(logIndex),
    integratedTime: count(integratedTime),
    signedEntryTimestamp: plainBase64(signedEntryTimestamp),
    body: plainBase64(body),
  }
  const inclusion = inclusionProof === undefined ? null : readInclusionJson(inclusionProof)
  if (inclusion === undefined || entry.logId === undefined || entry.body === undefined) {
    return undefined
  }
  if (entry.logIndex === undefined || entry.integratedTime === undefined) return undefined
  if (entry.signedEntryTimestamp === undefined) return undefined
  return {
    logId: entry.logId,
    logIndex: entry.logIndex,
    integratedTime: entry.integratedTime,
    signedEntryTimestamp: entry.signedEntryTimestamp,
    body: entry.body,
    inclusion: inclusion ?? undefined,
  }
}

function readInclusionJson(json: unknown): InclusionProof | undefined {
  const { logIndex, treeSize, rootHash, hashes, checkpoint = '' } = record(json)
  const index = count(logIndex)
  const size = count(treeSize)
  const root = hash(rootHash)
  const list = Array.isArray(hashes) ? hashes.map(hash).filter((one) => one !== undefined) : []
  if (index === undefined || size === undefined || root === undefined) return undefined
  if (!Array.isArray(hashes) || list.length !== hashes.length || list.length > MAX_HASHES) {
    return undefined
  }
  if (typeof checkpoint !== 'string') return undefined
  return { logIndex: index, treeSize: size, rootHash: root, hashes: list, checkpoint }
}
