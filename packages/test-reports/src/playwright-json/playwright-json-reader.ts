import type { ByteReader, Reading } from '../byte-reader.ts'
import { type JsonRecord, readShape, shapeOf } from '../json-shape.ts'
import { membersOf } from '../report-json.ts'
import { WholeJsonReader } from '../whole-json-reader.ts'
import { readPlaywrightTest } from './playwright-test.ts'

const ROOT = shapeOf({ config: 'object', suites: 'array', errors: 'array', stats: 'object' })
const STATS = shapeOf({
  startTime: 'string absent',
  duration: 'number absent',
  expected: 'number',
  skipped: 'number',
  unexpected: 'number',
  flaky: 'number',
})
const SUITE = shapeOf({
  title: 'string',
  file: 'string absent',
  column: 'number absent',
  line: 'number absent',
  specs: 'array',
  suites: 'array absent',
})
const SPEC = shapeOf({
  title: 'string',
  ok: 'boolean',
  tags: 'array absent',
  tests: 'array',
  id: 'string absent',
  file: 'string absent',
  line: 'number absent',
  column: 'number absent',
})

/** Reads what Playwright's `json` reporter writes. The project is part of a test's class. */
export const makePlaywrightJsonReader = (reading: Reading): ByteReader =>
  new WholeJsonReader(reading, judgeReport)

function judgeReport(value: unknown, reading: Reading): void {
  const { remarks } = reading
  const root = readShape(value, ROOT, remarks, '')
  const stats = readShape(root.value('stats'), STATS, remarks, 'stats')
  const stated = new Map<string, number>()
  for (const [index, suite] of root.list('suites').entries())
    readSuite(suite, { titles: [], where: `suites[${index}]`, stated }, reading)
  for (const [index, error] of root.list('errors').entries()) {
    const message = membersOf(error)?.get('message')
    const text = typeof message === 'string' ? message.slice(0, 300).toWellFormed() : 'an error'
    remarks.add('test/suite-error', `errors[${index}]`, text)
  }
  for (const counter of ['expected', 'skipped', 'unexpected', 'flaky']) {
    const listed = stated.get(counter) ?? 0
    if (stats.number(counter) === listed) continue
    const message = `${counter} is ${stats.number(counter)}, but ${listed} are listed`
    remarks.add('test/counter-mismatch', 'stats', message)
  }
}

interface Place {
  readonly titles: readonly string[]
  readonly where: string
  /** Tests by their stated outcome. */
  readonly stated: Map<string, number>
}

function readSuite(value: unknown, { titles, where, stated }: Place, reading: Reading): void {
  const suite = readShape(value, SUITE, reading.remarks, where)
  // The outermost suite is the file itself.
  const inner =
    suite.text('title') === suite.text('file') ? titles : [...titles, suite.text('title')]
  for (const [index, spec] of suite.list('specs').entries())
    readSpec(spec, { titles: inner, where: `${where}.specs[${index}]`, stated }, reading)
  for (const [index, below] of suite.list('suites').entries())
    readSuite(below, { titles: inner, where: `${where}.suites[${index}]`, stated }, reading)
}

function readSpec(value: unknown, place: Place, { ledger, remarks }: Reading): void {
  const { titles, where, stated } = place
  const spec = readShape(value, SPEC, remarks, where)
  const name = spec.text('title')
  if (name.trim() === '') remarks.add('test/unnamed', where, 'a test has no title')
  const outcomes = spec.list('tests').map((one, index) => {
    const test = readPlaywrightTest(one, remarks, `${where}.tests[${index}]`)
    stated.set(test.stated, (stated.get(test.stated) ?? 0) + 1)
    const className = [...(test.project === '' ? [] : [test.project]), ...titles].join(' › ')
    const { status, detail } = test
    ledger.add({ id: { file: spec.text('file'), className, name }, status, detail })
    return status
  })
  judgeOk(spec, outcomes, remarks, where)
}

function judgeOk(
  spec: JsonRecord,
  outcomes: readonly string[],
  remarks: Reading['remarks'],
  where: string,
): void {
  if (outcomes.length === 0) remarks.add('test/incomplete', where, 'no project ran the test')
  const allPassed = outcomes.every((status) => status === 'passed')
  if (!spec.flag('ok') && allPassed)
    remarks.add('test/counter-mismatch', where, 'it is not ok, but every test of it passed')
}
