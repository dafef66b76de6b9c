import type { ByteReader, Reading } from '../byte-reader.ts'
import { JsonReportReader } from '../json/json-report-reader.ts'
import { documentOf, shapedObject, visitedItems } from '../json/shaped-visitors.ts'
import { LOG } from './grammar.ts'
import { sarifRun } from './sarif-run.ts'

const VERSION = '2.1.0'

/**
 * Reads SARIF 2.1.0, as scanners write it, in terms of tests:
 *
 * - Every run is one test: its class is the tool, its name the category of `automationDetails.id`, or
 *   `scan`. It passes when the tool says that it ran well, so that an inventory can require that a
 *   scan took place, and a file without runs has no tests. A run that does not describe its invocation
 *   shows nothing of this; the exit code in the run record does.
 * - Every result that tells of a problem is one more test, named after its rule and line, in its file.
 *   Every level blocks, also `note` and `none`, and so does every `baselineState`: whoever wants less
 *   has the tool report less. `open` and `review` block; `pass` and `informational` are no tests.
 * - A suppressed result, a result that is `notApplicable` and a rule that is switched off are skipped
 *   tests.
 */
export function makeSarifReader(reading: Reading): ByteReader {
  const { remarks } = reading
  const log = shapedObject({
    shape: LOG,
    remarks,
    where: '',
    within: {
      runs: () => visitedItems('runs', remarks, (where) => sarifRun(where, reading)),
    },
    done(found) {
      const version = found.text('version')
      if (version !== VERSION)
        remarks.add('test/unknown-attribute', '', `the version is ${version.slice(0, 80)}`)
      if (found.list('inlineExternalProperties').length > 0)
        remarks.add('test/unknown-element', '', 'parts of its runs stand outside of them')
    },
  })
  return new JsonReportReader(reading, documentOf('object', remarks, log))
}
