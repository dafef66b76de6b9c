import type { Range, Repository } from '@bulkhead/git'
import { type CommitId, InputError } from '@bulkhead/vocabulary'
import { holds, holdsInPool, isQuick } from './crypto-check.ts'
import { type JudgedCommits, settleForge } from './forge-range.ts'
import { type CommitRequest, prepareJudgement } from './judge-commit.ts'
import type { CommitJudgement, RangeJudgement } from './range-judgement.ts'
import type { TrustedSigners } from './signature-format.ts'

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
  const { repository, range } = request
  const [obstacles, judged] = await Promise.all([repository.obstacles(), judgeOrExplain(request)])
  const judgeOther = (other: Range) => judgeOrExplain({ ...request, range: other })
  const settled =
    request.rules?.forge === 'any'
      ? judged
      : await settleForge({ ...request, judge: judgeOther }, judged)
  const { commits } = settled
  // A shallow clone explains the missing commits: one cause, one finding.
  const findings = obstacles.length > 0 ? obstacles : settled.findings
  const passed = commits.filter(({ verdict }) => verdict === 'passed').length
  const counts = { commits: commits.length, passed, blocked: commits.length - passed }
  return { base: range.base, head: range.head, counts, commits, findings }
}

/**
 * Every commit by its own signature alone. History that is not what it must be denies; everything
 * else that fails is thrown on.
 */
async function judgeOrExplain(request: RangeRequest): Promise<JudgedCommits> {
  try {
    return { commits: await judgeAll(request), findings: [] }
  } catch (error) {
    if (error instanceof InputError) return { commits: [], findings: error.findings }
    throw error
  }
}

/** Commits in judgement at a time: enough for all cores, few enough that memory stays flat. */
const BATCH = 64

async function judgeAll(request: RangeRequest): Promise<readonly CommitJudgement[]> {
  const { repository, range, ...trusted } = request
  const resignFrom = range.base ?? '--root'
  const judged: CommitJudgement[] = []
  let before: Promise<readonly CommitJudgement[]> = Promise.resolve([])
  let batch: Promise<CommitJudgement>[] = []
  const turn = async () => {
    const done = await before
    before = Promise.all(batch)
    batch = []
    for (const judgement of done) judged.push(judgement)
  }
  for await (const { id, object } of repository.readRange(range)) {
    const bytes = object.type === 'commit' ? object.bytes : Buffer.alloc(0)
    batch.push(judge({ commit: id, bytes, ...trusted, resignFrom }))
    if (batch.length === BATCH) await turn()
  }
  await turn()
  await turn()
  return judged
}

async function judge(request: CommitRequest): Promise<CommitJudgement> {
  const pending = prepareJudgement(request)
  if (pending.kind === 'judged') return pending.judgement
  const { check, conclude } = pending
  return conclude(isQuick(check) ? holds(check) : await holdsInPool(check))
}
