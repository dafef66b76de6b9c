import type { CommitId, FencingToken } from '@bulkhead/vocabulary'
import type { EntryOnRecord, ReleaseOnRecord } from './entry.ts'
import type { Taken } from './log-keys.ts'
import type {
  BlockOnRecord,
  EnvironmentState,
  FindingOnRecord,
  LeaseOnRecord,
  RolloutOnRecord,
  StepOnRecord,
  VerdictOnRecord,
} from './environment-state.ts'
import { KINDS } from './kinds.ts'
import { type GoodMemory, GoodReleases } from './good-releases.ts'
import { HotfixFold, type HotfixMemory } from './hotfix/hotfix-fold.ts'
import { QueueFold, type QueueMemory, isQueueKind } from './queue/queue-fold.ts'
import {
  type OnRecord,
  type Step,
  brokenLeaseOf,
  forwardWaveOf,
  leaseOf,
  orderOf,
  sameArtifacts,
} from './rules.ts'

type Folded = Step & Pick<EntryOnRecord, 'digest'>

/** The state of an environment as it is kept between two verifications. */
export interface FoldMemory extends Pick<EnvironmentState, 'leases' | 'unfinished' | 'head'> {
  readonly good: GoodMemory
  readonly queue: QueueMemory
  readonly hotfixes: HotfixMemory
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
  #unfinished: readonly RolloutOnRecord[] = []
  #good = new GoodReleases()
  #head: EnvironmentState['head'] = null
  #queue = new QueueFold()
  #hotfixes = new HotfixFold()

  get leases(): readonly LeaseOnRecord[] {
    return this.#leases
  }

  rolloutOf(token: FencingToken): RolloutOnRecord | undefined {
    return this.#rollouts.get(token)
  }

