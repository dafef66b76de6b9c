import { type Range, type Repository, readInWindows } from '@bulkhead/git'
import { type CommitId, type Finding, InputError } from '@bulkhead/vocabulary'
import { holdsInPool } from './crypto-check.ts'
import { type JudgedCommits, settleForge } from './forge-range.ts'
import { type CommitRequest, prepareJudgement } from './judge-commit.ts'
import type { CommitJudgement, RangeJudgement } from './range-judgement.ts'
import type { TrustedSigners } from './signature-format.ts'

export interface RangeRequest extends TrustedSigners {
  readonly repository: Pick<
    Repository,
    'listCommits' | 'obstacles' | 'readObject' | 'recomputeMerge'
  >
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
  const [obstacles, judged] = await Promise.all([repository.obstacles(), judgeRange(request)])
  const judgeOther = (other: Range) => judgeRange({ ...request, range: other })
  const settled =
    request.rules?.forge === 'any'
      ? judged
      : await settleForge({ ...request, judge: judgeOther }, judged)
  // A shallow clone explains the missing commits: one cause, one finding.
  const findings = obstacles.length > 0 ? obstacles : settled.findings
  const { commits } = settled
  const passed = commits.filter(({ verdict }) => verdict === 'passed').length
  const counts = { commits: commits.length, passed, blocked: commits.length - passed }
  return { base: range.base, head: range.head, counts, commits, findings }
}

interface Listed {
  readonly commits: readonly CommitId[]
  readonly findings: readonly Finding[]
}

/** Every commit by its own signature alone. */
async function judgeRange(request: RangeRequest): Promise<JudgedCommits> {
  const listed = await listOrExplain(request)
  return { commits: await judgeAll(request, listed.commits), findings: listed.findings }
}

/** History that is not what it must be denies; everything else that fails is thrown on. */
async function listOrExplain({ repository, range }: RangeRequest): Promise<Listed> {
  try {
    return { commits: await repository.listCommits(range), findings: [] }
  } catch (error) {
    if (error instanceof InputError) return { commits: [], findings: error.findings }
    throw error
  }
}

async function judgeAll(
  request: RangeRequest,
  ids: readonly CommitId[],
): Promise<readonly CommitJudgement[]> {
  const { repository, range, ...trusted } = request
  const resignFrom = range.base ?? '--root'
  const judgements: Promise<CommitJudgement>[] = []
  for await (const { id, object } of readInWindows(repository, ids)) {
    const bytes = object.type === 'commit' ? object.bytes : Buffer.alloc(0)
    judgements.push(judge({ commit: id, bytes, ...trusted, resignFrom }))
  }
  return Promise.all(judgements)
}

async function judge(request: CommitRequest): Promise<CommitJudgement> {
  const pending = prepareJudgement(request)
  if (pending.kind === 'judged') return pending.judgement
  return pending.conclude(await holdsInPool(pending.check))
}
