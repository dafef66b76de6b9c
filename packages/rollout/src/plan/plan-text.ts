import { listed } from '../migration-refusals.ts'
import { alignColumns, plainLine } from '../plain-text.ts'
import { percent, shortCommit, span } from '../refusals.ts'
import { placeName } from '../zone-capacity.ts'
import type { Bake, Plan, RegionPlan, Wave } from './plan.ts'
import { drawPlan } from './plan-picture.ts'

/** A plan for people: what happens in which order, a picture of it, and the reason for every number. */
export function renderPlan(plan: Plan): string {
  const sections = [
    heading(plan),
    ...plan.regions.flatMap((region) => [zoneTable(region), waveTable(region)]),
    drawPlan(plan),
    reasons(plan),
  ]
  return `${sections.map((lines) => lines.map(plainLine).join('\n')).join('\n\n')}\n`
}

function heading(plan: Plan): string[] {
  return [
    `Plan for ${plan.environment}: ${shortCommit(plan.release.commit)} ${replacing(plan)} (${plan.lane} lane)`,
    `artifact       ${plan.release.artifact}`,
    `plan           ${plan.digest}`,
    `critical path  ${minutes(plan.criticalPathMs)} at most, bakes at the expected traffic`,
    ...(plan.regions.length > 1
      ? [
          `next release   may begin ${minutes(plan.slowestRegionMs)} later: the slowest region is free then`,
        ]
      : []),
    ...plan.notes.map((note) => `note           ${note}`),
    ...forwardOnly(plan),
  ]
}

/** Said before anything begins: what cannot be taken back. */
function forwardOnly({ regions }: Plan): string[] {
  const closed = regions.filter(({ contracts }) => contracts.length > 0)
  const [first] = closed
  if (first === undefined) return []
  const where = closed.length === regions.length ? '' : ` in ${closed.map(nameOf).join(', ')}`
  return [
    `no way back    roll forward only${where}: the release before cannot live with ${listed(first.contracts)};`,
    '               once its first unit is placed, a bad release is held out of traffic and never taken back',
  ]
}

const nameOf = ({ region }: RegionPlan): string => region

function replacing({ regions }: Plan): string {
  const before = new Set(regions.map(({ previous }) => previous?.commit ?? null))
  const [only = null] = before
  if (before.size > 1) return 'replaces several releases'
  return only === null ? 'first release' : `replaces ${shortCommit(only)}`
}

const minutes = (ms: number): string => `${Number((ms / 60_000).toFixed(1))} min`

function zoneTable({ region, required, requiredBecause, zones }: RegionPlan): string[] {
  const rows = zones.map((zone) => [
    placeName(zone),
    `${zone.healthy}/${zone.units}`,
    `${zone.maxOut}`,
    zone.surge === 0 ? '' : `+${zone.surge}`,
    zone.reason,
  ])
  return [
    `${region}: ${required} required with any one zone gone (${requiredBecause})`,
    ...alignColumns([['zone', 'healthy', 'may be out', 'surge', 'because'], ...rows]),
  ]
}

function waveTable({ waves, startsMs }: RegionPlan): string[] {
  let at = startsMs
  const rows = waves.map((wave, number) => {
    const begins = at
    at += wave.placeMs + (wave.bake?.expectedMs ?? 0)
    const units = wave.stages.reduce((sum, stage) => sum + stage.units.length, 0)
    const cells = [`${number + 1}`, wave.name, span(begins), `${units}`, `${wave.batches}`]
    return [...cells, ...bakeCells(wave)]
  })
  return alignColumns([
    ['', 'wave', 'at', 'units', 'batches', 'new', 'bake', 'requests needed', 'at', 'gate'],
    ...rows,
  ])
}

function bakeCells({ bake, evacuable }: Wave): string[] {
  const gate = evacuable ? 'old release alone suffices' : ''
  if (bake === null) return ['', 'none', '', '', gate]
  return [
    percent(bake.share),
    span(bake.expectedMs),
    `${bake.requestsNeeded}`,
    `${Number(bake.requestsPerSecond.toFixed(1))}/s`,
    gate,
  ]
}

function reasons(plan: Plan): string[] {
  const bakes = plan.regions.flatMap(({ waves }) => waves.flatMap((wave) => wave.bake ?? []))
  return [
    `batch            at most ${span(plan.batchMs)}: ${plan.batchBecause}`,
    ...bakeReasons(bakes),
    ...(plan.regions.length > 1 ? [regionReason(plan)] : []),
    ...testReason(plan),
    'may be out       min(H_a, min over k≠a of (sum of H without k) − R), taken again from what the fleet says before every batch;',
    '                 replacing a unit that is down costs nothing',
  ]
}

const testReason = ({ mixedTest, regions }: Plan): string[] =>
  mixedTest === null || regions.every(({ kind }) => kind === 'initial')
    ? []
    : [
        `mixed-version    after the first batch of a region, while both releases serve, at most ${span(mixedTest.timeoutMs)}:`,
        `                 ${mixedTest.command.join(' ')}`,
      ]

const regionReason = ({ lane }: Plan): string =>
  lane === 'hotfix'
    ? 'regions          all others begin together once the first canary is judged; each has its own lease'
    : 'regions          each begins when the first bake of the one before is judged; each has its own lease'

function bakeReasons(bakes: readonly Bake[]): string[] {
  const [first] = bakes
  if (!first)
    return ['bake             none: nothing to compare with; judged by health and build alone']
  const absolute = bakes.find((bake) => bake.test === 'absolute')
  return [
    `requests needed  a release that fails ${percent(first.detectErrorRate)} of its requests is caught in ${percent(first.power)} of bakes,`,
    `                 by simulating the very test that judges; one that fails ${percent(first.baselineErrorRate)} like the old one`,
    `                 is blamed in at most ${percent(first.falseAlarm)}, however often the test is looked at`,
    `bake             requests needed ÷ requests/s at the new release${first.floorMs > 0 ? `, at least ${span(first.floorMs)}` : ''};`,
    `                 without an answer after ${span(first.deadlineMs)} the release is rolled back: no data is not healthy`,
    ...(absolute
      ? [
          `last wave        no old release is left to compare with: ${percent((absolute.baselineErrorRate + absolute.detectErrorRate) / 2)} errors still pass, ${percent(absolute.detectErrorRate)} do not`,
        ]
      : []),
  ]
}
