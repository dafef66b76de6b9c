import type { CommitId } from '@bulkhead/vocabulary'
import { type RecordedSample, type RolloutRecord, regionsOf } from './record.ts'
import { shortCommit } from '../refusals.ts'

/** Everything is drawn in these units; the page scales them. */
export const FRAME = { width: 1080, left: 118, right: 14 } as const

const COLOURS = 6

/** One time axis and one set of colours for all panels of a page. */
export interface Timeline {
  readonly samples: readonly RecordedSample[]
  readonly from: number
  readonly to: number
  /** Horizontal position of a moment. */
  readonly x: (at: number) => number
  /** Builds in order of appearance. */
  readonly versions: readonly CommitId[]
  /** CSS class that carries the colour of a build. */
  readonly colour: (version: CommitId | null) => string
  readonly name: (version: CommitId) => string
  /** Which side of the comparison a build is on; empty where several releases share the page. */
  readonly side: (version: CommitId) => 'canary' | 'control' | ''
  /** Longest span that one sample stands for; more is a gap in the record. */
  readonly longestStep: number
}

export function layTimeline(record: RolloutRecord): Timeline {
  const { samples, decisions, chapters = [], releaseNames = {} } = record
  const moments = [
    ...samples.map((s) => s.at),
    ...decisions.map((d) => d.at),
    ...chapters.flatMap((c) => [c.from, c.to]),
  ]
  const from = moments.reduce((a, b) => Math.min(a, b), moments[0] ?? 0)
  const to = Math.max(
    moments.reduce((a, b) => Math.max(a, b), from),
    from + 1000,
  )
  const versions = versionsOf(samples)
  const inner = FRAME.width - FRAME.left - FRAME.right
  return {
    samples,
    from,
    to,
    x: (at) => FRAME.left + ((Math.min(to, Math.max(from, at)) - from) / (to - from)) * inner,
    versions,
    colour: (version) => (version === null ? 'v-none' : `v${versions.indexOf(version) % COLOURS}`),
    name: (version) =>
      Object.hasOwn(releaseNames, version) ? (releaseNames[version] ?? '') : shortCommit(version),
    side: sideBy(samples),
    longestStep: longestStep(samples),
  }
}

function sideBy(samples: readonly RecordedSample[]): Timeline['side'] {
  const [release, another] = new Set(samples.map((sample) => sample.release))
  if (release === undefined || another !== undefined) return () => ''
  return (version) => (version === release ? 'canary' : 'control')
}

/** The timeline of each region, on the same axis and with the same colours. */
export function byRegion(timeline: Timeline): readonly (readonly [string, Timeline])[] {
  const regions = Map.groupBy(timeline.samples, regionsOf)
  return [...regions].map(([region, samples]) => [
    region,
    { ...timeline, samples, longestStep: longestStep(samples) },
  ])
}

function versionsOf(samples: readonly RecordedSample[]): CommitId[] {
  const versions = new Set<CommitId>()
  for (const sample of samples) {
    for (const zone of sample.zones)
      for (const unit of zone.units) if (unit.version) versions.add(unit.version)
    for (const count of sample.traffic) versions.add(count.version)
  }
  return [...versions]
}

function longestStep(samples: readonly RecordedSample[]): number {
  const steps = samples
    .slice(1)
    .map((sample, at) => sample.at - (samples[at]?.at ?? sample.at))
    .sort((a, b) => a - b)
  return Math.max(3_000, (steps[steps.length >> 1] ?? 0) * 6)
}

/** A span of time in which something had one value. */
export interface Run<Value> {
  readonly from: number
  readonly to: number
  readonly value: Value
}

/** Joins samples of equal value to runs; a value lasts until the next sample, never across a gap. */
export function runsOf<Value>(
  timeline: Timeline,
  read: (sample: RecordedSample) => Value | undefined,
): Run<Value>[] {
  const runs: { from: number; to: number; value: Value }[] = []
  for (const [at, sample] of timeline.samples.entries()) {
    const value = read(sample)
    const next = timeline.samples[at + 1]?.at ?? sample.at + 250
    const to = Math.min(next, sample.at + timeline.longestStep)
    const last = runs.at(-1)
    if (value === undefined) continue
    if (last?.value === value && last.to >= sample.at) last.to = to
    else runs.push({ from: sample.at, to, value })
  }
  return runs
}

/** `m:ss` since the start. */
export function elapsed(timeline: Timeline, at: number): string {
  const seconds = Math.max(0, at - timeline.from) / 1000
  return `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, '0')}`
}

const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21_600, 86_400]

/** Moments for the marks of the axis: at most a dozen, at round spans since the start. */
export function ticks({ from, to }: Timeline): number[] {
  const step = (STEPS.find((seconds) => (to - from) / 1000 / seconds <= 12) ?? 604_800) * 1000
  return Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, at) => from + at * step)
}
