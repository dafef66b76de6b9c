/**
 * A time in which nothing new is begun, by a wall clock. `weekly`: minutes since Monday 00:00; `to` below
 * `from` goes over the end of the week. `once`: `YYYY-MM-DD HH:MM`. The minute `to` is free again.
 */
export type FreezeWindow = { readonly reason: string } & (
  | { readonly kind: 'weekly'; readonly from: number; readonly to: number }
  | { readonly kind: 'once'; readonly from: string; readonly to: string }
)

export interface Calendar {
  /** A name of the IANA time zone database; summer time is minded. */
  readonly timeZone: string
  readonly freeze: readonly FreezeWindow[]
}

export interface Freeze {
  readonly reason: string
  /** When it ends, by the wall clock, in words. */
  readonly until: string
}

/**
 * The window that holds an instant, if any does. What is compared is the wall clock there, so that a
 * window of a day on which clocks change needs no care.
 * @param now milliseconds since the epoch
 */
export function freezeAt({ timeZone, freeze }: Calendar, now: number): Freeze | undefined {
  const wall = wallClock(timeZone, now)
  const window = freeze.find((each) => holds(each, wall))
  if (!window) return undefined
  const end = window.kind === 'weekly' ? weekdayText(window.to) : window.to
  return { reason: window.reason, until: `${end} ${timeZone}` }
}

interface WallClock {
  /** Minutes since Monday 00:00. */
  readonly minute: number
  /** `YYYY-MM-DD HH:MM`: compares as text. */
  readonly text: string
}

function holds(window: FreezeWindow, { minute, text }: WallClock): boolean {
  if (window.kind === 'once') return window.from <= text && text < window.to
  const { from, to } = window
  return from < to ? from <= minute && minute < to : minute >= from || minute < to
}

const DAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']

function wallClock(timeZone: string, now: number): WallClock {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    hourCycle: 'h23',
    weekday: 'short',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  })
  const parts = new Map(format.formatToParts(now).map(({ type, value }) => [type, value]))
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? ''
  const day = DAYS.indexOf(part('weekday'))
  return {
    minute: day * 1440 + Number(part('hour')) * 60 + Number(part('minute')),
    text: `${part('year')}-${part('month')}-${part('day')} ${part('hour')}:${part('minute')}`,
  }
}

const two = (value: number): string => String(value).padStart(2, '0')

const weekdayText = (minute: number): string =>
  `${DAYS[Math.floor(minute / 1440)]} ${two(Math.floor((minute % 1440) / 60))}:${two(minute % 60)}`
