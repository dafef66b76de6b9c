import type { CommitId, FencingToken } from '@bulkhead/vocabulary'
import type { EntryOnRecord, ReleaseOnRecord } from './entry.ts'
import type { Taken } from './log-keys.ts'
import type {
  BlockOnRecord,
  EnvironmentState,
  FindingOnRecord,
  LeaseOnRecord,
  RolloutOnRecord,
  VerdictOnRecord,
} from './environment-state.ts'
import { KINDS } from './kinds.ts'
import { QueueFold, trainEndOf } from './queue/queue-fold.ts'
import { carriedItemsOf, isPinned, removedItemOf } from './queue/queue-rules.ts'
import { type OnRecord, type Step, brokenLeaseOf, leaseOf } from './rules.ts'

type Folded = Step & Pick<EntryOnRecord, 'digest'>

/** The state of an environment as it is kept between two verifications. */
export interface FoldMemory extends Pick<EnvironmentState, 'leases' | 'released' | 'head'> {
  readonly rollouts: readonly RolloutOnRecord[]
  readonly verdicts: readonly VerdictOnRecord[]
  readonly blocks: readonly (readonly BlockOnRecord[])[]
}

/**
 * Carries the state of an environment from entry to entry. Its size grows with the number of commits
 * judged, not with the number of entries.
 */
export class EnvironmentFold implements OnRecord {
  #leases: readonly LeaseOnRecord[] = []
  #rollouts = new Map<FencingToken, RolloutOnRecord>()
  #verdicts = new Map<CommitId, VerdictOnRecord>()
  #blocks = new Map<CommitId, readonly BlockOnRecord[]>()
  #released: EnvironmentState['released'] = null
  #head: EnvironmentState['head'] = null
  #queue = new QueueFold()

  get leases(): readonly LeaseOnRecord[] {
    return this.#leases
  }

  get queue(): QueueFold {
    return this.#queue
  }

  rolloutOf(token: FencingToken): RolloutOnRecord | undefined {
    return this.#rollouts.get(token)
  }

  verdictOn({ commit }: ReleaseOnRecord): VerdictOnRecord | undefined {
    return this.#verdicts.get(commit)
  }

  /** Why this entry may not come next, if so. */
  objection(step: Step): string | undefined {
    return KINDS[step.kind].rule(step, this)
  }

