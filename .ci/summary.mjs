// Prints one line `N passed, N failed, N skipped` from vitest's JSON report; no report is a failure.
import { readFileSync } from 'node:fs'

const report = JSON.parse(readFileSync(process.argv[2], 'utf8'))
const skipped = report.numPendingTests + report.numTodoTests
// A test file that does not load fails without a test of its own.
const failed = report.numFailedTests + report.testResults.filter((file) => file.status === 'failed' && file.assertionResults.every((test) => test.status !== 'failed')).length
process.stdout.write(`${report.numPassedTests} passed, ${failed} failed, ${skipped} skipped\n`)
process.exitCode = failed === 0 && report.numPassedTests > 0 ? 0 : 1
