import { describe, expect, it } from 'vitest'
import { codes, passes, read } from './support/reading.ts'

interface Dialect {
  readonly runner: string
  readonly report: string
  /** A piece of the report, and what makes it contradict itself or fail. */
  readonly spoil: readonly [string, string]
}

const DIALECTS: readonly Dialect[] = [
  {
    runner: 'node:test, which counts a nested suite as one test',
    report: `<testsuites>
      <testcase name="top" time="0.0005" classname="test" file="/a.mjs"/>
      <testsuite name="A" time="0.002" disabled="0" errors="0" tests="2" failures="0" skipped="0" timestamp="t" hostname="h">
        <testcase name="x" time="0.0001" classname="A" file="/a.mjs"/>
        <testsuite name="inner" time="0.001" disabled="0" errors="0" tests="2" failures="0" skipped="0" timestamp="t" hostname="h">
          <testcase name="x" time="0.0001" classname="A.inner" file="/a.mjs"/>
          <testcase name="y" time="0.0001" classname="A.inner" file="/a.mjs"/>
        </testsuite>
      </testsuite>
      <!-- tests 4 -->
    </testsuites>`,
    spoil: ['errors="0" tests="2" failures', 'errors="0" tests="4" failures'],
  },
  {
    runner: 'older node:test, whose class is always "test"',
    report: `<testsuites>
      <testsuite name="A" tests="1" failures="0"><testcase name="x" classname="test"/></testsuite>
      <testsuite name="B" tests="1" failures="0"><testcase name="x" classname="test"/></testsuite>
    </testsuites>`,
    spoil: ['name="B"', 'name="A"'],
  },
  {
    runner: 'PHPUnit, whose counters include nested suites',
    report: `<testsuites><testsuite name="all" tests="2" assertions="3" errors="0" warnings="0" failures="0" skipped="0" time="0.1">
      <testsuite name="T" file="/T.php" tests="2" assertions="3" errors="0" warnings="0" failures="0" skipped="0" time="0.1">
        <testcase name="a" class="T" classname="T" file="/T.php" line="3" assertions="1" time="0.05"/>
        <testcase name="b" class="T" classname="T" file="/T.php" line="9" assertions="2" time="0.05"/>
      </testsuite></testsuite></testsuites>`,
    spoil: ['name="all" tests="2"', 'name="all" tests="3"'],
  },
  {
    runner: 'surefire, with its schema and grouped thousands',
    report: `<testsuite xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:noNamespaceSchemaLocation="https://maven.apache.org/surefire/s.xsd" version="3.0.2" name="com.A" time="1,023.5" tests="1" errors="0" skipped="0" failures="0" flakes="0">
      <properties><property name="java.version" value="21"/></properties>
      <testcase name="a" classname="com.A" time="1,023.5"><system-out><![CDATA[<failure/>]]></system-out></testcase>
    </testsuite>`,
    spoil: ['flakes="0"', 'flakes="1"'],
  },
  {
    runner: 'Catch2, which counts assertions as tests',
    report: `<testsuites><testsuite name="s" errors="0" failures="0" skipped="0" tests="57" hostname="tbd" time="0.1" timestamp="t">
      <properties><property name="random-seed" value="1"/></properties>
      <testcase classname="s.global" name="a" time="0.1" status="run"/><system-out/><system-err/>
    </testsuite></testsuites>`,
    spoil: ['failures="0"', 'failures="1"'],
  },
  {
    runner: 'GoogleTest',
    report: `<testsuites tests="1" failures="0" disabled="0" errors="0" time="0.0" timestamp="t" random_seed="7" name="AllTests">
      <testsuite name="S" tests="1" failures="0" disabled="0" skipped="0" errors="0" time="0.1" timestamp="t">
        <testcase name="a" file="s.cc" line="4" value_param="1" status="run" result="completed" time="0.1" timestamp="t" classname="S"/>
      </testsuite></testsuites>`,
    spoil: ['status="run"', 'status="notrun"'],
  },
  {
    runner: 'Deno, which names the column',
    report: `<testsuites name="deno test" tests="1" failures="0" errors="0" time="0.009">
      <testsuite name="./a_test.ts" tests="1" disabled="0" errors="0" failures="0">
        <testcase name="a" classname="./a_test.ts" time="0.001" line="3" col="6"></testcase></testsuite></testsuites>`,
    spoil: ['></testcase>', '><failure message="Uncaught AssertionError"/></testcase>'],
  },
  {
    runner: 'TestNG, which counts ignored tests',
    report: `<testsuite ignored="0" hostname="h" failures="0" tests="1" name="com.A" time="0.1" errors="0" timestamp="t" skipped="0">
      <testcase classname="com.A" name="a" time="0.1"/></testsuite>`,
    spoil: ['ignored="0"', 'ignored="1"'],
  },
  {
    runner: 'Codeception, which counts useless tests',
    report: `<testsuites><testsuite name="unit" tests="1" assertions="1" errors="0" failures="0" skipped="0" useless="0" time="0.1">
      <testcase file="/a.php" name="a" class="ACest" feature="a" assertions="1" time="0.1"/></testsuite></testsuites>`,
    spoil: ['useless="0"', 'useless="1"'],
  },
  {
    runner: 'Maestro',
    report: `<testsuites><testsuite name="Test Suite" device="Pixel" tests="1" failures="0" time="3.5">
      <testcase id="a" name="a" classname="a" time="3.5" status="SUCCESS"/></testsuite></testsuites>`,
    spoil: ['status="SUCCESS"', 'status="ERROR"'],
  },
  {
    runner: 'CTest',
    report: `<testsuite name="Linux-c++" tests="1" failures="0" disabled="0" skipped="0" hostname="" time="0" timestamp="t">
      <testcase name="a" classname="a" time="0.01" status="run"><properties/><system-out>ok</system-out></testcase></testsuite>`,
    spoil: ['status="run"', 'status="fail"'],
  },
  {
    runner: 'go-junit-report and gotestsum',
    report: `<testsuites tests="1" failures="0" errors="0" time="1.0">
      <testsuite tests="1" failures="0" time="1.0" name="example.com/p" timestamp="t">
        <properties><property name="go.version" value="go1.25"></property></properties>
        <testcase classname="example.com/p" name="TestA" time="1.0"></testcase>
      </testsuite></testsuites>`,
    spoil: ['></testcase>', '><failure message="Failed" type=""/></testcase>'],
  },
  {
    runner: 'nextest',
    report: `<testsuites name="nextest-run" tests="1" failures="0" errors="0" uuid="u" timestamp="t" time="0.9">
      <testsuite name="c::t" tests="1" disabled="0" errors="0" failures="0">
        <testcase name="a" classname="c::t" timestamp="t" time="0.7"></testcase></testsuite></testsuites>`,
    spoil: [
      '></testcase>',
      '><flakyFailure timestamp="t" time="0.1" type="test failure">x<system-err>y</system-err></flakyFailure></testcase>',
    ],
  },
  {
    runner: 'a .NET logger, with a byte order mark',
    report: `\uFEFF<?xml version="1.0" encoding="utf-8"?>
      <testsuites><testsuite name="T.dll" tests="1" skipped="0" failures="0" errors="0" time="0.1" timestamp="t" hostname="h" id="0" package="T.dll">
        <properties /><testcase classname="T.C" name="A(x: 1)" time="0.0100000" /><system-out>-</system-out><system-err /></testsuite></testsuites>`,
    spoil: ['\uFEFF', '\uFEFF\uFEFF'],
  },
  {
    runner: 'Nette Tester, which counts failures as errors',
    report: `<testsuites><testsuite errors="0" skipped="0" tests="1" time="0.2" timestamp="t">
      <testcase classname="/a.phpt" name="/a.phpt"/></testsuite></testsuites>`,
    spoil: ['name="/a.phpt"/>', 'name="/a.phpt"><failure message="x"/></testcase>'],
  },
  {
    runner: 'pytest, whose suites have a name and a host alone',
    report: `<?xml version="1.0" encoding="utf-8"?><testsuites name="pytest tests"><testsuite name="pytest" errors="0" failures="0" skipped="0" tests="1" time="0.012" timestamp="2026-01-02T03:04:05.678+00:00" hostname="h">
      <testcase classname="tests.test_a" name="test_a[x-1]" time="0.001" /></testsuite></testsuites>`,
    spoil: [
      'time="0.001" />',
      'time="0.001"><skipped type="pytest.xfail" message="x" /></testcase>',
    ],
  },
  {
    runner: 'Vitest',
    report: `<?xml version="1.0" encoding="UTF-8" ?><testsuites name="vitest tests" tests="1" failures="0" errors="0" time="0.2">
      <testsuite name="test/a.test.ts" timestamp="2026-01-02T03:04:05.678Z" hostname="h" tests="1" failures="0" errors="0" skipped="0" time="0.01">
        <testcase classname="test/a.test.ts" name="group &gt; works" time="0.001"></testcase></testsuite></testsuites>`,
    spoil: ['></testcase>', '><skipped/></testcase>'],
  },
  {
    runner: 'jest-junit, whose names begin with a space outside of every block',
    report: `<testsuites name="jest tests" tests="1" failures="0" errors="0" time="0.3">
      <testsuite name="undefined" errors="0" failures="0" skipped="0" timestamp="2026-01-02T03:04:05" time="0.2" tests="1">
        <testcase classname=" a" name=" a" time="0.001"></testcase></testsuite></testsuites>`,
    spoil: ['></testcase>', '><failure>no</failure></testcase>'],
  },
  {
    runner: 'Mocha xunit, whose root is one suite',
    report: `<testsuite name="Mocha Tests" tests="1" failures="0" errors="0" skipped="0" timestamp="Fri, 02 Jan 2026 03:04:05 GMT" time="0.003">
      <testcase classname="group" name="works" file="/a.mjs" time="0"/></testsuite>`,
    spoil: ['skipped="0"', 'skipped="-1"'],
  },
  {
    runner: 'mocha-junit-reporter, as Cypress writes it',
    report: `<testsuites name="Mocha Tests" time="1.1" tests="1" failures="0">
      <testsuite name="Root Suite" timestamp="2026-01-02T03:04:05" tests="0" file="cypress/e2e/a.cy.js" time="0.0" failures="0"></testsuite>
      <testsuite name="login" timestamp="2026-01-02T03:04:05" tests="1" time="1.1" failures="0">
        <testcase name="login works" time="1.1" classname="works"></testcase></testsuite></testsuites>`,
    spoil: ['tests="1" time="1.1" failures="0"', 'tests="2" time="1.1" failures="0"'],
  },
  {
    runner: 'Playwright',
    report: `<testsuites id="" name="" tests="1" failures="0" skipped="0" errors="0" time="1.2">
      <testsuite name="a.spec.ts" timestamp="2026-01-02T03:04:05.678Z" hostname="chromium" tests="1" failures="0" skipped="0" time="0.4" errors="0">
        <testcase name="works" classname="a.spec.ts" time="0.4"></testcase></testsuite></testsuites>`,
    spoil: [
      '></testcase>',
      '><properties><property name="fail" value=""></property></properties></testcase>',
    ],
  },
  {
    runner: 'Gradle',
    report: `<testsuite name="com.A" tests="1" skipped="0" failures="0" errors="0" timestamp="2026-01-02T03:04:05.678Z" hostname="h" time="0.01">
      <properties/><testcase name="a()" classname="com.A" time="0.01"/><system-out><![CDATA[]]></system-out><system-err><![CDATA[]]></system-err></testsuite>`,
    spoil: ['time="0.01"/>', 'time="0.01"><skipped/></testcase>'],
  },
  {
    runner: 'rspec_junit_formatter, whose seed is a property',
    report: `<testsuite name="rspec" tests="1" skipped="0" failures="0" errors="0" time="0.02" timestamp="2026-01-02T03:04:05+00:00" hostname="h">
      <properties><property name="seed" value="1"/></properties>
      <testcase classname="spec.a_spec" name="works" file="./spec/a_spec.rb" time="0.001"></testcase></testsuite>`,
    spoil: ['></testcase>', '><skipped/></testcase>'],
  },
  {
    runner: 'surefire with a rerun that failed for good',
    report: `<testsuite name="com.A" time="0.1" tests="1" errors="0" skipped="0" failures="0" flakes="0"><testcase name="a" classname="com.A" time="0.1"/></testsuite>`,
    spoil: [
      'time="0.1"/>',
      'time="0.1"><rerunFailure message="m" type="T"><stackTrace>s</stackTrace></rerunFailure></testcase>',
    ],
  },
  {
    runner: 'Bazel, which makes one case of a whole binary',
    report: `<testsuites><testsuite name="pkg/target" tests="1" failures="0" errors="0"><testcase name="pkg/target" status="run" duration="1" time="1"></testcase><system-out>Generated test.log</system-out></testsuite></testsuites>`,
    spoil: ['errors="0"><', 'errors="1"><'],
  },
  {
    runner: 'PHPUnit with a test that is not risky',
    report: `<testsuites><testsuite name="T" tests="1" assertions="1" errors="0" failures="0" skipped="0" time="0.1"><testcase name="a" class="T" classname="T" file="/T.php" line="3" assertions="1" time="0.1"/></testsuite></testsuites>`,
    spoil: [
      'assertions="1" time="0.1"/>',
      'assertions="1" time="0.1"><warning type="W">w</warning></testcase>',
    ],
  },
]

describe('the dialect of JUnit XML', () => {
  it.each(DIALECTS)('of $runner is read', async ({ report }) => {
    const { findings, ...rest } = await read(report)
    expect(findings).toEqual([])
    expect(passes({ findings, ...rest })).toBe(true)
  })

  it.each(DIALECTS)('of $runner is refused when it is spoilt', async ({ report, spoil }) => {
    const spoilt = report.replace(...spoil)
    expect(spoilt).not.toBe(report)
    expect(passes(await read(spoilt))).toBe(false)
  })

  it('of Nette Tester may count a failure as an error', async () => {
    const report = await read(
      '<testsuite errors="1" tests="1"><testcase name="a"><failure/></testcase></testsuite>',
    )
    expect(codes(report)).toEqual([])
    expect(report.counts).toMatchObject({ tests: 1, failed: 1 })
  })
})
