import type { Recomputation } from '@bulkhead/git'
import type { CommitId, TreeId } from '@bulkhead/vocabulary'
import type { CommitJudgement } from '../commit/range-judgement.ts'
import { type ForgeReason, forgeRemedyFor } from './forge-remedies.ts'

/** A commit that the forge signed, and what computing it again gave. */
export interface ForgeCommit {
  readonly judgement: CommitJudgement
  readonly tree: TreeId
  readonly parents: readonly CommitId[]
  /** Of a merge: its two parents merged again. */
  readonly merge?: Recomputation
  /** Of a commit with one parent: each named pull-request head merged onto that parent. */
  readonly squashes?: readonly { readonly head: CommitId; readonly result: Recomputation }[]
}

type IsVerified = (id: CommitId) => boolean

interface Setting {
  /** By their own signature alone. */
  readonly judged: ReadonlyMap<CommitId, CommitJudgement>
  /** Those of them that the forge signed. */
  readonly byForge: readonly ForgeCommit[]
  /** Whether a commit that is not among `judged` was verified before. */
  readonly isVerifiedBefore: IsVerified
  /** A commit of this pull request that is not verified; undefined when all are. */
  readonly openIn: (head: CommitId, isVerified: IsVerified) => CommitId | undefined
  /** Where a rebase would begin. */
  readonly resignFrom: string
}

interface Objection {
  readonly code: ForgeReason
  readonly message: string
}

/**
 * Whoever can write to a repository can have the forge sign anything in anybody's name, so its
 * signature vouches for nothing but the merge itself: the tree must follow from commits that were
 * verified without it. Begins with all of the forge's commits blocked, and lets one pass when what
 * it is made of has passed, until no more do: no two commits can vouch for each other.
 */
export function settleForgeCommits(setting: Setting): ReadonlyMap<CommitId, CommitJudgement> {
  const settled = new Map(setting.judged)
  for (const { judgement } of setting.byForge) settled.delete(judgement.commit)
  const isVerified = (id: CommitId) =>
    setting.judged.has(id) ? settled.get(id)?.verdict === 'passed' : setting.isVerifiedBefore(id)
  let waiting = setting.byForge
  for (let before = waiting.length + 1; waiting.length < before;) {
    before = waiting.length
    waiting = waiting.filter((commit) => {
      if (objectTo(commit, setting, isVerified) !== undefined) return true
      settled.set(commit.judgement.commit, passed(commit))
      return false
    })
  }
  for (const commit of waiting) {
    const objection = objectTo(commit, setting, isVerified) ?? NOT_A_MERGE
    settled.set(commit.judgement.commit, blocked(commit, objection, setting))
  }
  return settled
}

function objectTo(
  commit: ForgeCommit,
  setting: Setting,
  isVerified: IsVerified,
): Objection | undefined {
  const strange = commit.parents.find((parent) => !isVerified(parent))
  if (commit.parents.length === 1) return objectToSquash(commit, setting, isVerified, strange)
  if (commit.parents.length !== 2 || commit.merge === undefined) return NOT_A_MERGE
  if (strange !== undefined) return unverified(strange)
  return objectToResult(commit, commit.merge, commit.parents.join(' and '))
}

function objectToSquash(
  commit: ForgeCommit,
  { openIn }: Setting,
  isVerified: IsVerified,
  strange: CommitId | undefined,
): Objection | undefined {
  const same = squashOf(commit)
  if (same === undefined) {
    const tooOld = commit.squashes?.find(({ result }) => result.kind === 'too-old')
    return tooOld === undefined ? NOT_A_MERGE : notRecomputed(tooOld.result.git)
  }
  if (strange !== undefined) return unverified(strange)
  const open = openIn(same.head, isVerified)
  return open === undefined ? undefined : unverified(open)
}

/** The pull request whose squash this is. */
const squashOf = ({ squashes = [], tree }: ForgeCommit) =>
  squashes.find(({ result }) => result.kind === 'clean' && result.tree === tree)

function objectToResult(
  { tree }: ForgeCommit,
  result: Recomputation,
  sides: string,
): Objection | undefined {
  if (result.kind === 'too-old') return notRecomputed(result.git)
  if (result.kind === 'clean' && result.tree === tree) return undefined
  const instead =
    result.kind === 'conflict'
      ? `git ${result.git} finds no clean merge of ${sides}`
      : `git ${result.git} merges ${sides} to the tree ${result.tree}, not ${tree}`
  const message = `is signed by the forge, but is not the clean merge of its parents: ${instead}`
  return { code: 'signature/forge-merge-differs', message }
}

const NOT_A_MERGE: Objection = {
  code: 'signature/forge-not-a-merge',
  message:
    'is signed by the forge alone, and is neither a merge of two commits nor the squash of a pull request that was named',
}

const unverified = (id: CommitId): Objection => ({
  code: 'signature/forge-unverified-parent',
  message: `is signed by the forge, but brings in ${id}, which is blocked`,
})

const notRecomputed = (git: string): Objection => ({
  code: 'signature/forge-not-recomputed',
  message: `is a merge signed by the forge, which git ${git} cannot compute again`,
})

function passed(commit: ForgeCommit): CommitJudgement {
  const { git } = commit.merge ?? squashOf(commit)?.result ?? {}
  return git === undefined ? commit.judgement : { ...commit.judgement, recomputedBy: git }
}

function blocked(
  { judgement, parents }: ForgeCommit,
  { code, message }: Objection,
  { resignFrom }: Setting,
): CommitJudgement {
  const remedy = forgeRemedyFor(code, { parents, resignFrom })
  const finding = { code, subject: judgement.commit, message, remedy }
  return { ...judgement, verdict: 'blocked', findings: [finding] }
}
