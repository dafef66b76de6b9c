import type { Reading } from '../byte-reader.ts'
import { type JsonRecord, readShape, shapeOf } from '../json/json-shape.ts'
import type { JsonVisitor } from '../json/json-visitor.ts'
import { keptItems, shapedObject, visitedItems } from '../json/shaped-visitors.ts'
import type { Remarks } from '../remarks.ts'
import { readPlaywrightTest } from './playwright-test.ts'

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

/** Tests by the outcome that they state. */
export type PlaywrightTotals = Map<string, number>

interface Place {
  /** Of the suites around it. */
  readonly titles: readonly string[]
  readonly where: string
  /** Suites around it. */
  readonly depth: number
}

/** Reads a suite, which names what it holds: its title and file must stand in front of that. */
export function playwrightSuite(
  { titles, where, depth }: Place,
  totals: PlaywrightTotals,
  reading: Reading,
): JsonVisitor {
  const { remarks } = reading
  const within = (before: JsonRecord): readonly string[] => {
    if (!before.has('title') || !before.has('file'))
      throw remarks.refusal('test/unparseable', where, 'no title and file stand before its tests')
    // The outermost suite is the file itself.
    const isFile = depth === 0 && before.text('title') === before.text('file')
    return isFile ? titles : [...titles, before.text('title')]
  }
  return shapedObject({
    shape: SUITE,
    remarks,
    where,
    within: {
      specs(before) {
        const place = { titles: within(before), where: `${where}.specs`, depth }
        return keptItems(place.where, (spec, at) =>
          readSpec(spec, { ...place, where: at }, totals, reading),
        )
      },
      suites(before) {
        const inner = { titles: within(before), depth: depth + 1 }
        return visitedItems(`${where}.suites`, remarks, (at) =>
          playwrightSuite({ ...inner, where: at }, totals, reading),
        )
      },
    },
    done: () => undefined,
  })
}

function readSpec(
  value: unknown,
  { titles, where }: Place,
  totals: PlaywrightTotals,
  { ledger, remarks }: Reading,
): void {
  const spec = readShape(value, SPEC, remarks, where)
  const name = spec.text('title')
  if (name.trim() === '') remarks.add('test/unnamed', where, 'a test has no title')
  const outcomes = spec.list('tests').map((one, index) => {
    const test = readPlaywrightTest(one, remarks, `${where}.tests[${index}]`)
    totals.set(test.stated, (totals.get(test.stated) ?? 0) + 1)
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
  remarks: Remarks,
  where: string,
): void {
  if (outcomes.length === 0) remarks.add('test/incomplete', where, 'no project ran the test')
  const allPassed = outcomes.every((status) => status === 'passed')
  if (!spec.flag('ok') && allPassed)
    remarks.add('test/counter-mismatch', where, 'it is not ok, but every test of it passed')
}
