import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type CommandLine, installBulkhead } from './support/command-line.ts'
import { answerOf } from './support/answers.ts'

const GOOD = '<testsuite tests="1"><testcase name="a"/></testsuite>'
const FILES = {
  'good.xml': GOOD,
  'failing.xml': GOOD.replace('/></', '><failure/></testcase></'),
  'lying.xml': GOOD.replace('"1"', '"2"'),
  'twice.xml': '<testsuite><testcase name="a"/><testcase name="a"/></testsuite>',
  'good.tap': 'TAP version 13\nok 1 - a\n1..1\n',
  'notes.txt': 'all is well\n',
}

describe('bulkhead reports', () => {
  let home = ''
  let bulkhead: CommandLine
  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'reports-'))
    bulkhead = await installBulkhead(join(home, 'bin'))
    for (const [name, text] of Object.entries(FILES)) await writeFile(join(home, name), text)
  })
  afterAll(() => rm(home, { recursive: true }))
  const ask = async (...words: readonly string[]) =>
    answerOf(await bulkhead.run(home, ['reports', '--json', ...words]))

  it('says how each file was read, outside of any repository', async () => {
    const answer = await ask('good.xml', 'good.tap')
    const totals = { tests: 1, passed: 1, failed: 0, errored: 0, skipped: 0, flaky: 0 }
    expect(answer).toMatchObject({
      exitCode: 0,
      verdict: 'PASS',
      files: [
        { file: 'good.xml', format: 'junit', totals, findings: [] },
        { file: 'good.tap', format: 'tap', totals, findings: [] },
      ],
    })
  })

  it.each([
    ['failing.xml', 'junit', 1, []],
    ['lying.xml', 'junit', 0, ['test/counter-mismatch']],
    ['twice.xml', 'junit', 0, ['gate/flaky-test']],
    ['notes.txt', null, 0, ['test/unknown-format']],
  ])('blocks when one of the files is %s', async (file, format, failed, codes) => {
    const answer = await ask('good.xml', file)
    expect(answer).toMatchObject({
      exitCode: 1,
      verdict: 'BLOCK',
      files: [{ findings: [] }, { file, format, totals: { failed } }],
    })
    expect(answer.findings.map(({ code }) => code)).toEqual(codes)
  })

  it('reads a file as the format that is named, and refuses a name that nobody knows', async () => {
    expect(await ask('--format', 'junit', 'good.xml')).toMatchObject({ verdict: 'PASS' })
    expect(await ask('--format', 'tap', 'good.xml')).toMatchObject({ verdict: 'BLOCK' })
    expect(await ask('--format', 'xml', 'good.xml')).toMatchObject({ exitCode: 2 })
  })

  it('refuses a file that is not there, and a folder', async () => {
    for (const path of ['gone.xml', 'bin'])
      expect(await ask(path)).toMatchObject({
        exitCode: 2,
        findings: [{ code: 'usage/unreadable-file', subject: path }],
      })
  })

  it('names for people what did not pass', async () => {
    const { stdout, code } = await bulkhead.run(home, ['reports', 'good.xml', 'failing.xml'])
    expect(code).toBe(1)
    expect(stdout).toContain('✓ good.xml (junit): 1 of 1 tests passed')
    expect(stdout).toContain('✗ failing.xml (junit): 0 of 1 tests passed, 1 failed\n    failed: a')
  })
})
