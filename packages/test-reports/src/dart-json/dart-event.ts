import {
  type JsonRecord,
  type JsonShape,
  membersOf,
  readShape,
  shapeOf,
} from '../json/json-shape.ts'
import type { Remarks } from '../remarks.ts'

const event = (keys: Readonly<Record<string, string>>) =>
  shapeOf({ type: 'string', time: 'number absent', ...keys })

/** Where something was declared. Says nothing of outcomes. */
const PLACE = {
  line: 'number null absent',
  column: 'number null absent',
  url: 'string null absent',
  root_line: 'number null absent',
  root_column: 'number null absent',
  root_url: 'string null absent',
  metadata: 'object absent',
}
const METADATA = shapeOf({ skip: 'boolean absent', skipReason: 'string null absent' })
const OPTIONAL = 'string null absent'

/** What an event holds within itself, by the key that holds it. */
const PARTS: ReadonlyMap<string, JsonShape> = new Map([
  ['suite', shapeOf({ id: 'number', platform: OPTIONAL, path: OPTIONAL })],
  [
    'group',
    shapeOf({
      id: 'number',
      suiteID: 'number absent',
      parentID: 'number null absent',
      name: OPTIONAL,
      testCount: 'number',
      ...PLACE,
    }),
  ],
  [
    'test',
    shapeOf({ id: 'number', suiteID: 'number', name: 'string', groupIDs: 'array', ...PLACE }),
  ],
])

const EVENTS: ReadonlyMap<string, JsonShape> = new Map([
  ['start', event({ protocolVersion: 'string', runnerVersion: OPTIONAL, pid: 'number absent' })],
  ['allSuites', event({ count: 'number' })],
  ['suite', event({ suite: 'object' })],
  ['debug', event({ suiteID: 'number', observatory: OPTIONAL, remoteDebugger: OPTIONAL })],
  ['group', event({ group: 'object' })],
  ['testStart', event({ test: 'object' })],
  ['print', event({ testID: 'number', messageType: 'string', message: 'string' })],
  [
    'error',
    event({ testID: 'number', error: 'string', stackTrace: 'string absent', isFailure: 'boolean' }),
  ],
  [
    'testDone',
    event({ testID: 'number', result: 'string', hidden: 'boolean', skipped: 'boolean' }),
  ],
  ['done', event({ success: 'boolean null' })],
])

export interface DartEvent {
  readonly type: string
  readonly fields: JsonRecord
  /** The suite, group or test that the event introduces; the event itself where there is none. */
  readonly part: JsonRecord
  /** Whether the deprecated metadata of a test marks it as skipped. */
  readonly marked: boolean
}

/**
 * One event of the JSON reporter of Dart's test runner (protocol 0.1, `json_reporter.md` of
 * package:test).
 *
 * @returns undefined for an event of a type that the protocol lacks, which is a finding
 * @throws Refusal
 */
export function readDartEvent(
  value: unknown,
  remarks: Remarks,
  where: string,
): DartEvent | undefined {
  const type = membersOf(value)?.get('type')
  const shape = typeof type === 'string' ? EVENTS.get(type) : undefined
  if (typeof type !== 'string' || shape === undefined) {
    const known = typeof type === 'string' ? `the type ${type.slice(0, 80)}` : 'no type'
    const message = `an event is of ${known}`
    remarks.add('test/unknown-element', where, message)
    return undefined
  }
  const fields = readShape(value, shape, remarks, where)
  const inner = PARTS.get(type === 'testStart' ? 'test' : type)
  if (inner === undefined) return { type, fields, part: fields, marked: false }
  const part = readShape(fields.value(type === 'testStart' ? 'test' : type), inner, remarks, where)
  const marked = part.has('metadata') && isMarked(part.value('metadata'), remarks, where)
  return { type, fields, part, marked: marked && type === 'testStart' }
}

const isMarked = (metadata: unknown, remarks: Remarks, where: string): boolean =>
  readShape(metadata, METADATA, remarks, where).flag('skip')

const NOTICE = shapeOf({ event: 'string', params: 'object' })

/** Judges a notice of the flutter tool, which stands among the events as an array of one object. */
export function judgeFlutterNotice(
  value: readonly unknown[],
  remarks: Remarks,
  where: string,
): void {
  for (const notice of value) {
    const name = readShape(notice, NOTICE, remarks, where).text('event')
    if (name !== 'test.startedProcess')
      remarks.add('test/unknown-element', where, `a notice is called ${name.slice(0, 80)}`)
  }
}
