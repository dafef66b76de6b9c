import { hodgesLehmann, medianOf } from './hodges-lehmann.ts'
import type { MetricAnswer } from './metric.ts'
import { normalQuantile } from './normal-quantile.ts'

/** Two groups of values of one metric, and how far the second may lie off the first. */
export interface ShiftQuestion {
  /** Values of the old release beside the new one, or of the time before the rollout. */
  readonly reference: readonly number[]
  readonly observed: readonly number[]
  /** `rise`: more is worse, as of latency. `drop`: less is worse, as of messages a second. */
  readonly worse: 'rise' | 'drop'
  /** The change that is still allowed, as a share of the reference's median. */
  readonly allowed: number
}

/** Values that a group needs before anything is said of it. */
export const LEAST_VALUES = 12

/** The interval must lie clear of zero by this share of the shift (Kayenta's tolerance). */
const TOLERANCE = 0.25

/**
 * Judges a metric without counts by how far its values moved: worse when the confidence interval of the
 * Hodges–Lehmann shift lies beyond a quarter of the shift itself and the shift is the allowed share of
 * the reference's median or more: the rule of the Kayenta judge, except that no data is never good.
 *
 * It may be asked as often as one likes. Such an interval is made for one look, so a conviction is only
 * looked for when there are twice as many values as at the last such look, the j-th time at a chance of
 * α/2^j: all looks together convict an innocent release with a chance of at most α. In between, what
 * looks bad is waited for, and never good.
 */
export class ShiftWatch {
  readonly #falseAlarm: number
  #nextLook = LEAST_VALUES
  #looks = 0

  /** @param falseAlarm α, the chance that a release that changed nothing is convicted, 0–1 */
  constructor(falseAlarm: number) {
    this.#falseAlarm = falseAlarm
  }

  judge(question: ShiftQuestion): MetricAnswer {
    const answer = this.#answer(question)
    const figures = figuresOf(question)
    return figures === undefined ? answer : { ...answer, figures }
  }

  #answer(question: ShiftQuestion): MetricAnswer {
    const sign = question.worse === 'rise' ? 1 : -1
    const reference = valuesOf(question.reference, sign)
    const observed = valuesOf(question.observed, sign)
    const fewest = Math.min(reference.length, observed.length)
    if (fewest < LEAST_VALUES)
      return { kind: 'not-yet', why: `${fewest} of ${LEAST_VALUES} values seen` }
    const base = Math.abs(medianOf(reference))
    if (base === 0 && question.worse === 'drop')
      return { kind: 'not-yet', why: 'it was zero before: there is nothing that could drop' }
    const isWorse = (chance: number): boolean => {
      const shift = hodgesLehmann(reference, observed, -normalQuantile(chance))
      const { estimate, low } = shift ?? { estimate: Number.NaN, low: Number.NaN }
      return estimate > 0 && estimate >= question.allowed * base && low > TOLERANCE * estimate
    }
    const why = say(question)
    if (fewest >= this.#nextLook) {
      this.#looks += 1
      this.#nextLook = fewest * 2
      if (isWorse(this.#falseAlarm / 2 ** this.#looks)) return { kind: 'bad', why }
    }
    return isWorse(this.#falseAlarm)
      ? { kind: 'not-yet', why: `${why}: it looks worse, more values are waited for` }
      : { kind: 'good', why }
  }
}

function figuresOf({ reference, observed, allowed, worse }: ShiftQuestion) {
  const [before, now] = [valuesOf(reference, 1), valuesOf(observed, 1)]
  if (before.length === 0 || now.length === 0) return undefined
  const control = medianOf(before)
  const room = Math.abs(control) * allowed
  return {
    canary: medianOf(now),
    control,
    limit: worse === 'rise' ? control + room : control - room,
  }
}

const valuesOf = (values: readonly number[], sign: 1 | -1): readonly number[] =>
  values.filter(Number.isFinite).map((value) => sign * value)

function say({ reference, observed, allowed, worse }: ShiftQuestion): string {
  const median = (values: readonly number[]) =>
    Number(medianOf(values.filter(Number.isFinite)).toPrecision(3)).toString()
  const limit = `${worse === 'rise' ? '+' : '−'}${Math.round(allowed * 100)} % is allowed`
  return `median ${median(observed)} against ${median(reference)}, ${limit}`
}
