import type { ByteReader, Reading } from '../byte-reader.ts'
import { JsonReportReader } from '../json/json-report-reader.ts'
import { type JsonRecord, membersOf, readShape } from '../json/json-shape.ts'
import type { JsonVisitor } from '../json/json-visitor.ts'
import { documentOf, keptItems, shapedObject } from '../json/shaped-visitors.ts'
import type { Remarks } from '../remarks.ts'
import { readCtrfTest } from './ctrf-test.ts'
import { RESULTS, ROOT, SUMMARY } from './schema.ts'

const STATUSES = ['passed', 'failed', 'skipped', 'pending', 'other']
const PASSED_OVER = ['generatedBy', 'insights', 'baseline', 'extra'] as const
const passOver = Object.fromEntries(PASSED_OVER.map((key) => [key, () => 'pass-over' as const]))

/** Reads the Common Test Report Format. */
export function makeCtrfReader(reading: Reading): ByteReader {
  const { remarks } = reading
  const root = shapedObject({
    shape: ROOT,
    remarks,
    where: '',
    within: { ...passOver, results: () => readResults(reading) },
    done(report) {
      if (!report.has('reportFormat') || report.text('reportFormat') === 'CTRF') return
      const message = `reportFormat is "${report.text('reportFormat').slice(0, 80)}"`
      remarks.add('test/unknown-attribute', '', message)
    },
  })
  return new JsonReportReader(reading, documentOf('object', remarks, root))
}

function readResults({ ledger, remarks }: Reading): JsonVisitor {
  const listed = new Map<string, number>()
  const count = (name: string) => listed.set(name, (listed.get(name) ?? 0) + 1)
  const add = (value: unknown, where: string) => {
    const { stated, isFlaky, testCase } = readCtrfTest(value, where, remarks)
    ledger.add(testCase)
    count('tests')
    count(`status ${stated}`)
    if (isFlaky) count('flaky')
  }
  return shapedObject({
    shape: RESULTS,
    remarks,
    where: 'results',
    within: { ...passOver, tests: () => keptItems('results.tests', add) },
    done(results) {
      judgeSummary(results, listed, remarks)
      if (membersOf(results.value('environment'))?.get('healthy') === false)
        remarks.add('test/suite-error', 'results.environment', 'the environment was not healthy')
    },
  })
}

function judgeSummary(
  results: JsonRecord,
  listed: ReadonlyMap<string, number>,
  remarks: Remarks,
): void {
  const summary = readShape(results.value('summary'), SUMMARY, remarks, 'results.summary')
  const compare = (counter: string, count = 0) => {
    if (summary.has(counter) && summary.number(counter) === count) return
    const stated = summary.has(counter) ? summary.number(counter) : 'missing'
    const message = `${counter} is ${stated}, but the report lists ${count}`
    remarks.add('test/counter-mismatch', 'results.summary', message)
  }
  compare('tests', listed.get('tests'))
  for (const status of STATUSES) compare(status, listed.get(`status ${status}`))
  if (summary.has('flaky')) compare('flaky', listed.get('flaky'))
}