  /** Takes in an entry that {@link objection} has nothing against. */
  apply(entry: Folded): void {
    this.#head = { index: entry.index, digest: entry.digest }
    this.#leases = this.#leases.map((lease) =>
      lease.token === entry.fence ? { ...lease, lastSign: entry.index } : lease,
    )
    const { fence, release } = entry
    if (entry.kind === 'lease.acquired') this.#acquire(entry)
    else if (entry.kind === 'gate.verdict') this.#judge(entry)
    else if (entry.kind === 'lease.broken') this.#break(entry)
    else if (entry.kind === 'queue.added' || entry.kind === 'queue.removed') this.#line(entry)
    else if (fence !== undefined && entry.kind === 'lease.released') this.#endLease(fence)
    else if (fence !== undefined && release !== undefined) this.#deploy(entry, fence, release)
  }

  #acquire(entry: Folded): void {
    const { takesOver, ...lease } = leaseOf(entry)
    const ended = this.#leases.find((other) => other.token === takesOver)
    if (ended !== undefined) this.#endLease(ended.token)
    this.#leases = [...this.#leases, lease]
  }

  #break({ data }: Folded): void {
    const token = brokenLeaseOf(data)
    if (token !== undefined) this.#endLease(token)
  }

  #line({ kind, release, data, index, at, actors }: Folded): void {
    if (kind === 'queue.removed') this.#queue.remove(removedItemOf(data) ?? -1)
    else if (release !== undefined) {
      const by = actors[0] === undefined ? 'unknown' : `${actors[0].provider}:${actors[0].id}`
      this.#queue.add({ ...release, id: index, pinned: isPinned(data), by, at })
    }
  }

  /** A rollout without its lease cannot go on: whoever holds the next lease starts one of its own. */
  #endLease(token: FencingToken): void {
    this.#leases = this.#leases.filter((lease) => lease.token !== token)
    if (this.#rollouts.delete(token)) this.#queue.finish(token, 'other', -1)
  }

  #judge({ release, data, index }: Folded): void {
    if (release === undefined) return
    const outcome = data['outcome'] === 'PASS' ? 'PASS' : 'BLOCK'
    const observing = data['mode'] === 'observe' ? { observing: true as const } : {}
    this.#verdicts.set(release.commit, { ...release, outcome, index, ...observing })
    if (outcome === 'PASS' || data['mode'] === 'observe') return
    const before = this.#blocks.get(release.commit) ?? []
    const same = before.find((block) => ofSameArtifacts(block, release))
    const listed = findingsOf(data['findings'])
    const codes = new Set([...(same?.codes ?? []), ...listed.map(({ code }) => code)])
    const isWhole = data['findingsTotal'] === listed.length && (same?.reasons.length ?? 1) > 0
    const reasons = isWhole ? unitedFindings([...(same?.reasons ?? []), ...listed]) : []
    const block = { ...release, index: same?.index ?? index, codes: [...codes], reasons }
    this.#blocks.set(release.commit, [...before.filter((other) => other !== same), block])
  }

  #deploy(entry: Folded, token: FencingToken, release: ReleaseOnRecord): void {
    const { kind, at, index, data } = entry
    const rollout = this.#rollouts.get(token)
    if (kind === 'deploy.started') {
      const fresh = { ...release, token, startedAt: at, steps: 0, direction: 'forward' } as const
      this.#rollouts.set(token, fresh)
      this.#queue.start(token, carriedItemsOf(data) ?? [])
    } else if (kind === 'deploy.step' && rollout !== undefined) {
      this.#rollouts.set(token, { ...rollout, steps: rollout.steps + 1 })
    } else if (kind === 'rollback.started' && rollout !== undefined) {
      this.#rollouts.set(token, { ...rollout, direction: 'back' })
    } else if (kind === 'deploy.finished') {
      this.#rollouts.delete(token)
      this.#queue.finish(token, trainEndOf(data['result']), index)
      if (data['result'] === 'released') this.#released = { ...release, index, at }
      if (data['result'] === 'stuck') this.#holdLease(token)
    }
  }

  #holdLease(token: FencingToken): void {
    this.#leases = this.#leases.map((lease) =>
      lease.token === token ? { ...lease, stuck: true } : lease,
    )
  }

  /**
   * Forgets what entries brought that no longer count: a stolen key wrote them. Verdicts and leases are
   * gone, and what was released by such an entry was never fully good. A BLOCK stays: only evidence
   * against a release may come from anywhere.
   */
  takeBack({ indexes, from, more }: Taken): void {
    const [first = Number.MAX_SAFE_INTEGER] = indexes
    const gone = new Set(indexes)
    const isGone = (index: number) => gone.has(index) || (more && index >= from && index < first)
    for (const [commit, verdict] of this.#verdicts) {
      if (isGone(verdict.index)) this.#verdicts.delete(commit)
    }
    for (const { token } of this.#leases) if (isGone(token)) this.#endLease(token)
    if (this.#released !== null && isGone(this.#released.index)) this.#released = null
  }

  /** A copy that goes its own way: to try entries out before they are written. */
  fork(): EnvironmentFold {
    const copy = new EnvironmentFold()
    copy.#leases = this.#leases
    copy.#rollouts = new Map(this.#rollouts)
    copy.#verdicts = new Map(this.#verdicts)
    copy.#blocks = new Map(this.#blocks)
    copy.#released = this.#released
    copy.#head = this.#head
    copy.#queue = this.#queue.fork()
    return copy
  }

  /** All that it carries, as plain data. */
  memory(): FoldMemory {
    return {
      leases: this.#leases,
      rollouts: [...this.#rollouts.values()],
      verdicts: [...this.#verdicts.values()],
      blocks: [...this.#blocks.values()],
      released: this.#released,
      head: this.#head,
    }
  }

  static resume({
    leases,
    rollouts,
    verdicts,
    blocks,
    released,
    head,
  }: FoldMemory): EnvironmentFold {
    const fold = new EnvironmentFold()
    fold.#leases = leases
    fold.#rollouts = new Map(rollouts.map((rollout) => [rollout.token, rollout]))
    fold.#verdicts = new Map(verdicts.map((verdict) => [verdict.commit, verdict]))
    fold.#blocks = new Map(blocks.flatMap((list) => (list[0] ? [[list[0].commit, list]] : [])))
    fold.#released = released
    fold.#head = head
    return fold
  }

  state(): EnvironmentState {
    return {
      head: this.#head,
      lease: this.#leases.at(-1) ?? null,
      leases: this.#leases,
      released: this.#released,
      rollout: [...this.#rollouts.values()].at(-1) ?? null,
      verdicts: Object.fromEntries(this.#verdicts),
      blocks: Object.fromEntries(this.#blocks),
      queue: this.#queue.state(),
    }
  }
}

/**
 * What a log says of its environment. Entries that may not follow what is before them change nothing:
 * the fold of any list is the fold of its legal part.
 */
export function foldEnvironment(entries: Iterable<EntryOnRecord>): EnvironmentState {
  const fold = new EnvironmentFold()
  for (const entry of entries) {
    if (fold.objection(entry) === undefined) fold.apply(entry)
  }
  return fold.state()
}

const ofSameArtifacts = (one: ReleaseOnRecord, other: ReleaseOnRecord): boolean =>
  one.artifacts.length === other.artifacts.length &&
  one.artifacts.every(({ digest }) => other.artifacts.some((binding) => binding.digest === digest))

/** The findings that an entry lists; what has another form is none. */
const findingsOf = (findings: unknown): readonly FindingOnRecord[] =>
  Array.isArray(findings)
    ? findings.flatMap((finding: unknown) =>
        typeof finding === 'object' &&
        finding !== null &&
        'code' in finding &&
        typeof finding.code === 'string'
          ? [
              {
                code: finding.code,
                subject:
                  'subject' in finding && typeof finding.subject === 'string'
                    ? finding.subject
                    : '',
              },
            ]
          : [],
      )
    : []

const unitedFindings = (findings: readonly FindingOnRecord[]): readonly FindingOnRecord[] => [
  ...new Map(findings.map((one) => [`${one.code}\0${one.subject}`, one])).values(),
]
