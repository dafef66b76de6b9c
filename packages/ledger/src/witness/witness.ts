import type { Signer } from '@bulkhead/envelope'
import { type Finding, counted } from '@bulkhead/vocabulary'
import { againstCheckpoint } from '../ledger-findings.ts'
import { type SignedCheckpoint, openCheckpoint } from '../tlog/checkpoint.ts'
import { cosign } from '../tlog/cosignature.ts'
import type { NoteKey } from '../tlog/note-key.ts'
import { provesConsistency } from '../tlog/proofs.ts'
import { type NoteSignature, writeNote } from '../tlog/signed-note.ts'
import { TileMissing } from '../tlog/tiled-tree.ts'
import type { WitnessMemory } from './witness-memory.ts'

export interface WitnessOptions {
  /** The one log that is watched, by its origin and keys: from the witness's own configuration. */
  readonly origin: string
  readonly logKeys: readonly NoteKey[]
  /** The witness's own key, of type cosignature. */
  readonly key: NoteKey
  readonly signer: Pick<Signer, 'sign'>
  readonly memory: WitnessMemory
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

export interface WitnessRequest {
  readonly checkpoint: Uint8Array | string
  /** Gives the consistency proof from a tree of `old` entries. It comes from the log: not trusted. */
  readonly prove: (old: number, size: number) => Promise<readonly Buffer[]>
}

/** Refusals have the meaning of the HTTP codes of C2SP tlog-witness, add-checkpoint. */
export type WitnessAnswer =
  | {
      readonly kind: 'cosigned'
      readonly line: NoteSignature
      readonly checkpoint: SignedCheckpoint
    }
  | {
      readonly kind: 'refused'
      readonly status: 403 | 409 | 422
      readonly findings: readonly Finding[]
    }

/**
 * Cosigns a checkpoint that continues the last one cosigned (C2SP tlog-witness). The cosignature is
 * only made after the memory took the checkpoint in place of the very one that was compared with:
 * otherwise of two requests at once the shorter could be remembered last, and the difference be cut
 * from the log with the witness's blessing.
 */
export async function witnessCheckpoint(
  options: WitnessOptions,
  { checkpoint: bytes, prove }: WitnessRequest,
): Promise<WitnessAnswer> {
  const { origin, logKeys, memory, key, signer, now } = options
  const opened = openCheckpoint(bytes, origin, logKeys)
  if (opened.kind === 'refused') return refuse(403, 'ledger/bad-checkpoint', opened.reason)
  const { checkpoint } = opened
  const last = await memory.last(origin)
  const known = last === null ? null : openCheckpoint(last.checkpoint, origin, logKeys)
  if (known?.kind === 'refused') {
    return refuse(403, 'ledger/bad-checkpoint', `what this witness remembers: ${known.reason}`)
  }
  const objection = await contradiction(known?.checkpoint ?? null, checkpoint, prove)
  if (objection !== undefined) return objection
  if (!(await memory.replace(origin, last, writeNote(checkpoint.note)))) {
    return refuse(409, 'ledger/lost-race', 'another request was cosigned meanwhile: ask again')
  }
  const line = await cosign(checkpoint.note, key, Math.floor(now() / 1_000), signer)
  return { kind: 'cosigned', line, checkpoint }
}

async function contradiction(
  last: SignedCheckpoint | null,
  next: SignedCheckpoint,
  prove: WitnessRequest['prove'],
): Promise<WitnessAnswer | undefined> {
  if (last === null) return undefined
  if (next.size < last.size) {
    const message = `this witness cosigned ${counted(last.size, 'entry', 'entries')}, this has ${next.size}`
    return refuse(409, 'ledger/rewritten', message)
  }
  if (provesConsistency(last, next, await proofBetween(last, next, prove))) return undefined
  const message = `it is not proven to continue what this witness cosigned: ${counted(last.size, 'entry', 'entries')}`
  return refuse(422, 'ledger/rewritten', message)
}

/** A log that cannot show its tiles has no proof to give. */
async function proofBetween(
  last: SignedCheckpoint,
  next: SignedCheckpoint,
  prove: WitnessRequest['prove'],
): Promise<readonly Buffer[]> {
  if (next.size === last.size) return []
  try {
    return await prove(last.size, next.size)
  } catch (error) {
    if (error instanceof TileMissing) return []
    throw error
  }
}

const refuse = (
  status: 403 | 409 | 422,
  code: Finding['code'],
  message: string,
): WitnessAnswer => ({ kind: 'refused', status, findings: [againstCheckpoint(code, message)] })

/** The checkpoint with one more line under it. */
export const withCosignature = ({ note }: SignedCheckpoint, line: NoteSignature): string =>
  writeNote({ ...note, signatures: [...note.signatures, line] })
