import type { Signer } from '@bulkhead/envelope'
import { decodeHash, readDecimal } from './exact-base64.ts'
import { EMPTY_ROOT } from './merkle-hash.ts'
import type { NoteKey } from './note-key.ts'
import type { TreeHead } from './proofs.ts'
import { type Note, checkNote, readNote, writeNote } from './signed-note.ts'

/** A tree head and whose log it is of (C2SP tlog-checkpoint). */
export interface Checkpoint extends TreeHead {
  readonly origin: string
}

/** The note text: origin, size, root. We write no extension lines, and accept none. */
export const checkpointText = ({ origin, size, root }: Checkpoint): string =>
  `${origin}\n${size}\n${root.toString('base64')}\n`

/** Reads the text of a checkpoint; undefined when it is none, or has extension lines. */
export function readCheckpointText(text: string): Checkpoint | undefined {
  const [origin = '', decimal = '', encoded = '', rest, ...more] = text.split('\n')
  const size = readDecimal(decimal)
  const root = decodeHash(encoded)
  if (origin === '' || size === undefined || root === undefined) return undefined
  if (rest !== '' || more.length > 0) return undefined
  return size === 0 && !root.equals(EMPTY_ROOT) ? undefined : { origin, size, root }
}

/** Signs with the log's key. */
export async function sealCheckpoint(
  checkpoint: Checkpoint,
  key: NoteKey,
  signer: Pick<Signer, 'sign'>,
): Promise<string> {
  const text = checkpointText(checkpoint)
  const bytes = Buffer.from(await signer.sign(Buffer.from(text)))
  return writeNote({ text, signatures: [{ name: key.name, id: key.id, bytes }] })
}

/** A checkpoint whose log signature was checked, with the note that it came in. */
export interface SignedCheckpoint extends Checkpoint {
  readonly note: Note
}

export type CheckpointReading =
  | { readonly kind: 'read'; readonly checkpoint: SignedCheckpoint }
  | { readonly kind: 'refused'; readonly reason: string }

const refuse = (reason: string): CheckpointReading => ({ kind: 'refused', reason })

/** Opens a checkpoint: strict form, the wanted origin, signed by one of the log's keys. */
export function openCheckpoint(
  bytes: Uint8Array | string,
  origin: string,
  keys: readonly NoteKey[],
): CheckpointReading {
  const note = readNote(bytes)
  const checkpoint = note === undefined ? undefined : readCheckpointText(note.text)
  if (note === undefined || checkpoint === undefined) return refuse('it is not a signed checkpoint')
  if (checkpoint.origin !== origin) return refuse(`it is of ${JSON.stringify(checkpoint.origin)}`)
  const checks = keys.map((key) => checkNote(note, key))
  if (checks.includes('forged'))
    return refuse('it carries a wrong signature in the name of a log key')
  if (!checks.includes('signed')) return refuse('it is signed by no key of the log')
  return { kind: 'read', checkpoint: { ...checkpoint, note } }
}
