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
