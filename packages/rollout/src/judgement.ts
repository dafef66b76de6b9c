import type { CommitId } from '@bulkhead/vocabulary'
import type { TrafficCount } from './fleet.ts'
import type { Bake } from './plan/plan.ts'
import { percent, span } from './refusals.ts'
import {
  type ArmCounts,
  evidenceAgainstCanary,
  evidenceAgainstRate,
  innocentRate,
} from './sequential-test.ts'

/** A bake as seen at one moment. */
export interface BakeWatch {
  readonly bake: Bake
  /** The release on trial; every other version is the control. */
  readonly release: CommitId
  /** Counters when the bake began. */
  readonly start: readonly TrafficCount[]
  readonly now: readonly TrafficCount[]
  /** Since the bake began. */
  readonly elapsedMs: number
}

/**
 * `good`: enough seen, and no evidence against it. `bad`: evidence of 1/α or more. `not-yet`: go on
 * watching. `inconclusive`: the deadline has come without an answer; no data is not healthy.
 */
export interface BakeJudgement {
  readonly kind: 'good' | 'bad' | 'not-yet' | 'inconclusive'
  readonly why: string
  readonly canary: ArmCounts
  readonly control: ArmCounts
  /** The e-value; 1 is no evidence, 1/α convicts. */
  readonly evidence: number
}

/**
 * Judges a bake by the requests and errors since it began. With a control beside it the canary is
 * compared with it, so that an outage of both is not the canary's fault: the bake then waits, and at
 * the deadline it is inconclusive. Without a control (the whole fleet is new) the error rate itself
 * is judged: half-way between `baselineErrorRate` and `detectErrorRate` is still innocent.
 */
export function judgeBake(watch: BakeWatch): BakeJudgement {
  const arms = countArms(watch)
  if (!arms) {
    const none = { requests: 0, errors: 0 }
    return undecided(watch, 'the counters went backwards or do not add up', {
      canary: none,
      control: none,
      evidence: 1,
    })
  }
  const { bake } = watch
  const evidence =
    bake.test === 'absolute'
      ? evidenceAgainstRate(
          arms.canary,
          innocentRate(bake.baselineErrorRate, bake.detectErrorRate),
          bake.detectErrorRate,
        )
      : evidenceAgainstCanary(arms.canary, arms.control)
  const seen = { ...arms, evidence }
  if (evidence >= 1 / bake.falseAlarm) return { kind: 'bad', why: sayBad(watch, seen), ...seen }
  const waiting = sayWaiting(watch, seen)
  if (waiting) return undecided(watch, waiting, seen)
  return { kind: 'good', why: sayGood(bake, seen), ...seen }
}

type Seen = Pick<BakeJudgement, 'canary' | 'control' | 'evidence'>

const undecided = ({ bake, elapsedMs }: BakeWatch, why: string, seen: Seen): BakeJudgement =>
  elapsedMs >= bake.deadlineMs
    ? {
        kind: 'inconclusive',
        why: `${why}; the deadline of ${span(bake.deadlineMs)} has come`,
        ...seen,
      }
    : { kind: 'not-yet', why, ...seen }

/** Requests and errors of both arms since the start; undefined when the counters are incoherent. */
function countArms({
  release,
  start,
  now,
}: BakeWatch): Pick<Seen, 'canary' | 'control'> | undefined {
  const before = new Map(start.map((count) => [count.version, count]))
  const arms = { canary: { requests: 0, errors: 0 }, control: { requests: 0, errors: 0 } }
  for (const count of now) {
    const requests = count.requests - (before.get(count.version)?.requests ?? 0)
    const errors = count.errors - (before.get(count.version)?.errors ?? 0)
    if (!(requests >= 0 && errors >= 0 && errors <= requests)) return undefined
    const arm = count.version === release ? arms.canary : arms.control
    arm.requests += requests
    arm.errors += errors
  }
  const versions = new Set(now.map((count) => count.version))
  return start.every((count) => versions.has(count.version)) ? arms : undefined
}

function sayWaiting({ bake, elapsedMs }: BakeWatch, { canary, control }: Seen): string | undefined {
  if (canary.requests < bake.requestsNeeded)
    return `${canary.requests} of ${bake.requestsNeeded} requests seen at the new release`
  if (elapsedMs < bake.floorMs)
    return `${span(elapsedMs)} of at least ${span(bake.floorMs)} watched`
  if (bake.test === 'absolute') return undefined
  if (control.requests === 0)
    return 'the control has seen no request, so there is nothing to compare with'
  const rate = control.errors / control.requests
  if (rate < bake.detectErrorRate) return undefined
  return `the old release errs too (${say(control)}): an outage beyond this release, waiting`
}

const say = ({ errors, requests }: ArmCounts): string =>
  `${errors} of ${requests} requests failed${requests > 0 ? `, ${percent(errors / requests)}` : ''}`

const sayEvidence = (evidence: number): string =>
  evidence >= 1e6 ? 'over a million' : Number(evidence.toPrecision(2)).toString()

/** What the test says of an innocent release: an e-value of 1 or less is no evidence at all. */
const sayDoubt = (evidence: number, limit: number): string =>
  evidence <= 1 ? 'no evidence against it' : `evidence ${sayEvidence(evidence)} < ${limit}`

function sayBad({ bake }: BakeWatch, { canary, control, evidence }: Seen): string {
  const beside =
    bake.test === 'absolute'
      ? `a rate of ${percent(bake.detectErrorRate)} or more convicts`
      : `old release: ${say(control)}`
  return `new release: ${say(canary)}; ${beside}; evidence ${sayEvidence(evidence)} ≥ ${Math.round(1 / bake.falseAlarm)}`
}

function sayGood(bake: Bake, { canary, control, evidence }: Seen): string {
  const beside = bake.test === 'absolute' ? '' : `; old release: ${say(control)}`
  return `new release: ${say(canary)} (${bake.requestsNeeded} needed)${beside}; ${sayDoubt(evidence, Math.round(1 / bake.falseAlarm))}`
}
