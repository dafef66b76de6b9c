import { describe, expect, it } from 'vitest'
import { passes, read } from './support/reading.ts'

/** Enough cases for more than 32 KiB in every format. */
const CASES = 120
const SEEDED = 1000

const many = (write: (name: string, index: number) => string): string =>
  Array.from({ length: CASES }, (_, index) =>
    write(
      `tenant ${index} reads nothing that belongs to tenant é ${index + 1}, by any verb: ${'GET PUT '.repeat(20)}`,
      index,
    ),
  ).join('\n')

/** Every case passes but the last: whatever is cut off in front of it has seen no failure yet. */
const isLast = (index: number): boolean => index === CASES - 1
const lines = (...all: readonly string[]): string => `${all.join('\n')}\n`

const JUNIT = `<?xml version="1.0" encoding="UTF-8"?>
<testsuites tests="${CASES}" failures="1"><testsuite name="s" tests="${CASES}" failures="1">
${many(
  (name, index) =>
    `<testcase classname="t" name="${name}"><system-out>a &lt; b</system-out>${isLast(index) ? '<failure message="leak">row of B</failure>' : '<properties><property name="a" value="b"/></properties>'}</testcase>`,
)}
</testsuite></testsuites>
`

const NUNIT = `<test-run testcasecount="${CASES}" result="Failed" total="${CASES}" passed="${CASES - 1}" failed="1">
<test-suite type="TestFixture" name="s" result="Failed" total="${CASES}" passed="${CASES - 1}" failed="1">
${many(
  (name, index) =>
    `<test-case name="${name}" fullname="N.F.${name}" asserts="1" result="${isLast(index) ? 'Failed"><failure><message>leak</message></failure></test-case>' : 'Passed"/>'}`,
)}
</test-suite></test-run>
`

const NUNIT2 = `<test-results name="T.dll" total="${CASES}" errors="0" failures="1" not-run="0" inconclusive="0" ignored="0" skipped="0" invalid="0">
<test-suite type="TestFixture" name="F" executed="True" result="Failure" success="False" asserts="0"><results>
${many((name, index) =>
  isLast(index)
    ? `<test-case name="${name}" executed="True" result="Failure" success="False" asserts="1"><failure><message>leak</message></failure></test-case>`
    : `<test-case name="${name}" executed="True" result="Success" success="True" asserts="1"/>`,
)}
</results></test-suite></test-results>
`

const XUNIT = `<assemblies><assembly name="T.dll" total="${CASES}" passed="${CASES - 1}" failed="1" skipped="0" errors="0"><errors/>
<collection name="c" total="${CASES}" passed="${CASES - 1}" failed="1" skipped="0">
${many(
  (name, index) =>
    `<test name="N.C.${name}" type="N.C" method="${index}" time="0" result="${isLast(index) ? 'Fail"><failure exception-type="E"><message>leak</message></failure></test>' : 'Pass"/>'}`,
)}
</collection></assembly></assemblies>
`

const TRX = `<?xml version="1.0" encoding="utf-8"?>
<TestRun id="1" name="x" xmlns="http://microsoft.com/schemas/VisualStudio/TeamTest/2010"><Results>
${many(
  (name, index) =>
    `<UnitTestResult executionId="e${index}" testId="t${index}" testName="${name}" outcome="${isLast(index) ? 'Failed' : 'Passed'}"/>`,
)}
</Results><TestDefinitions>
${many(
  (name, index) =>
    `<UnitTest name="${name}" id="t${index}"><Execution id="e${index}"/><TestMethod className="A" name="${index}"/></UnitTest>`,
)}
</TestDefinitions><TestEntries></TestEntries><ResultSummary outcome="Failed"><Counters total="${CASES}" passed="${CASES - 1}" failed="1"/></ResultSummary></TestRun>
`

const point = (name: string, index: number): string =>
  lines(
    `# Subtest: ${name}`,
    `    ok 1 - inner`,
    `    1..1`,
    `${isLast(index) ? 'not ok' : 'ok'} ${index + 1} - ${name}`,
    '  ---',
    '  duration_ms: 0.5',
    '  ...',
  ).trimEnd()
const TAP = lines('TAP version 14', many(point), `1..${CASES}`, '# fail 1')
const TAP_PLANNED = lines('TAP version 14', `1..${CASES}`, many(point), '# fail 1')

const event = (more: object): string => JSON.stringify({ Package: 'example.com/p', ...more })
const GO = lines(
  event({ Action: 'start' }),
  many((name, index) =>
    [
      event({ Action: 'run', Test: name }),
      event({ Action: 'output', Test: name, Output: 'a\n' }),
      event({ Action: isLast(index) ? 'fail' : 'pass', Test: name, Elapsed: 0 }),
    ].join('\n'),
  ),
  event({ Action: 'fail', Elapsed: 0 }),
)

const REPORTS = [
  ['junit', 'JUnit', JUNIT],
  ['nunit', 'NUnit 3', NUNIT],
  ['nunit2', 'NUnit 2', NUNIT2],
  ['xunit', 'xUnit.net', XUNIT],
  ['trx', 'TRX', TRX],
  ['tap', 'TAP, the plan at the end', TAP],
  ['tap', 'TAP, the plan in front', TAP_PLANNED],
  ['go-json', 'go test -json', GO],
] as const

/** What stands at the edges of tokens: markup, strings and objects, lines and directives. */
const EDGES: Readonly<Record<string, string>> = { tap: '\n#', 'go-json': '\n{}"' }

/** In front of and behind every character that separates tokens. */
function tokenEdges(bytes: Buffer, format: string): number[] {
  const separators = new Set(Buffer.from(EDGES[format] ?? '<>"'))
  const edges = new Set<number>()
  for (const [index, byte] of bytes.entries())
    if (separators.has(byte)) edges.add(index).add(index + 1)
  edges.delete(bytes.length)
  return [...edges]
}

/** The same numbers in every run (a linear congruential generator, Numerical Recipes). */
function seededCuts(size: number): number[] {
  let state = 42
  return Array.from({ length: SEEDED }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state % size
  })
}

describe.each(REPORTS)('%s: a failing report above 32 KiB, %s', (format, _, text) => {
  const bytes = Buffer.from(text)

  it('fails by one test alone', async () => {
    expect(bytes.length).toBeGreaterThan(32 * 1024)
    const report = await read(bytes, { format })
    expect(report.findings).toEqual([])
    expect(report.counts).toMatchObject({ tests: CASES, passed: CASES - 1, failed: 1 })
  })

  it('never passes when it is cut at the edge of a token, or at any of a thousand places', async () => {
    for (const cut of [...tokenEdges(bytes, format), ...seededCuts(bytes.length)]) {
      const report = await read(bytes.subarray(0, cut), { format })
      expect(passes(report), `cut at ${cut}`).toBe(false)
    }
  })
})
