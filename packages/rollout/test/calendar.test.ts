import { describe, expect, test } from 'vitest'
import { freezeAt } from '../src/calendar.ts'

const weekend = { kind: 'weekly', from: 4 * 1440 + 16 * 60, to: 8 * 60, reason: 'weekend' } as const
const at = (iso: string): number => Date.parse(iso)

describe('a weekly window', () => {
  const calendar = { timeZone: 'Europe/Berlin', freeze: [weekend] }

  test.each([
    ['2026-11-27T14:59:00Z', false, 'Friday 15:59 in winter'],
    ['2026-11-27T15:00:00Z', true, 'Friday 16:00 in winter'],
    ['2026-07-03T14:00:00Z', true, 'Friday 16:00 in summer'],
    ['2026-07-03T13:59:00Z', false, 'Friday 15:59 in summer'],
    ['2026-11-29T12:00:00Z', true, 'Sunday'],
    ['2026-11-30T06:59:00Z', true, 'Monday 07:59'],
    ['2026-11-30T07:00:00Z', false, 'Monday 08:00'],
  ])('%s: %s (%s)', (instant, frozen) => {
    expect(freezeAt(calendar, at(instant)) !== undefined).toBe(frozen)
  })

  test('says until when, and why', () => {
    expect(freezeAt(calendar, at('2026-11-28T12:00:00Z'))).toEqual({
      reason: 'weekend',
      until: 'Mon 08:00 Europe/Berlin',
    })
  })

  test('the same instant is free in another time zone', () => {
    const instant = at('2026-11-27T15:30:00Z')
    expect(freezeAt(calendar, instant)).toBeDefined()
    expect(freezeAt({ ...calendar, timeZone: 'America/New_York' }, instant)).toBeUndefined()
  })

  test('the hour that summer time skips, and the one that comes twice', () => {
    const night = { kind: 'weekly', from: 6 * 1440 + 120, to: 6 * 1440 + 180, reason: 'x' } as const
    const nightly = { timeZone: 'Europe/Berlin', freeze: [night] }
    const frozen = (iso: string) => freezeAt(nightly, at(iso)) !== undefined
    // 2026-03-29: 02:00 becomes 03:00 at 01:00 UTC, so that the window never is.
    expect(
      ['00:30', '00:59', '01:00', '01:30'].map((time) => frozen(`2026-03-29T${time}:00Z`)),
    ).toEqual([false, false, false, false])
    // 2026-10-25: 03:00 becomes 02:00 at 01:00 UTC, so that it is twice as long.
    expect(
      ['23:59', '00:00', '00:30', '01:30', '02:00'].map((time, index) =>
        frozen(`2026-10-${index === 0 ? 24 : 25}T${time}:00Z`),
      ),
    ).toEqual([false, true, true, true, false])
  })
})

describe('a window of one time', () => {
  const holidays = {
    kind: 'once',
    from: '2026-12-20 18:00',
    to: '2027-01-04 08:00',
    reason: 'x',
  } as const
  const calendar = { timeZone: 'America/New_York', freeze: [holidays] }

  test.each([
    ['2026-12-20T22:59:00Z', false],
    ['2026-12-20T23:00:00Z', true],
    ['2027-01-04T12:59:00Z', true],
    ['2027-01-04T13:00:00Z', false],
  ])('%s: %s', (instant, frozen) => {
    expect(freezeAt(calendar, at(instant)) !== undefined).toBe(frozen)
  })
})
