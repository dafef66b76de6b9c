import type { Range, Recomputation, Repository } from '@bulkhead/git'
import type { CommitId, Finding } from '@bulkhead/vocabulary'
import { readCommit } from './commit-object.ts'
import { type ForgeCommit, type PullRequestHead, settleForgeCommits } from './forge-commits.ts'
import type { CommitJudgement } from './range-judgement.ts'

/** Commits with what concerns their range as a whole. */
export interface JudgedCommits {
  readonly commits: readonly CommitJudgement[]
  readonly findings: readonly Finding[]
}

interface ForgeRequest {
  readonly repository: Pick<Repository, 'readObject' | 'recomputeMerge'>
  readonly range: Range
  readonly pullRequestHeads?: readonly CommitId[] | undefined
  /** Judges another range under the same rules, the forge's commits by their signature alone. */
  readonly judge: (range: Range) => Promise<JudgedCommits>
}

/** Merges computed at a time. */
const AT_ONCE = 4

/**
 * Takes back the word of the forge where nothing but its signature speaks for a commit: see
 * {@link settleForgeCommits}. A range without commits of the forge comes back as it was.
 */
export async function settleForge(
  request: ForgeRequest,
  { commits, findings }: JudgedCommits,
): Promise<JudgedCommits> {
  if (!commits.some(isByForge)) return { commits, findings }
  const { range, pullRequestHeads = [] } = request
  const others: (JudgedCommits & PullRequestIds)[] = []
  for (const head of new Set(pullRequestHeads)) {
    others.push({ head, ...(await request.judge({ base: range.base, head })) })
  }
  const sound = others.filter((other) => other.findings.length === 0)
  const all = [...sound.flatMap((other) => other.commits), ...commits]
  const judged = new Map(all.map((judgement) => [judgement.commit, judgement]))
  const heads = sound.map(({ head }) => head)
  const settled = settleForgeCommits({
    judged,
    byForge: await computeAgain(request, [...judged.values()].filter(isByForge), heads),
    pullRequests: sound.map(({ head, commits: own }) => ({ head, commits: own.map(idOf) })),
    resignFrom: range.base ?? '--root',
  })
  return {
    commits: commits.map((judgement) => settled.get(judgement.commit) ?? judgement),
    findings: [...findings, ...others.flatMap((other) => other.findings)],
  }
}

type PullRequestIds = Pick<PullRequestHead, 'head'>

const isByForge = ({ verdict, role }: CommitJudgement): boolean =>
  verdict === 'passed' && role === 'forge'

const idOf = ({ commit }: CommitJudgement): CommitId => commit

async function computeAgain(
  { repository }: ForgeRequest,
  judgements: readonly CommitJudgement[],
  heads: readonly CommitId[],
): Promise<readonly ForgeCommit[]> {
  const found: ForgeCommit[] = []
  for (let start = 0; start < judgements.length; start += AT_ONCE) {
    const window = judgements.slice(start, start + AT_ONCE)
    found.push(...(await Promise.all(window.map((one) => computeOne(repository, one, heads)))))
  }
  return found
}

async function computeOne(
  repository: ForgeRequest['repository'],
  judgement: CommitJudgement,
  heads: readonly CommitId[],
): Promise<ForgeCommit> {
  const { bytes } = await repository.readObject(judgement.commit)
  const object = readCommit(bytes, judgement.commit.length === 64 ? 'sha256' : 'sha1')
  if (object.kind === 'refused') throw new TypeError('a commit that passed was read before')
  const { tree, parents } = object.value
  const [ours, theirs, ...more] = parents
  const commit = { judgement, tree, parents }
  if (ours === undefined || more.length > 0) return commit
  if (theirs !== undefined)
    return { ...commit, merge: await repository.recomputeMerge(ours, theirs) }
  const squashes: { head: CommitId; result: Recomputation }[] = []
  for (const head of heads) {
    squashes.push({ head, result: await repository.recomputeMerge(ours, head) })
  }
  return { ...commit, squashes }
}
