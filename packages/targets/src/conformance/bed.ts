import type {
  Hand,
  LeaseHolder,
  Observation,
  OfferedArtifact,
  ShippedRelease,
  Stage,
  StageOutcome,
  Target,
  Topology,
  UnitObservation,
} from '@bulkhead/rollout'
import { type FencingToken, fencingToken } from '@bulkhead/vocabulary'
import type { Clock } from '@bulkhead/world'
import { Disagreement } from './disagreement.ts'

/** A release that the suite may place, with its bytes. */
export interface OfferedRelease {
  readonly release: ShippedRelease
  readonly artifact: OfferedArtifact
}

/** An apply that runs in a process of its own, so that it can be killed. */
export interface KillableApply {
  /** SIGKILL to the process and its descendants; resolves when they are gone. */
  kill(): Promise<void>
}

/** A fleet that the suite may do with as it likes, and what it needs besides. */
export interface ConformanceBed {
  readonly target: Target
  /** Two releases of different commits that get healthy. The fleet ends on the first. */
  readonly releases: readonly [OfferedRelease, OfferedRelease]
  /** Newer than any token that the fleet has seen. */
  readonly firstToken: number
  readonly clock: Clock
  /** Longest wait for the fleet to show what an outcome said, in milliseconds. */
  readonly patience: number
  /** Absent where an apply cannot be run in a process of its own: what needs it is skipped. */
  readonly beginApply?: (
    stage: Stage,
    release: ShippedRelease,
    token: FencingToken,
  ) => Promise<KillableApply>
  /** One user's request; rejects when it failed. Absent where there is no way to be a user. */
  readonly request?: () => Promise<void>
}

const POLL_MS = 50
const WATCH_MS = 5

/** The bed with the steps that several checks share. */
export class Trial {
  readonly bed: ConformanceBed
  readonly topology: Topology
  #token: number

  constructor(bed: ConformanceBed, topology: Topology) {
    this.bed = bed
    this.topology = topology
    this.#token = bed.firstToken
  }

  get target(): Target {
    return this.bed.target
  }

  /** A hand with the newest token. */
  hand(signal: AbortSignal = new AbortController().signal): Hand {
    return { token: fencingToken(this.#token), signal }
  }

  /** A hand of a holder after the one before. */
  newHand(signal?: AbortSignal): Hand {
    this.#token += 1
    return this.hand(signal)
  }

  /** A hand that the newest one has overtaken. */
  oldHand(): Hand {
    return { ...this.hand(), token: fencingToken(this.#token - 1) }
  }

  /** A hand as the holder of the lease of the first region, or of the one that is named. */
  holder(
    { token }: Hand = this.hand(),
    region = this.topology.units[0]?.region ?? '',
  ): LeaseHolder {
    return { region, token }
  }

  /** One stage per zone, with every unit of it. */
  async stages(maxOut = Infinity): Promise<readonly [Stage, ...Stage[]]> {
    const units = (await this.target.observe()).units.filter((unit) => unit.surplus !== true)
    const zones = Map.groupBy(units, (unit) => JSON.stringify([unit.region, unit.zone]))
    const stages = [...zones.values()].flatMap((group): Stage[] => {
      const [first] = group
      const ids = group.map((unit) => unit.id)
      return first === undefined
        ? []
        : [{ ...placeOf(first), units: ids, maxOut: Math.min(maxOut, ids.length) }]
    })
    const [first, ...more] = stages
    if (first === undefined) throw new Disagreement('the fleet names no unit at all')
    return [first, ...more]
  }

  /** The least that the engine can be told: one unit, or a zone where it moves whole zones. */
  async smallStage(): Promise<Stage> {
    const [zone] = await this.stages()
    if (this.topology.selects === 'zone') return zone
    return { ...zone, units: zone.units.slice(0, 1), maxOut: 1 }
  }

  /** Brings all units to a release and sees that they are. */
  async fill({ release, artifact }: OfferedRelease): Promise<void> {
    await this.target.stage(artifact, this.holder())
    const before = await this.target.observe()
    if (before.units.length > 0 && before.units.every((unit) => isOn(unit, release))) return
    for (const stage of await this.stages()) {
      const outcome = await this.target.apply(stage, release, this.hand())
      expectApplied(outcome, `the apply of ${stage.region}/${stage.zone}`)
    }
    await this.seen(`every unit healthy on ${release.commit}`, ({ units }) =>
      units.every((unit) => isOn(unit, release)),
    )
  }

  /** Most units of the zones' own that were seen out of traffic at once while something was done. */
  async mostOutDuring(act: () => Promise<void>): Promise<number> {
    const ended = new AbortController()
    let worst = 0
    const watch = async () => {
      while (!ended.signal.aborted) {
        const { units } = await this.target.observe()
        const out = units.filter((unit) => unit.health !== 'healthy' && unit.surplus !== true)
        worst = Math.max(worst, out.length)
        await this.bed.clock.sleep(WATCH_MS)
      }
    }
    const watching = watch()
    try {
      await act()
    } finally {
      ended.abort()
      await watching
    }
    return worst
  }

  /** Looks until the fleet shows it. @throws Disagreement with what it shows instead. */
  async seen(
    what: string,
    holds: (observation: Observation) => boolean,
    patience = this.bed.patience,
  ): Promise<Observation> {
    const { clock } = this.bed
    const since = clock.monotonic()
    for (;;) {
      const observation = await this.target.observe()
      if (holds(observation)) return observation
      if (clock.monotonic() - since >= patience)
        throw new Disagreement(`${what} was not seen: ${describe(observation.units)}`)
      await clock.sleep(POLL_MS)
    }
  }
}

export const placeOf = ({ region, zone }: { readonly region: string; readonly zone: string }) => ({
  region,
  zone,
})

export const isOn = (unit: UnitObservation, release: ShippedRelease): boolean =>
  unit.health === 'healthy' && unit.version === release.commit

export function expectApplied(outcome: StageOutcome, what: string): void {
  if (outcome.kind === 'applied') return
  throw new Disagreement(`${what} should have ended as applied: ${JSON.stringify(outcome)}`)
}

const MOST_DESCRIBED = 20

const describe = (units: readonly UnitObservation[]): string =>
  units
    .slice(0, MOST_DESCRIBED)
    .map((unit) => `${unit.id} ${unit.health} on ${unit.version?.slice(0, 8) ?? 'nothing'}`)
    .join(', ')
