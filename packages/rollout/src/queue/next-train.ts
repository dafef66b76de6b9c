import type { CommitId } from '@bulkhead/vocabulary'

/** A release that waits, as the choice of the next rollout needs it. */
export interface WaitingRelease {
  /** Smaller is earlier. */
  readonly id: number
  readonly commit: CommitId
  readonly pinned: boolean
}

/** What git says of the commits of a queue. */
export interface Ancestry {
  /** Whether `descendant` contains `ancestor`, or is it. */
  contains(descendant: CommitId, ancestor: CommitId): boolean
  /** An ejected commit that this one contains and does not revert. */
  containsCulprit(commit: CommitId): CommitId | undefined
  /** A hotfix that is out and that this one lacks: it may be carried by what has it, and not ship itself. */
  lacksFix(commit: CommitId): number | undefined
}

/** Why a release that waits cannot ship as it is. */
export interface HeldRelease {
  readonly commit: CommitId
  readonly by:
    | { readonly kind: 'culprit'; readonly commit: CommitId }
    | { readonly kind: 'fix'; readonly hotfix: number }
}

export interface Line {
  readonly waiting: readonly WaitingRelease[]
  /** One of them is bad. */
  readonly suspects: readonly WaitingRelease[]
}

/** What ships next, or why nothing does. */
export type NextTrain =
  | {
      readonly kind: 'ship'
      /** The commit that is rolled out. */
      readonly head: WaitingRelease
      /** All that it contains of the queue, the head too, oldest first. */
      readonly carries: readonly WaitingRelease[]
      readonly why: string
      /** Releases that wait on, for they lack a fix that is out. */
      readonly passed: readonly HeldRelease[]
    }
  | { readonly kind: 'empty' }
  /** Everything that waits contains a bad commit, or lacks a fix that is out. */
  | { readonly kind: 'held'; readonly held: readonly HeldRelease[] }

/**
 * Chooses the next rollout. While there are suspects it bisects: the older half ships, and what that
 * gives halves them again. Otherwise it takes the release that has waited longest and the newest one
 * that contains it, with at most `coalesce` releases and no pinned one passed over. Whoever waits
 * longest is in the next rollout, so that nobody waits for ever; but for those that lack a fix which
 * is out: they would be refused, and ship with whatever contains them and the fix.
 */
export function nextTrain(
  { waiting, suspects }: Line,
  ancestry: Ancestry,
  coalesce: number,
): NextTrain {
  const has = ({ commit }: WaitingRelease) => ancestry.lacksFix(commit) === undefined
  const doubtful = suspects.filter(has)
  const held = waiting.flatMap(({ commit }) => heldBy(commit, ancestry))
  const passedBy = (carries: readonly WaitingRelease[]) =>
    held.filter(
      ({ commit, by }) => by.kind === 'fix' && !carries.some((one) => one.commit === commit),
    )
  if (doubtful.length > 0) return { ...bisect(doubtful, ancestry), passed: passedBy(doubtful) }
  const free = waiting.filter(({ commit }) => ancestry.containsCulprit(commit) === undefined)
  const able = free.filter(has).map((head) => ({ head, carries: carriedBy(head, free, ancestry) }))
  const [longest] = able.flatMap(({ carries }) => carries).toSorted((a, b) => a.id - b.id)
  if (longest === undefined) return held.length === 0 ? { kind: 'empty' } : { kind: 'held', held }
  const heads = able
    .filter(({ head }) => ancestry.contains(head.commit, longest.commit))
    .sort((a, b) => a.carries.length - b.carries.length || a.head.id - b.head.id)
  const [best = heads[0]] = heads
    .filter(({ head, carries }) => carries.length <= coalesce && passesNobody(head, carries))
    .sort((a, b) => b.carries.length - a.carries.length || b.head.id - a.head.id)
  if (best === undefined) return { kind: 'held', held }
  const why = sayWhy(best.head, best.carries)
  return { kind: 'ship', ...best, why, passed: passedBy(best.carries) }
}

/** What holds a release back by itself. */
function heldBy(commit: CommitId, ancestry: Ancestry): readonly HeldRelease[] {
  const culprit = ancestry.containsCulprit(commit)
  if (culprit !== undefined) return [{ commit, by: { kind: 'culprit', commit: culprit } }]
  const hotfix = ancestry.lacksFix(commit)
  return hotfix === undefined ? [] : [{ commit, by: { kind: 'fix', hotfix } }]
}

function bisect(suspects: readonly WaitingRelease[], ancestry: Ancestry) {
  const half = oldestFirst(suspects, ancestry).slice(0, Math.ceil(suspects.length / 2))
  const head = half.at(-1)
  if (head === undefined) throw new TypeError('half of one or more is not nothing')
  const carries = carriedBy(head, half, ancestry)
  const why = `one of ${suspects.length} is bad: the older half ships to find out which`
  return { kind: 'ship' as const, head, carries, why }
}

/** Releases of the queue that a head contains, oldest commit first. */
const carriedBy = (
  head: WaitingRelease,
  all: readonly WaitingRelease[],
  ancestry: Ancestry,
): readonly WaitingRelease[] =>
  oldestFirst(
    all.filter(({ commit }) => ancestry.contains(head.commit, commit)),
    ancestry,
  )

/** By how many of the others each contains: an order in which nothing stands before what it contains. */
function oldestFirst(
  releases: readonly WaitingRelease[],
  ancestry: Ancestry,
): readonly WaitingRelease[] {
  const depth = new Map(
    releases.map((one) => [
      one.id,
      releases.filter(({ commit }) => ancestry.contains(one.commit, commit)).length,
    ]),
  )
  return releases.toSorted((a, b) => (depth.get(a.id) ?? 0) - (depth.get(b.id) ?? 0) || a.id - b.id)
}

/** A pinned release ships as itself: it may be the head, and never only be contained. */
const passesNobody = (head: WaitingRelease, carries: readonly WaitingRelease[]): boolean =>
  carries.every((one) => one === head || !one.pinned)

function sayWhy(head: WaitingRelease, carries: readonly WaitingRelease[]): string {
  if (head.pinned) return 'it is pinned'
  return carries.length === 1
    ? 'it has waited longest'
    : `the newest of ${carries.length} that wait`
}
