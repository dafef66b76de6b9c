import type { ScheduleForm } from './schedule-form.ts'
import { weeklyMinute } from './schedule-policy.ts'
import { type Defect, type YamlPath, showPath } from './yaml-path.ts'

/** Windows that mix a weekday with a date, or that are empty. */
export function scheduleDefects(at: YamlPath, { freeze = [] }: ScheduleForm): readonly Defect[] {
  return freeze.flatMap(({ from, to }, index) => {
    const place = [...at, 'freeze', index]
    const [first, last] = [weeklyMinute(from), weeklyMinute(to)]
    if ((first === undefined) !== (last === undefined)) return [mixed(place)]
    const empty = first === undefined ? to <= from : first === last
    return empty ? [nothing(place, from, to)] : []
  })
}

const mixed = (place: YamlPath): Defect => ({
  code: 'policy/inconsistent',
  path: [...place, 'to'],
  part: 'value',
  message: `${showPath(place)} begins and ends by different calendars`,
  remedy: 'Give two weekdays (from: fri 16:00, to: mon 08:00) or two dates.',
  other: [...place, 'from'],
})

const nothing = (place: YamlPath, from: string, to: string): Defect => ({
  code: 'policy/inconsistent',
  path: [...place, 'to'],
  part: 'value',
  message: `${showPath(place)} freezes nothing: ${to} is not after ${from}`,
  remedy: 'Let it end after it begins.',
  other: [...place, 'from'],
})
