import { expect, it } from 'vitest'
import { noticeOf } from '../src/zones/tell-zone.ts'
import type { ZoneResult } from '../src/zones/zone-request.ts'

const place = { region: 'eu', zone: 'c' }
const told = (result: ZoneResult['result'], findings: ZoneResult['findings'] = []) =>
  noticeOf({ environment: 'production', reason: 'racks' }, { result, place, findings }, 7)

it('a zone that is away and one that is back are one matter, which ends with the second', () => {
  const away = told('shifted')
  expect(away).toEqual({
    about: 'production/zone/eu/c',
    environment: 'production',
    event: 'zone.shifted',
    urgency: 'warning',
    over: false,
    headline: 'zone eu/c of production gets no traffic',
    facts: [{ name: 'reason', value: 'racks' }],
    next: 'when it is well: bulkhead zone restore eu/c --environment production',
    at: 7,
  })
  const back = told('restored')
  expect(back).toMatchObject({ about: away?.about, event: 'zone.restored', over: true })
  expect(back).not.toHaveProperty('next')
})

it('one that did not come to its end says why, and a refusal tells nobody', () => {
  const why = { code: 'rollout/target-failed', subject: 'eu/c', message: 'no answer', remedy: 'x' }
  expect(told('failed', [why as ZoneResult['findings'][number]])).toMatchObject({
    event: 'zone.failed',
    over: false,
    facts: [{ name: 'reason' }, { name: 'rollout/target-failed', value: 'no answer' }],
  })
  expect(told('refused')).toBeUndefined()
})
