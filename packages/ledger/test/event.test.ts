import { fencingToken } from '@bulkhead/vocabulary'
import { describe, expect, it } from 'vitest'
import { ENTRY_KINDS, type EntryDraft } from '../src/entry.ts'
import { eventOf } from '../src/event.ts'
import { ACTORS, ORIGIN, release } from './log-fixture.ts'

const place = {
  origin: ORIGIN,
  environment: 'production',
  index: 7,
  at: '2026-01-31T12:00:00.000Z',
}
const event = (draft: Partial<EntryDraft>) =>
  eventOf({ kind: 'gate.verdict', actors: ACTORS, data: {}, ...draft }, place)

describe('the CDEvents event of an entry', () => {
  it.each(ENTRY_KINDS)('has what every event must have: %s', (kind) => {
    const { context, subject, customData } = event({
      kind,
      release: release(),
      fence: fencingToken(3),
    })
    expect(context).toEqual({
      specversion: '0.5.1',
      id: '7',
      source: ORIGIN,
      timestamp: place.at,
      type: context.type,
    })
    // custom/schema.json of CDEvents 0.5.1 for custom types, the vocabulary for the others.
    expect(context.type).toMatch(
      /^dev\.(cdevents\.[a-z]+|cdeventsx\.bulkhead-[a-z]+)\.[a-z]+\.[0-9]\.[0-9]\.[0-9]$/,
    )
    expect(Object.keys(subject)).toEqual(['content', 'id'])
    expect(subject.id).not.toBe('')
    expect(customData).toEqual({ kind, release: release(), data: {} })
  })

  it('has a type of its own for every kind', () => {
    expect(new Set(ENTRY_KINDS.map((kind) => event({ kind }).context.type)).size).toBe(
      ENTRY_KINDS.length,
    )
  })

  it('is a finished test suite run for a verdict', () => {
    const of = (outcome: string) => event({ release: release(), data: { outcome } })
    expect(of('PASS').context.type).toBe('dev.cdevents.testsuiterun.finished.0.3.0')
    expect(of('PASS').subject.content).toMatchObject({
      environment: { id: 'production' },
      outcome: 'success',
    })
    expect(of('BLOCK').subject.content).toMatchObject({ outcome: 'failure' })
  })

  it('is a deployed service for a release that got through, and only for that', () => {
    const of = (result: string) =>
      event({ kind: 'deploy.finished', release: release(), data: { result } })
    expect(of('released').context.type).toBe('dev.cdevents.service.deployed.0.3.0')
    expect(of('released').subject.content).toEqual({
      environment: { id: 'production' },
      artifactId: `pkg:generic/app.tgz@${'a'.repeat(40)}?checksum=sha256:${'a'.repeat(64)}`,
    })
    expect(of('rolled-back').context.type).toBe('dev.cdeventsx.bulkhead-deployment.ended.0.1.0')
  })
})
