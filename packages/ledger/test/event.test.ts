import { digest, fencingToken } from '@bulkhead/vocabulary'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ENTRY_KINDS, type EntryDraft, type EntryOnRecord } from '../src/entry.ts'
import { eventOf } from '../src/event.ts'
import { cloudEventOf } from '../src/read/cloud-events.ts'
import { objectionsTo, objectionsToCloudEvent } from './cdevents-schemas.ts'
import { ACTORS, ORIGIN, release } from './log-fixture.ts'

const place = {
  origin: ORIGIN,
  environment: 'production',
  index: 7,
  at: '2026-01-31T12:00:00.000Z',
}
const event = (draft: Partial<EntryDraft>) =>
  eventOf({ kind: 'gate.verdict', actors: ACTORS, data: {}, ...draft }, place)

const heartbeat: EntryOnRecord = {
  kind: 'heartbeat',
  actors: ACTORS,
  data: {},
  ...place,
  previous: null,
  runner: {},
  signer: 'ledger.pub',
  digest: digest(`sha256:${'0'.repeat(64)}`),
}

/** Whatever an entry of any kind may say. */
const anyDraft = fc.record({
  kind: fc.constantFrom(...ENTRY_KINDS),
  actors: fc.constant(ACTORS),
  data: fc.oneof(
    fc.dictionary(fc.string(), fc.jsonValue()),
    fc.record({ outcome: fc.constantFrom('PASS', 'BLOCK') }),
    fc.record({ result: fc.constantFrom('released', 'rolled-back', 'stuck') }),
  ),
})
const anyRelease = fc.record({
  commit: fc.constant(release().commit),
  artifacts: fc.array(
    fc.record({
      name: fc.string({ minLength: 1 }),
      digest: fc.constant(heartbeat.digest),
    }),
  ),
})

describe('the CDEvents event of an entry', () => {
  it.each(ENTRY_KINDS)('is valid by the schema of its type, whatever it says: %s', (kind) => {
    for (const data of [
      {},
      { outcome: 'PASS' },
      { outcome: 'BLOCK' },
      { result: 'released' },
      { result: 'stuck' },
    ])
      for (const about of [{}, { release: release() }, { fence: fencingToken(3) }])
        expect(objectionsTo(event({ kind, data, ...about }))).toEqual([])
  })

  it('is valid for any data and artifacts, and so is the CloudEvent around it', () => {
    fc.assert(
      fc.property(anyDraft, fc.option(anyRelease, { nil: undefined }), (draft, about) => {
        const whole = { ...draft, ...(about && { release: about }) }
        expect(objectionsTo(eventOf(whole, place))).toEqual([])
      }),
    )
    const cloud = cloudEventOf(heartbeat, { voided: [], corrected: [] })
    const data = { from: 0, indexes: [heartbeat.index], by: 99, acknowledgedBy: null, more: false }
    expect(
      objectionsToCloudEvent(cloudEventOf(heartbeat, { voided: [data], corrected: [] })),
    ).toEqual([])
    expect(objectionsToCloudEvent(cloud)).toEqual([])
    expect(objectionsTo(cloud.data)).toEqual([])
    expect(objectionsToCloudEvent({ ...cloud, extra: 1 })).not.toEqual([])
  })

  it('would not be so with a member more, less or wrong', () => {
    const whole = event({
      kind: 'deploy.finished',
      release: release(),
      data: { result: 'released' },
    })
    const environment = { id: 'production' }
    const other = (content: object) =>
      objectionsTo({ ...whole, subject: { ...whole.subject, content } })
    expect(other({ environment })[0]).toMatch(/required.*artifactId/)
    expect(other({ environment, artifactId: 'pkg:x', more: 1 })[0]).toMatch(/additional.*more/)
    expect(other({ environment: {}, artifactId: 'pkg:x' })[0]).toMatch(/environment.*required.*id/)
    const context = (member: string, value: unknown) =>
      objectionsTo({ ...whole, context: { ...whole.context, [member]: value } })
    expect(context('source', 'has a blank')).not.toEqual([])
    expect(context('timestamp', 'yesterday')).not.toEqual([])
    expect(context('specversion', '0.4.0')).not.toEqual([])
    expect(context('type', 'dev.cdeventsx.bulkhead.alive.0.1.0')).not.toEqual([])
    expect(objectionsTo({ ...whole, verdict: 1 })).not.toEqual([])
  })

  it.each(ENTRY_KINDS)('carries the entry in its customData: %s', (kind) => {
    const { context, subject, customData } = event({
      kind,
      release: release(),
      fence: fencingToken(3),
    })
    expect(context).toMatchObject({ id: '7', source: ORIGIN, timestamp: place.at })
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
