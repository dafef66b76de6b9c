import type { Milliseconds } from '@bulkhead/vocabulary'
import { type ScheduleForm, WEEKLY } from './schedule-form.ts'

/**
 * A time in which nothing new is begun, by the wall clock of the schedule's time zone. `weekly`: minutes
 * since Monday 00:00; `to` below `from` goes over the end of the week. `once`: `YYYY-MM-DD HH:MM`.
 */
export type FreezeWindow = { readonly reason: string } & (
  | { readonly kind: 'weekly'; readonly from: number; readonly to: number }
  | { readonly kind: 'once'; readonly from: string; readonly to: string }
)

export interface SchedulePolicy {
  /** A name of the IANA time zone database. */
  readonly timeZone: string
  readonly freeze: readonly FreezeWindow[]
  /** Releases under way at once; undefined for no limit. */
  readonly mostAtOnce: number | undefined
  readonly spacing: Milliseconds
}

const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']

/** Minutes since Monday 00:00 of a moment such as `fri 16:00`; undefined for a date. */
export function weeklyMinute(text: string): number | undefined {
  const [, day, hour, minute] = WEEKLY.exec(text) ?? []
  if (day === undefined) return undefined
  return DAYS.indexOf(day) * 1440 + Number(hour) * 60 + Number(minute)
}

/** From a form without defects. */
export function scheduleOfForm(
  form: ScheduleForm,
  span: (text: string) => Milliseconds,
): SchedulePolicy {
  return {
    timeZone: form['time-zone'],
    freeze: (form.freeze ?? []).map(windowOfForm),
    mostAtOnce: form['most-at-once'],
    spacing: span(form.spacing),
  }
}

function windowOfForm({
  from,
  to,
  reason,
}: NonNullable<ScheduleForm['freeze']>[number]): FreezeWindow {
  const [first, last] = [weeklyMinute(from), weeklyMinute(to)]
  return first === undefined || last === undefined
    ? { kind: 'once', from, to, reason }
    : { kind: 'weekly', from: first, to: last, reason }
}
