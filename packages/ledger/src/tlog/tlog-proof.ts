import { decodeExact, decodeHash, readDecimal } from './exact-base64.ts'
import { MAX_PROOF_HASHES } from './proofs.ts'

/** A proof for one entry that needs no log to check (C2SP tlog-proof). */
export interface TlogProof {
  /** Anything; not authenticated. */
  readonly extra?: Buffer
  readonly index: number
  /** From the leaf's sibling up. */
  readonly hashes: readonly Buffer[]
  /** The signed checkpoint, with its cosignatures, as the log has it. */
  readonly checkpoint: string
}

const HEADER = 'c2sp.org/tlog-proof@v1'
const MAX_PROOF_TEXT = 256 * 1024

export const writeTlogProof = ({ extra, index, hashes, checkpoint }: TlogProof): string =>
  [
    HEADER,
    ...(extra === undefined ? [] : [`extra ${extra.toString('base64')}`]),
    `index ${index}`,
    ...hashes.map((hash) => hash.toString('base64')),
    '',
    checkpoint,
  ].join('\n')

/** Reads a proof strictly; undefined when it is none. Its checkpoint is still to be opened. */
export function readTlogProof(text: string): TlogProof | undefined {
  const end = text.indexOf('\n\n')
  if (text.length > MAX_PROOF_TEXT || end < 0) return undefined
  const [header, ...lines] = text.slice(0, end).split('\n')
  const first = lines[0]?.startsWith('extra ') === true ? lines.shift()?.slice(6) : undefined
  const extra = first === undefined ? undefined : decodeExact(first)
  const index = readDecimal(/^index (.*)$/.exec(lines.shift() ?? '')?.[1] ?? '')
  const hashes = lines.flatMap((line) => decodeHash(line) ?? [])
  if (header !== HEADER || index === undefined || (first !== undefined && extra === undefined)) {
    return undefined
  }
  if (hashes.length !== lines.length || hashes.length > MAX_PROOF_HASHES) return undefined
  const checkpoint = text.slice(end + 2)
  return { ...(extra === undefined ? {} : { extra }), index, hashes, checkpoint }
}
