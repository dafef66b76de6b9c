import type { CommitId, FencingToken } from '@bulkhead/vocabulary'
import type { EntryOnRecord, ReleaseOnRecord } from '../entry.ts'
import { HotfixFold, type HotfixMemory } from '../hotfix/hotfix-fold.ts'
import { KINDS } from '../kinds.ts'
import { type Taken, takenBackBy } from '../taken-entries.ts'
import { QueueFold, type QueueMemory, isQueueKind } from '../queue/queue-fold.ts'
import type { OnRecord, Step } from '../rules/rule.ts'
import type {
  EnvironmentState,
  LeaseOnRecord,
  RolloutOnRecord,
  VerdictOnRecord,
} from './environment-state.ts'
import { ZoneFold, type ZoneMemory, isZoneKind } from '../zones/zone-fold.ts'
import { type GoodMemory, GoodReleases } from './good-releases.ts'
import { RolloutFold, type RolloutMemory } from './rollout-fold.ts'
import { VerdictFold, type VerdictMemory } from './verdict-fold.ts'

type Folded = Step & Pick<EntryOnRecord, 'digest'>

/** The state of an environment as it is kept between two verifications. */
export interface FoldMemory extends RolloutMemory, VerdictMemory, Pick<EnvironmentState, 'head'> {
  readonly good: GoodMemory
  readonly queue: QueueMemory
  readonly hotfixes: HotfixMemory
  /** Absent in what was kept before there were such entries. */
  readonly zones?: ZoneMemory
}

/**
 * Carries the state of an environment from entry to entry, each part in a fold of its own. Its size
 * grows with the number of commits judged, not with the number of entries.
 */
export class EnvironmentFold implements OnRecord {
  #head: EnvironmentState['head'] = null
  #rollouts = new RolloutFold()
  #verdicts = new VerdictFold()
  #good = new GoodReleases()
  #queue = new QueueFold()
  #hotfixes = new HotfixFold()
  #zones = new ZoneFold()

  get leases(): readonly LeaseOnRecord[] {
    return this.#rollouts.leases
  }

  rolloutOf(token: FencingToken): RolloutOnRecord | undefined {
    return this.#rollouts.under(token)
  }

  get rollouts(): readonly RolloutOnRecord[] {
    return this.#rollouts.rollouts
  }

  get unfinished(): readonly RolloutOnRecord[] {
    return this.#rollouts.unfinished
  }

  get queue(): QueueFold {
    return this.#queue
  }

  get hotfixes(): HotfixFold {
    return this.#hotfixes
  }

  get zones(): ZoneFold {
    return this.#zones
  }

  goodSince(commit: CommitId): number | undefined {
    return this.#good.since(commit)
  }

  /** Whether a commit ended good in some region: what is taken back there rests on that. */
  wasGood(commit: CommitId): boolean {
    return this.#good.knows(commit)
  }

  verdictOn({ commit }: ReleaseOnRecord): VerdictOnRecord | undefined {
    return this.#verdicts.newestOn(commit)
  }

  /** Why this entry may not come next, if so. */
  objection(step: Step): string | undefined {
    return KINDS[step.kind].rule(step, this)
  }

  /** Takes in an entry that {@link objection} has nothing against. */
  apply(entry: Folded): void {
    this.#head = { index: entry.index, digest: entry.digest }
    const success = this.#rollouts.apply(entry)
    if (success !== undefined) this.#good.note(success)
    if (entry.kind === 'gate.verdict') this.#verdicts.apply(entry)
    else if (isQueueKind(entry.kind)) this.#queue.apply(entry)
    else if (isZoneKind(entry.kind)) this.#zones.apply(entry)
    this.#hotfixes.apply(entry, this)
  }

  /**
   * Forgets what entries brought that no longer count: a stolen key wrote them. Verdicts and leases are
   * gone, and what was released by such an entry was never fully good.
   */
  takeBack(taken: Taken): void {
    const isGone = takenBackBy(taken)
    const parts = [this.#rollouts, this.#verdicts, this.#good, this.#queue, this.#hotfixes]
    for (const part of [...parts, this.#zones]) part.takeBack(isGone)
  }

  /** A copy that goes its own way: to try entries out before they are written. */
  fork(): EnvironmentFold {
    const copy = new EnvironmentFold()
    copy.#head = this.#head
    copy.#rollouts = this.#rollouts.fork()
    copy.#verdicts = this.#verdicts.fork()
    copy.#good = this.#good.fork()
    copy.#queue = this.#queue.fork()
    copy.#hotfixes = this.#hotfixes.fork()
    copy.#zones = this.#zones.fork()
    return copy
  }

  /** All that it carries, as plain data. */
  memory(): FoldMemory {
    return {
      head: this.#head,
      ...this.#rollouts.memory(),
      ...this.#verdicts.memory(),
      good: this.#good.memory(),
      queue: this.#queue.memory(),
      hotfixes: this.#hotfixes.memory(),
      zones: this.#zones.memory(),
    }
  }

  static resume(memory: FoldMemory): EnvironmentFold {
    const fold = new EnvironmentFold()
    fold.#head = memory.head
    fold.#rollouts = RolloutFold.resume(memory)
    fold.#verdicts = VerdictFold.resume(memory)
    fold.#good = GoodReleases.resume(memory.good)
    fold.#queue = QueueFold.resume(memory.queue)
    fold.#hotfixes = HotfixFold.resume(memory.hotfixes)
    fold.#zones = ZoneFold.resume(memory.zones ?? [])
    return fold
  }

  state(): EnvironmentState {
    const { leases, rollouts, unfinished } = this
    return {
      head: this.#head,
      lease: leases.at(-1) ?? null,
      leases,
      released: this.#good.whole.at(-1) ?? null,
      good: this.#good.whole,
      regions: this.#good.byRegion(),
      rollout: rollouts.at(-1) ?? null,
      rollouts,
      unfinished,
      verdicts: this.#verdicts.verdicts,
      blocks: this.#verdicts.blocks,
      queue: this.#queue.state(),
      shifted: this.#zones.all,
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
