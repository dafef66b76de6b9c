import {
  type Shape,
  anyObject,
  canonicalJson,
  digestText,
  objectOf,
  readJson,
  sha256,
  text,
} from '@bulkhead/envelope'
import { type Digest, InputError } from '@bulkhead/vocabulary'
import type { ChainMemory } from '../log-chain.ts'
import type { SignedCheckpoint } from '../tlog/checkpoint.ts'
import { claimedCheckpoint } from './known-checkpoint.ts'
import type { VerifierPolicy } from './verifier-policy.ts'

/** What a verifier keeps of a log that verified. */
export interface SavedAudit {
  readonly checkpoint: SignedCheckpoint
  /**
   * What the entries up to the checkpoint leave behind: leases, verdicts, keys and their ends. Without
   * it (the file is a bare checkpoint) the past has to be read again.
   */
  readonly memory?: ChainMemory
}

const FORMAT = 'bulkhead.dev/saved-audit/v4'
/** Of a log with hundreds of thousands of judged commits. */
export const MAX_SAVED_BYTES = 256 * 1024 * 1024
const LIMITS = { maxBytes: MAX_SAVED_BYTES, maxDepth: 32 }

/**
 * The file that `ledger verify --save` writes. It is the verifier's own and as trusted as their policy;
 * the digest finds what was cut or spoiled, not what its owner changed on purpose.
 */
export function writeSavedAudit(checkpoint: Buffer, memory: ChainMemory): string {
  const content = { format: FORMAT, checkpoint: checkpoint.toString(), memory }
  const digest = sha256(canonicalJson(content))
  return `${canonicalJson({ ...content, digest })}\n`
}

interface SavedFile {
  readonly format: string
  readonly checkpoint: string
  readonly memory: Readonly<Record<string, unknown>>
  readonly digest: Digest
}

const savedShape: Shape<SavedFile> = objectOf({
  format: text,
  checkpoint: text,
  memory: anyObject,
  digest: digestText,
})

/**
 * Reads such a file, or a bare checkpoint.
 * @param file names it in messages
 * @throws InputError `usage/unreadable-file` when it is none of this log, or was changed
 */
export function readSavedAudit(
  bytes: Uint8Array,
  policy: VerifierPolicy,
  file: string,
): SavedAudit {
  if (bytes[0] !== '{'.charCodeAt(0)) return { checkpoint: claimedCheckpoint(bytes, policy, file) }
  const read = readJson(savedShape, bytes, LIMITS)
  if (read.kind === 'refused') throw unreadable(file, read.reason)
  const { digest, ...content } = read.value
  if (content.format !== FORMAT) throw unreadable(file, `its format is ${content.format}`)
  if (sha256(canonicalJson(content)) !== digest) throw unreadable(file, 'it was cut or changed')
  // Of this format and unchanged since writeSavedAudit wrote it.
  const memory = content.memory as unknown as ChainMemory
  return { checkpoint: claimedCheckpoint(Buffer.from(content.checkpoint), policy, file), memory }
}

const unreadable = (file: string, message: string): InputError =>
  new InputError({
    code: 'usage/unreadable-file',
    subject: file,
    message: `is not what \`ledger verify --save\` wrote: ${message}`,
    remedy: 'verify the whole log once (without --from) and save it again',
  })
