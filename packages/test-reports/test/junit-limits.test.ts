import type { ReasonCode } from '@bulkhead/vocabulary'
import { describe, expect, it } from 'vitest'
import { type ReadLimits, scanReport } from '../src/index.ts'
import { passes, read, stillClock } from './support/reading.ts'

const report = (inner: string) => `<testsuite name="s">${inner}</testsuite>`
const named = (name: string) => `<testcase classname="t" name="${name}"/>`

interface Limit {
  readonly limits: Partial<ReadLimits>
  readonly blocks: string
  readonly passes: string
  readonly code: ReasonCode
  readonly message: RegExp
}

const LIMITS: readonly Limit[] = [
  {
    limits: { bytes: 75 },
    blocks: report(named('a'.repeat(20))),
    passes: report(named('a'.repeat(10))),
    code: 'test/too-large',
    message: /larger than 75 bytes/,
  },
  {
    limits: { depth: 3 },
    blocks: report(
      '<testsuite><testcase classname="t" name="a"><properties/></testcase></testsuite>',
    ),
    passes: report('<testsuite><testcase classname="t" name="a"></testcase></testsuite>'),
    code: 'test/too-deep',
    message: /more than 3 deep/,
  },
  {
    limits: { depth: 1 },
    blocks: report(named('a')),
    passes: '',
    code: 'test/too-deep',
    message: /more than 1 deep/,
  },
  {
    limits: { attributes: 2 },
    blocks: report('<testcase classname="t" name="a" id="1"/>'),
    passes: report('<testcase classname="t" name="a"/>'),
    code: 'test/too-many-attributes',
    message: /more than 2 attributes/,
  },
  {
    limits: { attributeLength: 5 },
    blocks: report(named('abcdef')),
    passes: report(named('abcde')),
    code: 'test/too-long',
    message: /more than 5 characters in one attribute/,
  },
  {
    limits: { textLength: 70_000 },
    blocks: report(`${named('a')}<system-out>${'x'.repeat(300_000)}</system-out>`),
    passes: report(`${named('a')}<system-out>${'x'.repeat(60_000)}</system-out>`),
    code: 'test/too-long',
    message: /longer than 70000 characters/,
  },
  {
    limits: { textLength: 70_000 },
    blocks: report(`${named('a')}<!--${'x'.repeat(300_000)}-->`),
    passes: report(`${named('a')}<!--${'x'.repeat(60_000)}-->`),
    code: 'test/too-long',
    message: /longer than 70000 characters/,
  },
  {
    limits: { cases: 2 },
    blocks: report(named('a') + named('b') + named('c')),
    passes: report(named('a') + named('b')),
    code: 'test/too-many-tests',
    message: /more than 2 test cases/,
  },
]

describe('limits of a report', () => {
  it.each(LIMITS)('$limits stops with a message of its own', async (limit) => {
    const outcome = await read(limit.blocks, { limits: limit.limits })
    expect(outcome.findings.map(({ code }) => code)).toContain(limit.code)
    expect(outcome.findings.map(({ message }) => message).join()).toMatch(limit.message)
  })

  it.each(LIMITS.filter(({ passes: twin }) => twin !== ''))(
    '$limits lets through what just fits',
    async (limit) => {
      expect(passes(await read(limit.passes, { limits: limit.limits }))).toBe(true)
    },
  )

  it('stops when reading takes too long by the injected clock', async () => {
    async function* twice() {
      yield Buffer.from('<testsuite>')
      yield await Promise.resolve(Buffer.from(`${named('a')}</testsuite>`))
    }
    const scan = (readings: number[]) =>
      scanReport('junit', twice(), {
        path: 'r.xml',
        clock: stillClock(readings),
        limits: { time: 1000 },
      })
    expect((await scan([0, 10, 1001])).findings[0]).toMatchObject({
      code: 'test/too-slow',
      message: expect.stringMatching(/longer than 1000 ms/),
    })
    expect(passes(await scan([0, 10, 1000]))).toBe(true)
  })

  it('keeps a hundred findings of one report, and says how many more there were', async () => {
    const bad = '<testcase classname="t" name="a" status="?"/>'.repeat(250)
    const { findings } = await read(report(bad))
    expect(findings.length).toBe(101)
    expect(findings.at(-1)?.message).toContain('150 further findings')
  })

  it('cuts the detail of a failure at a thousand characters', async () => {
    const failure = `<failure message="m">${'😀'.repeat(5000)}</failure>`
    const { cases } = await read(report(`<testcase classname="t" name="a">${failure}</testcase>`))
    expect(cases[0]?.detail.length).toBe(1000)
    expect(cases[0]?.detail.startsWith('m\n😀')).toBe(true)
    expect(cases[0]?.detail.isWellFormed()).toBe(true)
  })
})
