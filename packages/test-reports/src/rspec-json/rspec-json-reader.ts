import type { ByteReader, Reading } from '../byte-reader.ts'
import { JsonReportReader } from '../json/json-report-reader.ts'
import { type JsonRecord, readShape, shapeOf } from '../json/json-shape.ts'
import { documentOf, keptItems, shapedObject } from '../json/shaped-visitors.ts'
import type { Remarks } from '../remarks.ts'
import { readRspecExample } from './rspec-example.ts'

const ROOT = shapeOf({
  version: 'string',
  seed: 'number absent',
  messages: 'array absent',
  examples: 'array',
  summary: 'object',
  summary_line: 'string',
  profile: 'object absent',
})
/** RSpec counts errors outside of examples since 3.7; a report without the count cannot show any. */
const SUMMARY = shapeOf({
  duration: 'number',
  example_count: 'number',
  failure_count: 'number',
  pending_count: 'number',
  errors_outside_of_examples_count: 'number',
})
const LINE =
  /^(\d{1,9}) examples?, (\d{1,9}) failures?(?:, (\d{1,9}) pending)?(?:, (\d{1,9}) errors? occurred outside of examples)?$/
/** How RSpec begins to tell of a hook or a file that failed, also where it does not count that. */
const OUTSIDE = /^\s*An error occurred/

/** How RSpec says that it ran only what has a focus, because something has one. */
const FOCUS = /^\s*Run options: include \{[^}]*:?focus/

/** Reads what RSpec's JSON formatter writes (`--format json`, RSpec 3.7 and later). */
export function makeRspecJsonReader(reading: Reading): ByteReader {
  const { ledger, remarks } = reading
  const stated = new Map<string, number>()
  const add = (value: unknown, where: string) => {
    const example = readRspecExample(value, remarks, where)
    stated.set(example.stated, (stated.get(example.stated) ?? 0) + 1)
    ledger.add(example.testCase)
  }
  const root = shapedObject({
    shape: ROOT,
    remarks,
    where: '',
    within: {
      examples: () => keptItems('examples', add),
      messages: () =>
        keptItems('messages', (message, where) => judgeMessage(message, remarks, where)),
      profile: () => 'pass-over',
    },
    done(report) {
      const summary = readShape(report.value('summary'), SUMMARY, remarks, 'summary')
      judgeCounters(summary, stated, remarks)
      judgeLine(report.text('summary_line'), summary, remarks)
    },
  })
  return new JsonReportReader(reading, documentOf('object', remarks, root))
}

function judgeMessage(message: unknown, remarks: Remarks, where: string): void {
  if (typeof message !== 'string') return remarks.add('test/suite-error', where, 'it is no text')
  const text = message.trim().slice(0, 300).toWellFormed()
  if (OUTSIDE.test(message)) remarks.add('test/suite-error', where, text)
  if (FOCUS.test(message)) remarks.add('test/focused', where, text)
}

function judgeCounters(
  summary: JsonRecord,
  stated: ReadonlyMap<string, number>,
  remarks: Remarks,
): void {
  const outside = summary.number('errors_outside_of_examples_count')
  if (outside !== 0)
    remarks.add('test/suite-error', 'summary', `${outside} errors occurred outside of examples`)
  const all = [...stated.values()].reduce((total, count) => total + count, 0)
  const listed = [
    ['example_count', all],
    ['failure_count', stated.get('failed') ?? 0],
    ['pending_count', stated.get('pending') ?? 0],
  ] as const
  for (const [counter, count] of listed)
    if (summary.number(counter) !== count) {
      const message = `${counter} is ${summary.number(counter)}, but ${count} are listed`
      remarks.add('test/counter-mismatch', 'summary', message)
    }
}

/** The summary as a sentence says the same as the summary. */
function judgeLine(line: string, summary: JsonRecord, remarks: Remarks): void {
  const counts = LINE.exec(line)
    ?.slice(1)
    .map((count) => Number(count ?? 0))
  const stated = [
    'example_count',
    'failure_count',
    'pending_count',
    'errors_outside_of_examples_count',
  ].map((counter) => summary.number(counter))
  if (counts?.join() !== stated.join())
    remarks.add('test/counter-mismatch', 'summary_line', `it says "${line.slice(0, 200)}"`)
}
