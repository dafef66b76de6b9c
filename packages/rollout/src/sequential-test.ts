/** What one arm of a comparison has seen. */
export interface ArmCounts {
  readonly requests: number
  readonly errors: number
}

/**
 * A canary may err this much more often than the control before the test counts it as worse: the
 * null hypothesis is `rate(canary) ≤ (1 + MARGIN) · rate(control)`.
 */
export const MARGIN = 0.25

/** Error ratios canary : control, in units of the margin, over which the test spreads its bets. */
const RATIOS = [1.5, 2, 3, 5, 10, 20, 50, 100, 1000].map((times) => times * (1 + MARGIN))

/** Mean of e^x, without overflow on the way. */
function meanOfExponentials(logs: readonly number[]): number {
  const top = Math.max(...logs)
  if (top === Number.NEGATIVE_INFINITY) return 0
  return Math.exp(top) * (logs.reduce((sum, log) => sum + Math.exp(log - top), 0) / logs.length)
}

/** k · log, where nothing counted is no evidence even against log 0. */
const times = (count: number, log: number): number => (count === 0 ? 0 : count * log)

/**
 * Evidence that the canary errs more than the control beside it: an e-value that may be looked at
 * at any time; reject when it is ≥ 1/α. Conditional on the errors seen, each is the canary's with
 * chance at most `p₀ = s(1+δ)/(s(1+δ)+1−s)` under the null, whatever the common error rate: an
 * outage of both arms is no evidence. `E = mean_i (θ_i/p₀)^{S_c} ((1−θ_i)/(1−p₀))^{S_b}`
 * (conditional binomial; Lindon et al., "Anytime-Valid Inference for Multinomial Count Data", 2022).
 * The share s is the one seen, not the one planned: a proxy that favours the canary is not blamed on it.
 */
export function evidenceAgainstCanary(canary: ArmCounts, control: ArmCounts): number {
  const requests = canary.requests + control.requests
  if (canary.requests === 0 || control.requests === 0) return 1
  const share = canary.requests / requests
  const chance = (ratio: number) => (share * ratio) / (share * ratio + 1 - share)
  const null0 = chance(1 + MARGIN)
  return meanOfExponentials(
    RATIOS.map((ratio) => {
      const theta = chance(ratio)
      return (
        times(canary.errors, Math.log(theta / null0)) +
        times(control.errors, Math.log((1 - theta) / (1 - null0)))
      )
    }),
  )
}

/** The rate that the absolute test takes as still innocent: half-way from baseline to detection. */
export const innocentRate = (baseline: number, detect: number): number => (baseline + detect) / 2

/**
 * Evidence that an arm errs more often than `innocent`, for when no control is left to compare with:
 * `E = mean_i (p_i/p₀)^S ((1−p_i)/(1−p₀))^{n−S}` over alternatives p_i from `detect` upwards.
 * Valid at any time for every true rate ≤ `innocent`: the likelihood ratio's mean is at most 1 there.
 */
export function evidenceAgainstRate(arm: ArmCounts, innocent: number, detect: number): number {
  if (innocent <= 0) return arm.errors > 0 ? Number.POSITIVE_INFINITY : 1
  const alternatives = [0, 0.25, 0.5, 0.9].map((step) => detect + (1 - detect) * step)
  return meanOfExponentials(
    alternatives.map(
      (p) =>
        times(arm.errors, Math.log(p / innocent)) +
        times(arm.requests - arm.errors, Math.log((1 - p) / (1 - innocent))),
    ),
  )
}
