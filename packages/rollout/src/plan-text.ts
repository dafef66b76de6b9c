import { plainLine, alignColumns } from './plain-text.ts'
import type { Bake, Plan, Wave } from './plan.ts'
import { percent, shortCommit, span } from './refusals.ts'
import { placeName } from './zone-capacity.ts'

/** A plan for people: what happens in which order, a picture of it, and the reason for every number. */
export function renderPlan(plan: Plan): string {
  const sections = [heading(plan), zoneTable(plan), waveTable(plan), picture(plan), reasons(plan)]
  return `${sections.map((lines) => lines.map(plainLine).join('\n')).join('\n\n')}\n`
}

const unitCount = (wave: Wave): number =>
  wave.stages.reduce((sum, stage) => sum + stage.units.length, 0)

function heading(plan: Plan): string[] {
  const from = plan.previous ? `replaces ${shortCommit(plan.previous.commit)}` : 'first release'
  const expected = plan.waves.reduce((sum, wave) => sum + (wave.bake?.expectedMs ?? 0), 0)
  return [
    `Plan for ${plan.environment}: ${shortCommit(plan.release.commit)} ${from} (${plan.lane} lane)`,
    `artifact  ${plan.release.artifact}`,
    `plan      ${plan.digest}`,
    `required  ${plan.required} healthy units with any one zone gone`,
    ...(expected > 0 ? [`bakes     ${span(expected)} in all, at the expected traffic`] : []),
    ...plan.notes.map((note) => `note      ${note}`),
  ]
}

function zoneTable({ zones }: Plan): string[] {
  const rows = zones.map((zone) => [
    placeName(zone),
    `${zone.healthy}/${zone.units}`,
    `${zone.maxOut}`,
    zone.reason,
  ])
  return alignColumns([['zone', 'healthy', 'may be out', 'because'], ...rows])
}

function waveTable({ waves }: Plan): string[] {
  const rows = waves.map((wave, at) => {
    const batches = wave.stages.reduce(
      (sum, stage) => sum + Math.ceil(stage.units.length / Math.max(1, stage.maxOut)),
      0,
    )
    return [`${at + 1}`, wave.name, `${unitCount(wave)}`, `${batches}`, ...bakeCells(wave.bake)]
  })
  return alignColumns([
    ['', 'wave', 'units', 'batches', 'new', 'bake', 'requests needed', 'at'],
    ...rows,
  ])
}

const bakeCells = (bake: Bake | null): string[] =>
  bake
    ? [
        percent(bake.share),
        span(bake.expectedMs),
        `${bake.requestsNeeded}`,
        `${Number(bake.requestsPerSecond.toFixed(1))}/s`,
      ]
    : ['', 'none', '', '']

/** Zones down, waves across: where the release goes when. */
function picture({ zones, waves }: Plan): string[] {
  const rows = zones.map((zone) => [
    placeName(zone),
    ...waves.map((wave) => {
      const here = wave.stages.filter((stage) => placeName(stage) === placeName(zone))
      const units = here.reduce((sum, stage) => sum + stage.units.length, 0)
      return units === 0 ? '·' : units <= 6 ? '■'.repeat(units) : `■×${units}`
    }),
  ])
  return alignColumns([['', ...waves.map((_, at) => `${at + 1}`)], ...rows])
}

function reasons({ waves }: Plan): string[] {
  const bakes = waves.flatMap((wave) => wave.bake ?? [])
  const [first] = bakes
  if (!first)
    return [
      'No bake: nothing serves beside a first release. It is judged by health and build alone.',
    ]
  const absolute = bakes.find((bake) => bake.test === 'absolute')
  return [
    `requests needed  a release that fails ${percent(first.detectErrorRate)} of its requests is caught in ${percent(first.power)} of bakes,`,
    `                 by simulating the very test that judges; one that fails ${percent(first.baselineErrorRate)} like the old one`,
    `                 is blamed in at most ${percent(first.falseAlarm)}, however often the test is looked at`,
    `bake             requests needed ÷ requests/s at the new release, at least ${span(first.floorMs)};`,
    `                 without an answer after ${span(first.deadlineMs)} the release is rolled back: no data is not healthy`,
    ...(absolute
      ? [
          `last wave        no old release is left to compare with: ${percent((absolute.baselineErrorRate + absolute.detectErrorRate) / 2)} errors still pass, ${percent(absolute.detectErrorRate)} do not`,
        ]
      : []),
    'may be out       recomputed from observation before every batch; replacing a unit that is down costs nothing',
  ]
}
