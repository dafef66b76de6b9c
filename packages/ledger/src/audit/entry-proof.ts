import { type Finding, counted } from '@bulkhead/vocabulary'
import { readEntry } from '../entry-form.ts'
import type { LedgerEntry } from '../entry.ts'
import { against, againstCheckpoint, againstLog } from '../ledger-findings.ts'
import { LogChain } from '../log-chain.ts'
import { type SignedCheckpoint, openCheckpoint } from '../tlog/checkpoint.ts'
import { hashLeaf } from '../tlog/merkle-hash.ts'
import { provesInclusion } from '../tlog/proofs.ts'
import { writeNote } from '../tlog/signed-note.ts'
import { TileMissing, TiledTree } from '../tlog/tiled-tree.ts'
import { readTlogProof, writeTlogProof } from '../tlog/tlog-proof.ts'
import { type LogSource, entryAt } from './audit-log.ts'
import { LOG_CHECKS } from './log-checks.ts'
import { noteKeysFor } from './known-checkpoint.ts'
import { endOfKey } from './known-keys.ts'
import { entryChecksOf } from './policy-checks.ts'
import type { VerifierPolicy } from './verifier-policy.ts'

export type EntryProof =
  | { readonly kind: 'proven'; readonly text: string }
  | { readonly kind: 'refused'; readonly findings: readonly Finding[] }

/**
 * The proof that an entry is in the log of a checkpoint, as C2SP tlog-proof text. The entry's own
 * bytes go along as its extra data, so that the text alone can be checked.
 * @param available size of the newest checkpoint, whose tiles the store holds
 */
export async function proveEntry(
  log: LogSource,
  index: number,
  checkpoint: SignedCheckpoint,
  available = checkpoint.size,
): Promise<EntryProof> {
  const subject = `entry ${index}`
  if (index >= checkpoint.size) {
    const message = `the checkpoint is of ${counted(checkpoint.size, 'entry', 'entries')}`
    return { kind: 'refused', findings: [againstLog(subject, 'ledger/bad-proof', message)] }
  }
  try {
    const tree = new TiledTree(checkpoint.size, log.readFile, available)
    const [hashes, bytes] = await Promise.all([tree.inclusionProof(index), entryAt(log, index)])
    const { size, root } = checkpoint
    const leaf = bytes === undefined ? undefined : hashLeaf(bytes)
    if (leaf === undefined || !provesInclusion({ leaf, index, size, root, proof: hashes })) {
      const message = 'entry and tiles do not lead to the root of the checkpoint'
      return { kind: 'refused', findings: [againstLog(subject, 'ledger/rewritten', message)] }
    }
    const note = writeNote(checkpoint.note)
    const extra = bytes === undefined ? {} : { extra: bytes }
    return { kind: 'proven', text: writeTlogProof({ ...extra, index, hashes, checkpoint: note }) }
  } catch (error) {
    if (!(error instanceof TileMissing)) throw error
    return { kind: 'refused', findings: [againstLog(error.path, 'ledger/bad-tile', error.message)] }
  }
}

export interface ProofJudgement {
  readonly entry: LedgerEntry | null
  /** Entries of the log that the proof speaks of. */
  readonly size: number
  readonly findings: readonly Finding[]
}

const refused = (message: string): ProofJudgement => ({
  entry: null,
  size: 0,
  findings: [againstLog('proof', 'ledger/bad-proof', message)],
})

/** Checks a proof offline, by the verifier's policy alone. */
export function judgeEntryProof(text: string, policy: VerifierPolicy, now: number): ProofJudgement {
  const proof = readTlogProof(text)
  if (proof === undefined) return refused('it is not a tlog-proof')
  if (proof.extra === undefined) return refused('it carries no entry')
  const keys = noteKeysFor(policy, proof.checkpoint)
  const opened = openCheckpoint(proof.checkpoint, policy.origin, keys)
  if (opened.kind === 'refused') return refused(`its checkpoint: ${opened.reason}`)
  const { checkpoint } = opened
  const { size, root } = checkpoint
  const { index, hashes } = proof
  const leaf = hashLeaf(proof.extra)
  if (!provesInclusion({ leaf, index, size, root, proof: hashes })) {
    return refused(`it does not lead from entry ${index} to the root of the checkpoint`)
  }
  const read = readEntry(proof.extra, policy.logKeys)
  const seen = { checkpoint, root, reading: opened }
  const view = {
    policy,
    now,
    tree: checkpoint,
    lastAt: '',
    ahead: [],
    stored: opened,
    rootAtStored: root,
    differingTiles: [],
    witnessed: seen,
  }
  const findings = LOG_CHECKS.flatMap((check) => check.judge(view))
  if (read.kind === 'refused') {
    return { entry: null, size, findings: [againstCheckpoint(read.code, read.reason), ...findings] }
  }
  const { entry } = read
  const judged = judgeInPlace(entry, policy, index)
  return { entry, size, findings: [...judged, ...findings] }
}

/** The checks of an entry that need nothing of what came before it. */
const PLACELESS: readonly string[] = ['role', 'origin', 'genesis', 'revocation']

/** As `verify` judges it in the log, as far as that can be said of an entry alone. */
function judgeInPlace(
  entry: LedgerEntry,
  policy: VerifierPolicy,
  index: number,
): readonly Finding[] {
  const { origin, environment, genesis, logKeys: keys } = policy
  const trust = {
    keys,
    until: Object.fromEntries(keys.map((key) => [key.name, endOfKey(policy, key)])),
    ...(genesis !== undefined && { genesisDigest: genesis }),
  }
  const chain = new LogChain({ trust, origin, environment })
  const elsewhere =
    entry.index === index
      ? []
      : [against(index, 'ledger/wrong-origin', `it says that it is entry ${entry.index}`)]
  const findings = entryChecksOf(policy)
    .filter(({ name }) => PLACELESS.includes(name))
    .flatMap((check) => check.judge(chain, entry, index) ?? [])
  return [...elsewhere, ...findings]
}
