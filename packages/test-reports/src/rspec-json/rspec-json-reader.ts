import type { ByteReader, Reading } from '../byte-reader.ts'
import { type JsonRecord, readShape, shapeOf } from '../json-shape.ts'
import { WholeJsonReader } from '../whole-json-reader.ts'
import { type RspecExample, readRspecExample } from './rspec-example.ts'

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

/** Reads what RSpec's JSON formatter writes (`--format json`, RSpec 3.7 and later). */
export const makeRspecJsonReader = (reading: Reading): ByteReader =>
  new WholeJsonReader(reading, judgeReport)

function judgeReport(value: unknown, { ledger, remarks }: Reading): void {
  const root = readShape(value, ROOT, remarks, '')
  const summary = readShape(root.value('summary'), SUMMARY, remarks, 'summary')
  const examples = root.list('examples').map((one, index) => {
    const example = readRspecExample(one, remarks, `examples[${index}]`)
    ledger.add(example.testCase)
    return example
  })
  judgeMessages(root.list('messages'), remarks)
  const outside = summary.number('errors_outside_of_examples_count')
  if (outside !== 0)
    remarks.add('test/suite-error', 'summary', `${outside} errors occurred outside of examples`)
  judgeCounters(summary, examples, remarks)
  judgeLine(root.text('summary_line'), summary, remarks)
}

function judgeMessages(messages: readonly unknown[], remarks: Reading['remarks']): void {
  for (const [index, message] of messages.entries())
    if (typeof message !== 'string' || OUTSIDE.test(message)) {
      const text = typeof message === 'string' ? message.trim().slice(0, 300) : 'it is no text'
      remarks.add('test/suite-error', `messages[${index}]`, text.toWellFormed())
    }
}

function judgeCounters(
  summary: JsonRecord,
  examples: readonly RspecExample[],
  remarks: Reading['remarks'],
): void {
  const having = (status: string) => examples.filter(({ stated }) => stated === status).length
  const listed = [
    ['example_count', examples.length],
    ['failure_count', having('failed')],
    ['pending_count', having('pending')],
  ] as const
  for (const [counter, count] of listed)
    if (summary.number(counter) !== count) {
      const message = `${counter} is ${summary.number(counter)}, but ${count} are listed`
      remarks.add('test/counter-mismatch', 'summary', message)
    }
}

/** The summary as a sentence says the same as the summary. */
function judgeLine(line: string, summary: JsonRecord, remarks: Reading['remarks']): void {
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