  get rollouts(): readonly RolloutOnRecord[] {
    return [...this.#rollouts.values()]
  }

  get unfinished(): readonly RolloutOnRecord[] {
    return this.#unfinished
  }

  get queue(): QueueFold {
    return this.#queue
  }

  get hotfixes(): HotfixFold {
    return this.#hotfixes
  }

  goodSince(commit: CommitId): number | undefined {
    return this.#good.whole.findLast((good) => good.commit === commit)?.index
  }

  /** Whether a commit ended good in some region: what is taken back there rests on that. */
  wasGood(commit: CommitId): boolean {
    return this.#good.knows(commit)
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
    else if (isQueueKind(entry.kind)) this.#queue.apply(entry)
    else if (entry.kind === 'deploy.ordered') this.#order(entry)
    else if (fence !== undefined && entry.kind === 'lease.released') this.#endLease(fence)
    else if (fence !== undefined && release !== undefined) this.#deploy(entry, fence, release)
    this.#hotfixes.apply(entry, this)
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

  #order(entry: Folded): void {
    const { of, asked } = orderOf(entry)
    const obey = (rollout: RolloutOnRecord): RolloutOnRecord =>
      rollout.id === of ? { ...rollout, ordered: asked } : rollout
    for (const [token, rollout] of this.#rollouts) this.#rollouts.set(token, obey(rollout))
    this.#unfinished = this.#unfinished.map(obey)
  }

  /** A rollout without its lease is unfinished: whoever holds the next lease goes on with it, or ends it. */
  #endLease(token: FencingToken): void {
    this.#leases = this.#leases.filter((lease) => lease.token !== token)
    const left = this.#rollouts.get(token)
    this.#rollouts.delete(token)
    if (left !== undefined) this.#unfinished = [...this.#unfinished, left]
  }

  #judge({ release, data, index }: Folded): void {
    if (release === undefined) return
    const outcome = data['outcome'] === 'PASS' ? 'PASS' : 'BLOCK'
    const observing = data['mode'] === 'observe' ? { observing: true as const } : {}
    const verdict: VerdictOnRecord = { ...release, outcome, index, ...observing }
    const attested = attestedBy(data, this.#verdicts.get(release.commit), verdict)
    this.#verdicts.set(release.commit, { ...verdict, ...attested })
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
    const { kind, data } = entry
    if (kind === 'deploy.started') this.#start(token, release, entry)
    else if (kind === 'deploy.resumed') this.#resume(token, data['of'])
    else if (kind === 'deploy.finished') this.#finish(entry, token, release)
    const rollout = this.#rollouts.get(token)
    if (rollout === undefined) return
    if (kind === 'deploy.step') {
      const wave = forwardWaveOf(data)
      this.#rollouts.set(token, {
        ...rollout,
        ...(wave !== undefined && { wave }),
        steps: rollout.steps + 1,
        lastStep: stepOf(data),
        paused: false,
      })
    } else if (kind === 'rollback.started')
      this.#rollouts.set(token, { ...rollout, direction: 'back' })
    else if (kind === 'deploy.paused') this.#rollouts.set(token, { ...rollout, paused: true })
  }

  #start(token: FencingToken, release: ReleaseOnRecord, { at: startedAt, data }: Folded): void {
    const region = this.#regionOf(token)
    const lane = laneOf(data['plan'])
    const begun = { id: token, token, region, startedAt, lane, steps: 0, lastStep: null }
    const fresh = { paused: false, ordered: null, direction: 'forward' } as const
    this.#rollouts.set(token, { ...release, ...begun, ...fresh })
  }

  #resume(token: FencingToken, of: unknown): void {
    const left = this.#unfinished.find(({ id }) => id === of)
    if (left === undefined) return
    this.#unfinished = this.#unfinished.filter((other) => other !== left)
    // It goes on by a plan of its own, whose waves are counted from the first.
    const { wave: _wave, ...rollout } = left
    this.#rollouts.set(token, { ...rollout, token, paused: false, ordered: null })
  }

  #finish({ index, at, data }: Folded, token: FencingToken, release: ReleaseOnRecord): void {
    this.#rollouts.delete(token)
    if (data['result'] === 'stuck') this.#holdLease(token)
    if (data['result'] !== 'released') return
    const regions = this.#regionOf(token).split('+')
    const whole = regionNames(data['regions']) ?? regions
    const returning = data['purpose'] === 'return'
    this.#good.note({ release: { ...release, index, at }, regions, whole, returning })
  }

  #regionOf(token: FencingToken): string {
    return this.#leases.find((lease) => lease.token === token)?.region ?? ''
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
    this.#good.takeBack(isGone)
    this.#queue.takeBack(isGone)
    this.#hotfixes.takeBack(isGone)
    this.#unfinished = this.#unfinished.filter(({ id, token }) => !isGone(id) && !isGone(token))
  }

  /** A copy that goes its own way: to try entries out before they are written. */
  fork(): EnvironmentFold {
    const copy = new EnvironmentFold()
    copy.#leases = this.#leases
    copy.#rollouts = new Map(this.#rollouts)
    copy.#verdicts = new Map(this.#verdicts)
    copy.#blocks = new Map(this.#blocks)
    copy.#unfinished = this.#unfinished
    copy.#good = this.#good.fork()
    copy.#head = this.#head
    copy.#queue = this.#queue.fork()
    copy.#hotfixes = this.#hotfixes.fork()
    return copy
  }

  /** All that it carries, as plain data. */
  memory(): FoldMemory {
    return {
      leases: this.#leases,
      rollouts: [...this.#rollouts.values()],
      verdicts: [...this.#verdicts.values()],
      blocks: [...this.#blocks.values()],
      unfinished: this.#unfinished,
      good: this.#good.memory(),
      queue: this.#queue.memory(),
      hotfixes: this.#hotfixes.memory(),
      head: this.#head,
    }
  }

  static resume({
    leases,
    rollouts,
    verdicts,
    blocks,
    unfinished,
    good,
    queue,
    hotfixes,
    head,
  }: FoldMemory): EnvironmentFold {
    const fold = new EnvironmentFold()
    fold.#leases = leases
    fold.#rollouts = new Map(rollouts.map((rollout) => [rollout.token, rollout]))
    fold.#verdicts = new Map(verdicts.map((verdict) => [verdict.commit, verdict]))
    fold.#blocks = new Map(blocks.flatMap((list) => (list[0] ? [[list[0].commit, list]] : [])))
    fold.#unfinished = unfinished
    fold.#good = GoodReleases.resume(good)
    fold.#queue = QueueFold.resume(queue)
    fold.#hotfixes = HotfixFold.resume(hotfixes)
    fold.#head = head
    return fold
  }

  state(): EnvironmentState {
    return {
      head: this.#head,
      lease: this.#leases.at(-1) ?? null,
      leases: this.#leases,
      released: this.#good.whole.at(-1) ?? null,
      good: this.#good.whole,
      regions: this.#good.byRegion(),
      rollout: this.rollouts.at(-1) ?? null,
      rollouts: this.rollouts,
      unfinished: this.#unfinished,
      verdicts: Object.fromEntries(this.#verdicts),
      blocks: Object.fromEntries(this.#blocks),
      queue: this.#queue.state(),
      hotfixes: this.#hotfixes.all,
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

/** Data of `deploy.step`, as far as people are shown it. */
function stepOf(data: Step['data']): StepOnRecord {
  const { step, wave, why, batch } = data
  const place = typeof batch === 'object' && batch !== null && 'zone' in batch ? batch.zone : null
  return {
    step: typeof step === 'string' ? step : 'unknown',
    wave: typeof wave === 'number' ? wave : 0,
    zone: typeof place === 'string' ? place : null,
    why: typeof why === 'string' ? why : null,
  }
}

const ofSameArtifacts = (one: ReleaseOnRecord, other: ReleaseOnRecord): boolean =>
  one.artifacts.length === other.artifacts.length &&
  one.artifacts.every(({ digest }) => other.artifacts.some((binding) => binding.digest === digest))

/** By the summary of its plan; whatever names no other lane goes by the standard one. */
const laneOf = (plan: unknown): RolloutOnRecord['lane'] =>
  typeof plan === 'object' && plan !== null && 'lane' in plan && plan.lane === 'hotfix'
    ? 'hotfix'
    : 'standard'

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

/** The regions that an entry lists; undefined where it has none, as older ones. */
const regionNames = (data: unknown): readonly string[] | undefined =>
  Array.isArray(data) && data.length > 0 && data.every((name) => typeof name === 'string')
    ? data
    : undefined

/** More than a gate judges the same bytes again before they ship. */
const MOST_ATTESTATIONS = 8

/** The attestations that a deploy may rest on, once this verdict is on record after the one before. */
function attestedBy(
  data: Folded['data'],
  before: VerdictOnRecord | undefined,
  now: VerdictOnRecord,
): Pick<VerdictOnRecord, 'attestations'> {
  const { attestation } = data
  if (typeof attestation !== 'string') return {}
  const same =
    before?.outcome === now.outcome &&
    before.observing === now.observing &&
    sameArtifacts(before, now)
  const older = same ? (before.attestations ?? []) : []
  return { attestations: [...older, attestation].slice(-MOST_ATTESTATIONS) }
}
