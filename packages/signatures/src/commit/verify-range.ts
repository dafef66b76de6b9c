import type { Range, Repository } from '@bulkhead/git'
import { type CommitId, type Finding, InputError } from '@bulkhead/vocabulary'
import { holds, holdsInPool, isQuick } from '../crypto-check.ts'
import { ForgeSettlement, type JudgedCommits } from '../forge/forge-range.ts'
import { type CommitRequest, prepareJudgement } from './judge-commit.ts'
import type { CommitJudgement, RangeJudgement, RangeSummary } from './range-judgement.ts'
import type { TrustedSigners } from '../signature-format.ts'

export interface RangeRequest extends TrustedSigners {
  readonly repository: Pick<Repository, 'obstacles' | 'readObject' | 'readRange' | 'recomputeMerge'>
  readonly range: Range
  /** When the head reached us, in milliseconds since the epoch. */
  readonly receiptTime: number
  /**
   * Heads of pull requests that the forge may have squashed into the range. They are judged too:
   * naming one vouches for nothing.
   */
  readonly pullRequestHeads?: readonly CommitId[] | undefined
}

/**
 * Judges every commit reachable from the head by any parent and not from the base. A clone that can
 * hide history is a finding, as is a range that does not connect. An empty range has no commits and
 * no findings: callers say so.
 * @throws WorldError when objects cannot be read
 */
export async function verifyRange(request: RangeRequest): Promise<RangeJudgement> {
  const commits: CommitJudgement[] = []
  const judging = judgeRange(request)
  for (;;) {
    const step = await judging.next()
    if (step.done) return { ...step.value, commits }
    for (const judgement of step.value) commits.push(judgement)
  }
}

/** Commits in judgement at a time: enough for all cores, few enough that memory stays flat. */
const BATCH = 64

/**
 * As {@link verifyRange}, batch by batch, oldest first: memory does not grow with the range. What was
 * judged counts only with the summary, which alone says whether the range was whole.
 */
export async function* judgeRange(
  request: RangeRequest,
): AsyncGenerator<readonly CommitJudgement[], RangeSummary> {
  const { repository, range } = request
  const counts = { commits: 0, passed: 0, blocked: 0 }
  const obstacles = repository.obstacles()
  // Awaited at the end; a clone that cannot be read fails sooner.
  obstacles.catch(() => undefined)
  const forge = new ForgeSettlement(request, (other) => judgeAlone({ ...request, range: other }))
  const trustsForge = request.rules?.forge === 'any'
  let findings: readonly Finding[] = []
  try {
    for await (const alone of judgeBatches(request)) {
      const batch = trustsForge ? alone : await forge.settle(alone)
      for (const { verdict } of batch) counts[verdict] += 1
      counts.commits += batch.length
      yield batch
    }
    findings = await forge.findings()
  } catch (error) {
    // History that is not what it must be denies; everything else that fails is thrown on.
    if (!(error instanceof InputError)) throw error
    findings = error.findings
  }
  const hidden = await obstacles
  // A shallow clone explains the missing commits: one cause, one finding.
  return {
    base: range.base,
    head: range.head,
    counts,
    findings: hidden.length > 0 ? hidden : findings,
  }
}

/** Every commit by its own signature alone, all at once. */
async function judgeAlone(request: RangeRequest): Promise<JudgedCommits> {
  const commits: CommitJudgement[] = []
  try {
    for await (const batch of judgeBatches(request)) commits.push(...batch)
    return { commits, findings: [] }
  } catch (error) {
    if (!(error instanceof InputError)) throw error
    return { commits: [], findings: error.findings }
  }
}

async function* judgeBatches({
  repository,
  range,
  ...trusted
}: RangeRequest): AsyncGenerator<readonly CommitJudgement[]> {
  const resignFrom = range.base ?? '--root'
  let before: Promise<readonly CommitJudgement[]> = Promise.resolve([])
  let batch: Promise<CommitJudgement>[] = []
  for await (const { id, object } of repository.readRange(range)) {
    const bytes = object.type === 'commit' ? object.bytes : Buffer.alloc(0)
    batch.push(judge({ commit: id, bytes, ...trusted, resignFrom }))
    if (batch.length < BATCH) continue
    // One batch is read while the one before it is checked.
    yield await before
    before = Promise.all(batch)
    batch = []
  }
  yield await before
  yield await Promise.all(batch)
}

async function judge(request: CommitRequest): Promise<CommitJudgement> {
  const pending = prepareJudgement(request)
  if (pending.kind === 'judged') return pending.judgement
  const { check, conclude } = pending
  return conclude(isQuick(check) ? holds(check) : await holdsInPool(check))
}
