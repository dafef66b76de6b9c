import type { AppendRequest, StoredEntry } from '../ledger-store.ts'
import { CHECKPOINT } from '../stored-tree.ts'

/** One append as one object: the bytes of its entries, and the checkpoint that they make. */
export interface S3Record {
  readonly append: string
  readonly entries: readonly Buffer[]
  readonly checkpoint: Buffer | undefined
}

export function recordOf(append: string, { entries, files = [] }: AppendRequest): S3Record {
  const checkpoint = files.find(({ path }) => path === CHECKPOINT)?.bytes
  return { append, entries: entries.map(({ bytes }: StoredEntry) => bytes), checkpoint }
}

export const writeRecord = ({ append, entries, checkpoint }: S3Record): Buffer =>
  Buffer.from(
    JSON.stringify({
      append,
      entries: entries.map((bytes) => bytes.toString('base64')),
      checkpoint: checkpoint?.toString('base64') ?? null,
    }),
  )

/** What somebody else put there holds no entries. */
export const NO_RECORD: S3Record = { append: '', entries: [], checkpoint: undefined }

export function readRecord(bytes: Buffer): S3Record {
  const json = parseJson(bytes)
  if (typeof json !== 'object' || json === null) return NO_RECORD
  const { append, entries, checkpoint } = json as Record<string, unknown>
  if (typeof append !== 'string' || !Array.isArray(entries)) return NO_RECORD
  const texts = entries.filter((text: unknown) => typeof text === 'string')
  if (texts.length !== entries.length) return NO_RECORD
  return {
    append,
    entries: texts.map((text) => Buffer.from(text, 'base64')),
    checkpoint: typeof checkpoint === 'string' ? Buffer.from(checkpoint, 'base64') : undefined,
  }
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'))
  } catch {
    return undefined
  }
}
