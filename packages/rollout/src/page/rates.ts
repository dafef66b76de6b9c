import type { CommitId } from '@bulkhead/vocabulary'
import type { Run, Timeline } from './timeline.ts'

/** Something per second at one build, over equal spans of time. */
export interface RateCurve {
  readonly version: CommitId
  readonly rates: readonly Run<number>[]
}

const BINS = 150

/** Rates from counters: growth between samples, spread over spans long enough to be readable. */
export function ratesOf(timeline: Timeline, counter: 'requests' | 'errors'): RateCurve[] {
  const width = Math.max(500, (timeline.to - timeline.from) / BINS)
  return timeline.versions.flatMap((version) => {
    const rates = binRates(timeline, version, counter, width)
    return rates.some((rate) => rate.value > 0) ? [{ version, rates }] : []
  })
}

function binRates(
  timeline: Timeline,
  version: CommitId,
  counter: 'requests' | 'errors',
  width: number,
): Run<number>[] {
  const bins = new Map<number, { amount: number; covered: number }>()
  spread(timeline, version, counter, (at, span, amount) => {
    for (
      let bin = Math.floor((at - timeline.from) / width);
      timeline.from + bin * width < at + span;
      bin += 1
    ) {
      const start = timeline.from + bin * width
      const overlap = Math.min(start + width, at + span) - Math.max(start, at)
      const sum = bins.get(bin) ?? { amount: 0, covered: 0 }
      bins.set(bin, {
        amount: sum.amount + (amount * overlap) / span,
        covered: sum.covered + Math.max(0, overlap),
      })
    }
  })
  return [...bins]
    .sort(([one], [other]) => one - other)
    .filter(([, { covered }]) => covered > 0)
    .map(([bin, { amount, covered }]) => ({
      from: timeline.from + bin * width,
      to: timeline.from + (bin + 1) * width,
      value: (amount * 1000) / covered,
    }))
}

/** Every growth of a counter between two samples; a counter that fell was reset and starts again. */
function spread(
  timeline: Timeline,
  version: CommitId,
  counter: 'requests' | 'errors',
  add: (at: number, span: number, amount: number) => void,
): void {
  for (const [at, sample] of timeline.samples.slice(1).entries()) {
    const before = timeline.samples[at]
    if (!before || sample.at <= before.at || sample.at - before.at > timeline.longestStep) continue
    const now = sample.traffic.find((count) => count.version === version)?.[counter]
    if (now === undefined) continue
    const was = before.traffic.find((count) => count.version === version)?.[counter] ?? 0
    add(before.at, sample.at - before.at, now >= was ? now - was : now)
  }
}
