import { verify } from 'node:crypto'
import type { Signer } from '@bulkhead/envelope'
import type { NoteKey } from './note-key.ts'
import type { Note, NoteSignature } from './signed-note.ts'

const TIME_BYTES = 8
const SIGNATURE_BYTES = 64

/** What a witness signs (C2SP tlog-cosignature, Ed25519 signed message). */
const cosignedMessage = (seconds: bigint, text: string): Buffer =>
  Buffer.from(`cosignature/v1\ntime ${seconds}\n${text}`)

/** A witness's line under a checkpoint. `seconds` since the epoch; 0 would say nothing of the time. */
export async function cosign(
  { text }: Pick<Note, 'text'>,
  key: NoteKey,
  seconds: number,
  signer: Pick<Signer, 'sign'>,
): Promise<NoteSignature> {
  if (key.type !== 'cosignature') throw new TypeError('a cosignature needs a key of its type')
  if (!Number.isSafeInteger(seconds) || seconds <= 0) throw new TypeError('not a time to cosign at')
  const time = Buffer.alloc(TIME_BYTES)
  time.writeBigUInt64BE(BigInt(seconds))
  const signature = await signer.sign(cosignedMessage(BigInt(seconds), text))
  return { name: key.name, id: key.id, bytes: Buffer.concat([time, signature]) }
}

export type CosignatureCheck =
  | { readonly kind: 'cosigned'; readonly seconds: number }
  | { readonly kind: 'absent' | 'forged' }

/** Checks the line of one witness. Its time counts only after its signature did. */
export function checkCosignature({ text, signatures }: Note, key: NoteKey): CosignatureCheck {
  const lines = signatures.filter(({ name, id }) => name === key.name && id === key.id)
  if (lines.length === 0) return { kind: 'absent' }
  const times = lines.map(({ bytes }) => timeOf(bytes, text, key))
  const good = times.filter((seconds) => seconds !== undefined)
  return good.length === lines.length
    ? { kind: 'cosigned', seconds: Math.max(...good) }
    : { kind: 'forged' }
}

function timeOf(bytes: Buffer, text: string, { publicKey }: NoteKey): number | undefined {
  if (bytes.byteLength !== TIME_BYTES + SIGNATURE_BYTES) return undefined
  const seconds = bytes.readBigUInt64BE()
  if (seconds === 0n || seconds > BigInt(Number.MAX_SAFE_INTEGER)) return undefined
  const message = cosignedMessage(seconds, text)
  return verify(null, message, publicKey, bytes.subarray(TIME_BYTES)) ? Number(seconds) : undefined
}
