import { createHash } from 'node:crypto'
import { type InclusionProof, type LogEntry, plainBase64 } from './log-entry.ts'
import { type LogKey, type LogKeys, logSigned, wasInService } from './log-key.ts'

/**
 * Whether a pinned log took in this body at the stated time: why that is not proved, or undefined.
 * The log's promise (SET) must hold, since it alone covers the time. A proof of inclusion that is
 * there must hold too, under a checkpoint by the same log when there is one.
 */
export function objectToEntry(entry: LogEntry, body: Buffer, logs: LogKeys): string | undefined {
  const log = logs.get(entry.logId)
  if (log === undefined) return 'is of a log that the trusted root does not pin'
  if (!wasInService(log, entry.integratedTime * 1_000)) {
    return 'is of a time when the log was not in service'
  }
  if (!logSigned(log, promised(entry, body), entry.signedEntryTimestamp)) {
    return 'is not promised by the log for this signature'
  }
  return entry.inclusion && objectToInclusion(entry.inclusion, body, entry.logId, log)
}

/** What the log signs: JSON in its canonical form (RFC 8785), of strings that need no escape. */
function promised({ integratedTime, logId, logIndex }: LogEntry, body: Buffer): Buffer {
  const text = body.toString('base64')
  return Buffer.from(
    `{"body":"${text}","integratedTime":${integratedTime},"logID":"${logId}","logIndex":${logIndex}}`,
  )
}

function objectToInclusion(
  proof: InclusionProof,
  body: Buffer,
  logId: string,
  log: LogKey,
): string | undefined {
  const leaf = createHash('sha256').update(Buffer.of(0)).update(body).digest()
  const root = rootOf(leaf, proof)
  if (root?.equals(proof.rootHash) !== true) return 'is not in the tree that its proof is about'
  if (proof.checkpoint === '') return undefined
  return isSignedCheckpoint(proof, logId, log)
    ? undefined
    : 'is in a tree that the log did not sign for'
}

const nodeHash = (left: Buffer, right: Buffer): Buffer =>
  createHash('sha256').update(Buffer.of(1)).update(left).update(right).digest()

/** RFC 9162 §2.1.3.2: the root that this leaf at this place leads to; undefined when it cannot. */
function rootOf(leaf: Buffer, { logIndex, treeSize, hashes }: InclusionProof): Buffer | undefined {
  if (logIndex >= treeSize) return undefined
  let place = BigInt(logIndex)
  let last = BigInt(treeSize) - 1n
  let root = leaf
  for (const hash of hashes) {
    if (last === 0n || hash.length !== 32) return undefined
    if ((place & 1n) === 1n || place === last) {
      root = nodeHash(hash, root)
      while ((place & 1n) === 0n && place !== 0n) {
        place >>= 1n
        last >>= 1n
      }
    } else {
      root = nodeHash(root, hash)
    }
    place >>= 1n
    last >>= 1n
  }
  return last === 0n ? root : undefined
}

/** C2SP signed-note: text, a blank line, then lines of a dash, a name, and hint with signature. */
const NOTE = /^((?:[^\n]+\n){3,16})\n((?:\u2014 [^ \n]+ [A-Za-z0-9+/=]+\n){1,16})$/

function isSignedCheckpoint(
  { checkpoint, treeSize, rootHash }: InclusionProof,
  logId: string,
  log: LogKey,
): boolean {
  if (checkpoint.length > 16 * 1024) return false
  const [, text = '', signatures = ''] = NOTE.exec(checkpoint) ?? []
  const [, size, root] = text.split('\n')
  if (size !== String(treeSize) || root !== rootHash.toString('base64')) return false
  const hint = Buffer.from(logId.slice(0, 8), 'hex')
  return signatures.split('\n').some((line) => {
    const [, name = '', signature] = line.split(' ')
    const bytes = plainBase64(signature)
    // The name is not signed: it is the one that the signed text begins with.
    if (bytes === undefined || name === '' || !text.startsWith(name)) return false
    return bytes.subarray(0, 4).equals(hint) && logSigned(log, Buffer.from(text), bytes.subarray(4))
  })
}
