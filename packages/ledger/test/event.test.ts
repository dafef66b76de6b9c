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

interface Members {
  readonly required: readonly string[]
  readonly allowed: readonly string[]
}

/**
 * What the published schemas of CDEvents 0.5 ask of the two types of theirs that we write
 * (testing-events.md, testSuiteRun finished; continuous-deployment.md, service deployed). Both allow no
 * member beside these.
 */
const CONTENT: Readonly<Record<string, Members>> = {
  'dev.cdevents.testsuiterun.finished.0.3.0': {
    required: ['environment', 'outcome'],
    allowed: ['environment', 'outcome', 'reason', 'severity', 'testSuite'],
  },
  'dev.cdevents.service.deployed.0.3.0': {
    required: ['artifactId', 'environment'],
    allowed: ['artifactId', 'environment'],
  },
}

/** Why an event is not as the schema of its type has it. */
function objections({ context, subject, ...rest }: ReturnType<typeof eventOf>): readonly string[] {
  const content: Readonly<Record<string, unknown>> = { ...subject.content }
  const members = Object.keys(content)
  const { required, allowed } = CONTENT[context.type] ?? { required: [], allowed: members }
  const environment = content['environment'] ?? { id: 'x' }
  const suite = content['testSuite'] ?? { id: 'x' }
  return [
    ...required.filter((name) => !members.includes(name)).map((name) => `lacks ${name}`),
    ...members.filter((name) => !allowed.includes(name)).map((name) => `has ${name}`),
    ...Object.keys(rest).filter((name) => name !== 'customData'),
    ...[environment, suite]
      .filter((one) => typeof one !== 'object' || !('id' in one) || one.id === '')
      .map(() => 'has a part without an id'),
    ...(content['outcome'] === undefined ||
    ['success', 'failure', 'cancel', 'error'].some((one) => one === content['outcome'])
      ? []
      : ['has an outcome that is none']),
    ...(Number.isNaN(Date.parse(context.timestamp)) ? ['has no date'] : []),
    // A relative reference (RFC 3986): no blank, and no colon before the first slash.
    ...(/^[^\s:/?#][^\s:?#]*(?:\/|$)/.test(context.source)
      ? []
      : ['has a source that is no reference']),
  ]
}

describe('the CDEvents event of an entry', () => {
  it.each(ENTRY_KINDS)('is as the schema of its type has it: %s', (kind) => {
    for (const data of [
      {},
      { outcome: 'PASS' },
      { outcome: 'BLOCK' },
      { result: 'released' },
      { result: 'stuck' },
    ])
      for (const about of [{}, { release: release() }])
        expect(objections(event({ kind, data, ...about }))).toEqual([])
  })

  it('would not be so with a member more or less', () => {
    const whole = event({
      kind: 'deploy.finished',
      release: release(),
      data: { result: 'released' },
    })
    const { environment } = { environment: { id: 'production' } }
    const other = (content: object) =>
      objections({ ...whole, subject: { ...whole.subject, content } })
    expect(other({ environment })).toEqual(['lacks artifactId'])
    expect(other({ environment, artifactId: 'pkg:x', more: 1 })).toEqual(['has more'])
    expect(other({ environment: {}, artifactId: 'pkg:x' })).toEqual(['has a part without an id'])
  })

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
