import type { ByteReader, Reading } from '../byte-reader.ts'
import { JsonReportReader } from '../json/json-report-reader.ts'
import { type JsonRecord, membersOf, readShape, shapeOf } from '../json/json-shape.ts'
import { documentOf, keptItems, shapedObject, visitedItems } from '../json/shaped-visitors.ts'
import type { Remarks } from '../remarks.ts'
import { judgeConfig } from './playwright-config.ts'
import { type PlaywrightTotals, playwrightSuite } from './playwright-suite.ts'

const ROOT = shapeOf({ config: 'object', suites: 'array', errors: 'array', stats: 'object' })
const STATS = shapeOf({
  startTime: 'string absent',
  duration: 'number absent',
  expected: 'number',
  skipped: 'number',
  unexpected: 'number',
  flaky: 'number',
})

/** Reads what Playwright's `json` reporter writes. The project is part of a test's class. */
export function makePlaywrightJsonReader(reading: Reading): ByteReader {
  const { remarks } = reading
  const totals: PlaywrightTotals = new Map()
  const suites = () =>
    visitedItems('suites', remarks, (where) =>
      playwrightSuite({ titles: [], where, depth: 0 }, totals, reading),
    )
  const root = shapedObject({
    shape: ROOT,
    remarks,
    where: '',
    within: {
      suites,
      errors: () => keptItems('errors', (error, where) => tell(error, remarks, where)),
    },
    done(report) {
      judgeStats(report, totals, remarks)
      judgeConfig(report.value('config'), remarks)
    },
  })
  return new JsonReportReader(reading, documentOf('object', remarks, root))
}

/** Of the run as a whole: a file that does not load, a worker that died, a limit that was met. */
function tell(error: unknown, remarks: Remarks, where: string): void {
  const message = membersOf(error)?.get('message')
  const text = typeof message === 'string' ? message.slice(0, 300).toWellFormed() : 'an error'
  remarks.add('test/suite-error', where, text)
}

function judgeStats(root: JsonRecord, totals: PlaywrightTotals, remarks: Remarks): void {
  const stats = readShape(root.value('stats'), STATS, remarks, 'stats')
  for (const counter of ['expected', 'skipped', 'unexpected', 'flaky']) {
    const listed = totals.get(counter) ?? 0
    if (stats.number(counter) === listed) continue
    const message = `${counter} is ${stats.number(counter)}, but ${listed} are listed`
    remarks.add('test/counter-mismatch', 'stats', message)
  }
}
