import type { FencingToken } from '@bulkhead/vocabulary'
import type { ReleaseOnRecord } from '../entry.ts'
import { forwardWaveOf, orderOf } from '../rules/deploy-rules.ts'
import { brokenLeaseOf, leaseOf } from '../rules/lease-rules.ts'
import type { Step } from '../rules/rule.ts'
import type {
  EnvironmentState,
  LeaseOnRecord,
  RolloutOnRecord,
  StepOnRecord,
} from './environment-state.ts'
import type { RegionSuccess } from './good-releases.ts'

export type RolloutMemory = Pick<EnvironmentState, 'leases' | 'rollouts' | 'unfinished'>

/** Carries who holds which region, and the rollouts that they carry out. */
export class RolloutFold {
  #leases: readonly LeaseOnRecord[] = []
  /** By the token under which each is carried out now. */
  readonly #rollouts = new Map<FencingToken, RolloutOnRecord>()
  #unfinished: readonly RolloutOnRecord[] = []

  get leases(): readonly LeaseOnRecord[] {
    return this.#leases
  }

  get rollouts(): readonly RolloutOnRecord[] {
    return [...this.#rollouts.values()]
  }

  get unfinished(): readonly RolloutOnRecord[] {
    return this.#unfinished
  }

  under(token: FencingToken): RolloutOnRecord | undefined {
    return this.#rollouts.get(token)
  }

  /**
   * Takes in an entry that its rule has nothing against. Whatever carries a token is a sign of life of
   * its lease. Answers with the success of a region, if the entry is one.
   */
  apply(entry: Step): RegionSuccess | undefined {
    const { kind, fence, release } = entry
    this.#changeLease(fence, { lastSign: entry.index })
    if (kind === 'lease.acquired') this.#acquire(entry)
    else if (kind === 'lease.broken') this.#break(entry)
    else if (kind === 'deploy.ordered') this.#order(entry)
    else if (fence !== undefined && kind === 'lease.released') this.#endLease(fence)
    else if (fence !== undefined && release !== undefined)
      return this.#deploy(entry, fence, release)
    return undefined
  }

  #changeLease(token: FencingToken | undefined, change: Partial<LeaseOnRecord>): void {
    if (token === undefined) return
    this.#leases = this.#leases.map((lease) =>
      lease.token === token ? { ...lease, ...change } : lease,
    )
  }

  #acquire(entry: Step): void {
    const { takesOver, ...lease } = leaseOf(entry)
    const ended = this.#leases.find((other) => other.token === takesOver)
    if (ended !== undefined) this.#endLease(ended.token)
    this.#leases = [...this.#leases, lease]
  }

  #break({ data }: Step): void {
    const token = brokenLeaseOf(data)
    if (token !== undefined) this.#endLease(token)
  }

  /** A rollout without its lease is unfinished: whoever holds the next lease goes on with it, or ends it. */
  #endLease(token: FencingToken): void {
    this.#leases = this.#leases.filter((lease) => lease.token !== token)
    const left = this.#rollouts.get(token)
    this.#rollouts.delete(token)
    if (left !== undefined) this.#unfinished = [...this.#unfinished, left]
  }

  #order(entry: Step): void {
    const { of, asked } = orderOf(entry)
    const obey = (rollout: RolloutOnRecord): RolloutOnRecord =>
      rollout.id === of ? { ...rollout, ordered: asked } : rollout
    for (const [token, rollout] of this.#rollouts) this.#rollouts.set(token, obey(rollout))
    this.#unfinished = this.#unfinished.map(obey)
  }

  #deploy(entry: Step, token: FencingToken, release: ReleaseOnRecord): RegionSuccess | undefined {
    const { kind, data } = entry
    if (kind === 'deploy.started') this.#start(token, release, entry)
    else if (kind === 'deploy.resumed') this.#resume(token, data['of'])
    else if (kind === 'deploy.step') this.#step(token, data)
    else if (kind === 'deploy.paused') this.#change(token, { paused: true })
    else if (kind === 'rollback.started') this.#change(token, { direction: 'back' })
    else if (kind === 'deploy.finished') return this.#finish(entry, token, release)
    return undefined
  }

  #start(token: FencingToken, release: ReleaseOnRecord, { at: startedAt, data }: Step): void {
    const region = this.#regionOf(token)
    const lane = laneOf(data['plan'])
    const begun = { id: token, token, region, startedAt, lane, steps: 0, lastStep: null }
    const fresh = { paused: false, ordered: null, direction: 'forward' } as const
    this.#put({ ...release, ...begun, ...fresh })
  }

  #resume(token: FencingToken, of: unknown): void {
    const left = this.#unfinished.find(({ id }) => id === of)
    if (left === undefined) return
    this.#unfinished = this.#unfinished.filter((other) => other !== left)
    // It goes on by a plan of its own, whose waves are counted from the first.
    const { wave: _wave, ...rollout } = left
    this.#put({ ...rollout, token, paused: false, ordered: null })
  }

  #step(token: FencingToken, data: Step['data']): void {
    const wave = forwardWaveOf(data)
    const steps = (this.#rollouts.get(token)?.steps ?? 0) + 1
    const reached = wave === undefined ? {} : { wave }
    this.#change(token, { ...reached, steps, lastStep: stepOf(data), paused: false })
  }

  #finish(
    { index, at, data }: Step,
    token: FencingToken,
    release: ReleaseOnRecord,
  ): RegionSuccess | undefined {
    this.#rollouts.delete(token)
    if (data['result'] === 'stuck') this.#changeLease(token, { stuck: true })
    if (data['result'] !== 'released') return undefined
    const regions = this.#regionOf(token).split('+')
    const whole = regionNames(data['regions']) ?? regions
    const returning = data['purpose'] === 'return'
    return { release: { ...release, index, at }, regions, whole, returning }
  }

  #put(rollout: RolloutOnRecord): void {
    this.#rollouts.set(rollout.token, rollout)
  }

  #change(token: FencingToken, change: Partial<RolloutOnRecord>): void {
    const rollout = this.#rollouts.get(token)
    if (rollout !== undefined) this.#put({ ...rollout, ...change })
  }

  #regionOf(token: FencingToken): string {
    return this.#leases.find((lease) => lease.token === token)?.region ?? ''
  }

  /** Ends leases, and forgets rollouts, that entries brought which no longer count. */
  takeBack(isGone: (index: number) => boolean): void {
    for (const { token } of this.#leases) if (isGone(token)) this.#endLease(token)
    this.#unfinished = this.#unfinished.filter(({ id, token }) => !isGone(id) && !isGone(token))
  }

  /** A copy that goes its own way. */
  fork(): RolloutFold {
    return RolloutFold.resume(this.memory())
  }

  /** All that it carries, as plain data. */
  memory(): RolloutMemory {
    return { leases: this.#leases, rollouts: this.rollouts, unfinished: this.#unfinished }
  }

  static resume({ leases, rollouts, unfinished }: RolloutMemory): RolloutFold {
    const fold = new RolloutFold()
    fold.#leases = leases
    for (const rollout of rollouts) fold.#put(rollout)
    fold.#unfinished = unfinished
    return fold
  }
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

/** By the summary of its plan; whatever names no other lane goes by the standard one. */
const laneOf = (plan: unknown): RolloutOnRecord['lane'] =>
  typeof plan === 'object' && plan !== null && 'lane' in plan && plan.lane === 'hotfix'
    ? 'hotfix'
    : 'standard'

/** The regions that an entry lists; undefined where it has none, as older ones. */
const regionNames = (data: unknown): readonly string[] | undefined =>
  Array.isArray(data) && data.length > 0 && data.every((name) => typeof name === 'string')
    ? data
    : undefined
