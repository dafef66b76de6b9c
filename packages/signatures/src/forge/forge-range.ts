import type { Range, Recomputation, Repository } from '@bulkhead/git'
import { type CommitId, type Finding, InputError } from '@bulkhead/vocabulary'
import { readCommit } from '../commit/commit-object.ts'
import { type ForgeCommit, settleForgeCommits } from './forge-commits.ts'
import type { CommitJudgement } from '../commit/range-judgement.ts'

/** Commits with what concerns their range as a whole. */
export interface JudgedCommits {
  readonly commits: readonly CommitJudgement[]
  readonly findings: readonly Finding[]
}

interface ForgeRequest {
  readonly repository: Pick<Repository, 'readObject' | 'recomputeMerge'>
  readonly range: Range
  readonly pullRequestHeads?: readonly CommitId[] | undefined
}

/** Judges another range under the same rules, the forge's commits by their signature alone. */
type JudgeAlone = (range: Range) => Promise<JudgedCommits>

interface PullRequests {
  readonly heads: readonly CommitId[]
  /** Of each head whose commits are not all verified, the first that is not. */
  readonly open: ReadonlyMap<CommitId, CommitId>
  readonly findings: readonly Finding[]
}

/** Merges computed at a time. */
const AT_ONCE = 4
const NO_PULL_REQUESTS: PullRequests = { heads: [], open: new Map(), findings: [] }

/**
 * Takes back the word of the forge where nothing but its signature speaks for a commit, batch by batch
 * in the order of the range: see {@link settleForgeCommits}. It remembers what was blocked, and
 * otherwise only what the forge merged, so that memory does not grow with the range.
 */
export class ForgeSettlement {
  readonly #request: ForgeRequest
  readonly #judgeAlone: JudgeAlone
  readonly #blocked = new Set<CommitId>()
  readonly #merged = new Set<CommitId>()
  #pullRequests: Promise<PullRequests> | undefined

  constructor(request: ForgeRequest, judgeAlone: JudgeAlone) {
    this.#request = request
    this.#judgeAlone = judgeAlone
  }

  /** @throws InputError `git/incomplete-range` when a parent comes after its child */
  async settle(batch: readonly CommitJudgement[]): Promise<readonly CommitJudgement[]> {
    this.#expectParentsFirst(batch)
    const byForge = batch.filter(isByForge)
    const settled = byForge.length === 0 ? undefined : await this.#settleForge(batch, byForge)
    return batch.map((alone) => {
      const judgement = settled?.get(alone.commit) ?? alone
      if (judgement.verdict === 'blocked') this.#blocked.add(judgement.commit)
      return judgement
    })
  }

  /** What concerns the pull requests that were named, as far as they were needed. */
  async findings(): Promise<readonly Finding[]> {
    return (await this.#pullRequests)?.findings ?? []
  }

  async #settleForge(batch: readonly CommitJudgement[], byForge: readonly CommitJudgement[]) {
    this.#pullRequests ??= judgePullRequests(this.#request, this.#judgeAlone)
    const { heads, open } = await this.#pullRequests
    const commits = await computeAgain(this.#request, byForge, heads)
    for (const parent of commits.flatMap(({ parents }) => parents)) this.#merged.add(parent)
    return settleForgeCommits({
      judged: byId(batch),
      byForge: commits,
      isVerifiedBefore: (id) => !this.#blocked.has(id),
      openIn: (head) => open.get(head),
      resignFrom: this.#request.range.base ?? '--root',
    })
  }

  /**
   * What is not known to be blocked is taken to be verified, since parents come first. git alone says
   * in which order commits come, so it is held to its word.
   */
  #expectParentsFirst(batch: readonly CommitJudgement[]): void {
    const late = batch.find(({ commit }) => this.#merged.has(commit))
    if (late === undefined) return
    throw new InputError({
      code: 'git/incomplete-range',
      subject: late.commit,
      message: 'comes after a commit that it is a parent of',
      remedy: 'run `git fsck`; if it is clean, install git anew',
    })
  }
}

/** The heads that a squash may be of, and whether each is verified; they may need each other. */
async function judgePullRequests(
  request: ForgeRequest,
  judgeAlone: JudgeAlone,
): Promise<PullRequests> {
  const { range, pullRequestHeads = [] } = request
  if (pullRequestHeads.length === 0) return NO_PULL_REQUESTS
  const read: (JudgedCommits & { readonly head: CommitId })[] = []
  for (const head of new Set(pullRequestHeads)) {
    read.push({ head, ...(await judgeAlone({ base: range.base, head })) })
  }
  const sound = new Map(
    read.filter(({ findings }) => findings.length === 0).map((one) => [one.head, one.commits]),
  )
  const heads = [...sound.keys()]
  const judged = byId([...sound.values()].flat())
  const settled = settleForgeCommits({
    judged,
    byForge: await computeAgain(request, [...judged.values()].filter(isByForge), heads),
    isVerifiedBefore: () => true,
    openIn: (head, isVerified) =>
      sound
        .get(head)
        ?.map(idOf)
        .find((id) => !isVerified(id)),
    resignFrom: range.base ?? '--root',
  })
  const open = new Map<CommitId, CommitId>()
  for (const [head, commits] of sound) {
    const first = commits.find(({ commit }) => settled.get(commit)?.verdict !== 'passed')
    if (first !== undefined) open.set(head, first.commit)
  }
  return { heads, open, findings: read.flatMap(({ findings }) => findings) }
}

const isByForge = ({ verdict, role }: CommitJudgement): boolean =>
  verdict === 'passed' && role === 'forge'

const idOf = ({ commit }: CommitJudgement): CommitId => commit

const byId = (judgements: readonly CommitJudgement[]): ReadonlyMap<CommitId, CommitJudgement> =>
  new Map(judgements.map((judgement) => [judgement.commit, judgement]))

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
