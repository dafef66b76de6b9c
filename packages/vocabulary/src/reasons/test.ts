import { reasonsOf } from './reason.ts'

export const testReasons = reasonsOf({
  'test/unparseable': {
    cause: 'A test report is not well formed, truncated, or not in the format that it should be.',
    remedy: 'Look at the place named; run the suite again and keep the whole file.',
  },
  'test/bad-encoding': {
    cause: 'A test report is not valid UTF-8.',
    remedy: 'Have the runner write UTF-8.',
  },
  'test/forbidden-markup': {
    cause: 'A test report has a DOCTYPE or an entity of its own.',
    remedy: 'Have the runner write plain XML.',
  },
  'test/limits': {
    cause: 'There are more test reports, or more to say of one, than there is room for.',
    remedy: 'Split the suite; mend what the first findings name.',
  },
  'test/too-large': {
    cause: 'A test report has more bytes than any honest one.',
    remedy: 'Split the suite, or keep output out of the report.',
  },
  'test/too-deep': {
    cause:
      'Elements, values or subtests of a test report are nested deeper than in any honest one.',
    remedy: 'Flatten the suites.',
  },
  'test/too-many-attributes': {
    cause:
      'An element of a test report has more attributes, or an object more members, than any format needs.',
    remedy: 'Record properties as elements, or not at all.',
  },
  'test/too-long': {
    cause: 'A name, message, line or text of a test report is longer than in any honest one.',
    remedy: 'Keep output out of the report, and data out of the names of tests.',
  },
  'test/too-many-tests': {
    cause: 'A test report lists more tests than any honest one.',
    remedy: 'Split the suite.',
  },
  'test/too-slow': {
    cause: 'Reading a test report took longer than it may.',
    remedy: 'Split the suite, or give the gate a faster machine.',
  },
  'test/unknown-element': {
    cause:
      'A test report has an element that its format does not define, so its meaning is unknown.',
    remedy: 'Use a reporter whose dialect is supported.',
  },
  'test/unknown-attribute': {
    cause:
      'A test report has an attribute that its format does not define, so its meaning is unknown.',
    remedy: 'Use a reporter whose dialect is supported, without attributes of its own.',
  },
  'test/unknown-status': {
    cause: 'A test report has an outcome that its format does not define.',
    remedy: 'Use a reporter whose dialect is supported.',
  },
  'test/counter-mismatch': {
    cause: 'The counters of a test report and what it lists contradict each other.',
    remedy: 'Run the suite again; if it stays, the reporter loses results.',
  },
  'test/suite-error': {
    cause: 'A suite failed outside of its tests: a fixture, a hook, a load error.',
    remedy: 'Mend the fixture; its output is in the report.',
  },
  'test/no-tests': {
    cause: 'A test report lists no tests.',
    remedy: 'Check the command and its filters: a suite that runs nothing proves nothing.',
  },
  'test/unnamed': {
    cause: 'A test has no name, so no inventory can require it.',
    remedy: 'Name the test.',
  },
  'test/incomplete': {
    cause: 'A test report ends before what it began: the runner was stopped, or the file was cut.',
    remedy: 'Run the suite again and keep the whole file.',
  },
  'test/cached': {
    cause: 'A result is that of an earlier run, which says nothing of this one.',
    remedy: 'Run the suite without its cache (`go test -count=1`).',
  },
  'test/bail-out': {
    cause: 'A test run gave up before its end.',
    remedy: 'Mend what made it give up; the reason that it gave is in the message.',
  },
  'test/plan-mismatch': {
    cause: 'The plan of a TAP report is missing, stated twice, out of place, or not kept.',
    remedy: 'Run the suite again; if it stays, the script stops before its end.',
  },
  'test/subtest': {
    cause: 'A subtest did not pass, although the test that holds it says that it did.',
    remedy: 'Mend the subtest; its number and name are in the message.',
  },
  'test/no-assertions': {
    cause: 'A test passed without asserting anything.',
    remedy: 'Assert what the test is named after.',
  },
  'test/focused': {
    cause: 'A run chose some of its tests by a focus and left out the others.',
    remedy: 'Remove the focus (`fit`, `fdescribe`, `focus: true`) and run again.',
  },
  'test/expected-failure': {
    cause: 'A test is marked as expected to fail, and its report calls that a pass.',
    remedy: 'Mend what fails and remove the mark.',
  },
  'test/unknown-format': {
    cause: 'A test report is of no known format, or of one that has no reader.',
    remedy:
      'Check that the file is a test report; name its format (`docs/report-formats.md` lists them).',
  },
  'test/ambiguous-format': {
    cause: 'A test report begins like two formats, so that two readers could read it differently.',
    remedy: 'Name the format: `format` of the suite in `bulkhead.yml`, or `--format`.',
  },
  'test/unreadable': {
    cause: 'A report could not be read from disk.',
    remedy: 'Check that the file exists and may be read, then try again.',
  },
  'test/confusing-name': {
    cause:
      'A test id has characters that are invisible, not normalised, or look like others, so that two different tests could be read as one.',
    remedy: 'Rename the test without the character named.',
  },
  'test/no-report': {
    cause: 'The run left no report where the policy looks for it.',
    remedy: 'Check the `reports` patterns of the suite against where the runner writes.',
  },
  'test/stale-report': {
    cause: 'A report was last written before the run began, so it is of another run.',
    remedy:
      'Have the command write its reports itself, and neither restore nor copy them with their dates; run again.',
  },
  'test/not-started': {
    cause: 'The command of the suite could not be started.',
    remedy: 'Check that the command exists and is executable.',
  },
  'test/voucher-unreachable': {
    cause: 'The voucher that should run and vouch for the suite does not answer.',
    remedy: 'Start it (`bulkhead voucher`), or check the socket path.',
  },
  'test/voucher-busy': {
    cause: 'The voucher is running a suite already, and runs one at a time.',
    remedy: 'Wait for the other run to end, then try again.',
  },
  'test/voucher-refused': {
    cause: 'The voucher was asked for something that it does not do.',
    remedy:
      'Use the same version of Bulkhead on both sides, in the repository that the voucher serves.',
  },
  'test/unknown-suite': {
    cause: 'There is no suite of this name in the policy.',
    remedy: 'Name a suite of `bulkhead.yml`.',
  },
  'test/tracked-report': {
    cause:
      'A report pattern of the policy matches a file that is part of the repository, which would be removed before each run.',
    remedy: 'Narrow the `reports` patterns of the suite to files that only the runner writes.',
  },
  'test/wrong-checkout': {
    cause: 'The commit that is checked out is not the one that the suite was to be run on.',
    remedy: 'Check out the commit, then run the suite again.',
  },
  'test/changed-under-run': {
    cause: 'The work tree changed while the suite ran, so no commit names what was tested.',
    remedy:
      'Keep the tests from writing into the repository, or ignore what they write; run again.',
  },
})
