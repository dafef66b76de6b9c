import * as v from 'valibot'
import { durationOrZero, explain, listOf, wholeNumber } from './forms.ts'

/** `fri 16:00`, every week, or `2026-12-20 18:00`, once. */
export const WEEKLY = /^(mon|tue|wed|thu|fri|sat|sun) (?:([01][0-9]|2[0-3]):([0-5][0-9]))$/
export const ONCE =
  /^[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01]) (?:[01][0-9]|2[0-3]):[0-5][0-9]$/

const moment = (meaning: string, example: string) =>
  explain(v.pipe(v.string(), v.regex(new RegExp(`${WEEKLY.source}|${ONCE.source}`))), {
    form: 'a weekday with a time (fri 16:00), or a date with a time (2026-12-20 18:00)',
    meaning,
    example,
  })

const windowExample = { from: 'fri 16:00', to: 'mon 08:00', reason: 'nobody is there' }

const windowForm = explain(
  v.strictObject({
    from: moment('Begins then, by the wall clock of the time zone.', 'fri 16:00'),
    to: moment('Ends then; this minute is free again.', 'mon 08:00'),
    reason: explain(v.pipe(v.string(), v.minLength(1), v.maxLength(200)), {
      form: 'a text of 1 to 200 characters',
      meaning: 'Why; it is shown to whoever wants to ship.',
      example: 'nobody is there',
    }),
  }),
  {
    form: 'a mapping with the keys from, to and reason',
    meaning: 'A time in which nothing new is begun. Going back is always allowed.',
    example: windowExample,
  },
)

const isTimeZone = (name: string): boolean => {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}

/** When an environment may be shipped to. */
export const scheduleForm = explain(
  v.strictObject({
    'time-zone': v.optional(
      explain(v.pipe(v.string(), v.maxLength(64), v.check(isTimeZone)), {
        form: 'a time zone of the IANA database, such as Europe/Berlin',
        meaning: 'Whose wall clock the windows are told by; summer time is minded.',
        example: 'Europe/Berlin',
      }),
      'UTC',
    ),
    freeze: v.optional(
      listOf(windowForm, {
        form: 'a list of windows, at least one',
        meaning: 'When nothing new is begun. A rollout under way finishes its zone and holds.',
        example: [windowExample],
      }),
    ),
    'most-at-once': v.optional(
      wholeNumber(64, 'How many releases may be under way at once, one behind the other.', 2),
    ),
    spacing: v.optional(
      durationOrZero('Least time from the begin of one deploy to the next.', '5m'),
      '0s',
    ),
  }),
  {
    form: 'a mapping with the keys time-zone, freeze, most-at-once and spacing',
    meaning: 'When this environment may be shipped to.',
    example: { 'time-zone': 'Europe/Berlin', freeze: [windowExample] },
  },
)

export type ScheduleForm = v.InferOutput<typeof scheduleForm>
