import { verify } from 'node:crypto'
import { decodeExact } from './exact-base64.ts'
import { KEY_NAME, type NoteKey } from './note-key.ts'

/** One signature line. `bytes` are what follows the key id. */
export interface NoteSignature {
  readonly name: string
  readonly id: string
  readonly bytes: Buffer
}

/** A note in its parts. The text ends in a newline; nothing in it counts before a signature did. */
export interface Note {
  readonly text: string
  readonly signatures: readonly NoteSignature[]
}

const MAX_NOTE_BYTES = 64 * 1024
const MAX_SIGNATURES = 64
const ID_BYTES = 4
const SEPARATOR = '\n\n'
const SIGNATURE_LINE = /^\u2014 (\S+) ([A-Za-z0-9+/=]+)$/u

/** Reads a note strictly (C2SP signed-note, Format); undefined when it is none. */
export function readNote(bytes: Uint8Array | string): Note | undefined {
  const whole = textOf(bytes)
  // The signatures follow the last empty line: the text may have others.
  const end = whole?.lastIndexOf(SEPARATOR) ?? -1
  if (whole === undefined || end < 1 || !whole.endsWith('\n')) return undefined
  const lines = whole.slice(end + SEPARATOR.length, -1).split('\n')
  const signatures = lines.flatMap((line) => readLine(line) ?? [])
  const sound = signatures.length === lines.length && lines.length <= MAX_SIGNATURES
  return sound ? { text: whole.slice(0, end + 1), signatures } : undefined
}

function textOf(bytes: Uint8Array | string): string | undefined {
  const raw = Buffer.from(bytes)
  const text = raw.toString('utf8')
  if (raw.byteLength > MAX_NOTE_BYTES || !Buffer.from(text).equals(raw)) return undefined
  for (const character of text) {
    if (character < ' ' && character !== '\n') return undefined
  }
  return text
}

function readLine(line: string): NoteSignature | undefined {
  const [, name, encoded] = SIGNATURE_LINE.exec(line) ?? []
  const bytes = encoded === undefined ? undefined : decodeExact(encoded)
  if (name === undefined || !KEY_NAME.test(name)) return undefined
  if (bytes === undefined || bytes.byteLength <= ID_BYTES) return undefined
  return { name, id: bytes.toString('hex', 0, ID_BYTES), bytes: bytes.subarray(ID_BYTES) }
}

export const writeNote = ({ text, signatures }: Note): string =>
  `${text}\n${signatures.map(writeSignature).join('')}`

/** One line of a note, with its newline. */
export const writeSignature = ({ name, id, bytes }: NoteSignature): string =>
  `\u2014 ${name} ${Buffer.concat([Buffer.from(id, 'hex'), bytes]).toString('base64')}\n`

/** What the lines that name a key say. A wrong one spoils the note, even beside a right one. */
export type NoteCheck = 'signed' | 'unsigned' | 'forged'

/** Checks the plain signatures of one key over the text of a note. */
export function checkNote({ text, signatures }: Note, key: NoteKey): NoteCheck {
  const lines = signatures.filter(({ name, id }) => name === key.name && id === key.id)
  if (lines.length === 0) return 'unsigned'
  const hash = key.type === 'ecdsa-note' ? 'sha256' : null
  const signed = lines.every(({ bytes }) => verify(hash, Buffer.from(text), key.publicKey, bytes))
  return signed ? 'signed' : 'forged'
}
