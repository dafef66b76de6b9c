import { alignColumns } from '../plain-text.ts'
import { span } from '../refusals.ts'
import { type Place, placeName } from '../zone-capacity.ts'
import type { Plan, RegionPlan } from './plan.ts'

/** Columns of time. */
const COLUMNS = 48

interface Phase {
  readonly from: number
  readonly to: number
  readonly mark: '■' | '░'
}

/** Zones down, time across: where the release is placed (■), and watched (░), when. */
export function drawPlan(plan: Plan): string[] {
  const length = Math.max(1, plan.criticalPathMs)
  const rows = plan.regions.flatMap((region) =>
    region.zones.map((zone) => [placeName(zone), draw(phasesOf(region, zone), length)]),
  )
  const end = span(plan.criticalPathMs)
  const scale = `0${' '.repeat(Math.max(1, COLUMNS - 1 - end.length))}${end}`
  return [...alignColumns([['', scale], ...rows]), '■ placed  ░ watched  · untouched']
}

function phasesOf(region: RegionPlan, place: Place): Phase[] {
  let at = region.startsMs
  return region.waves.flatMap((wave): Phase[] => {
    const from = at
    const placed = from + wave.placeMs
    at = placed + (wave.bake?.expectedMs ?? 0)
    if (!wave.stages.some((stage) => placeName(stage) === placeName(place))) return []
    return [
      { from, to: placed, mark: '■' },
      { from: placed, to: at, mark: '░' },
    ]
  })
}

/** Each phase gets a column at least, however short: a canary must not vanish. */
function draw(phases: readonly Phase[], length: number): string {
  const cells: string[] = Array.from({ length: COLUMNS }, () => '·')
  const column = (ms: number) => Math.floor((ms / length) * COLUMNS)
  for (const { from, to, mark } of phases) {
    if (to <= from) continue
    const first = Math.min(COLUMNS - 1, column(from))
    const last = Math.min(COLUMNS, Math.max(first + 1, column(to)))
    for (let at = first; at < last; at += 1) if (mark === '■' || cells[at] === '·') cells[at] = mark
  }
  return cells.join('')
}
