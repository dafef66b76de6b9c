import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { succeed } from '@bulkhead/testkit'
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

  it('refuses a file that is not there, a folder and a pipe, and says which it is', async () => {
    await succeed(['mkfifo', 'pipe'], { cwd: home })
    const refused = [
      ['gone.xml', 'is not there'],
      ['bin', 'is a folder, not a file'],
      ['pipe', 'is no regular file'],
      ['good.xml/within.xml', 'is not there'],
    ]
    for (const [path = '', message] of refused)
      expect(await ask('good.xml', path)).toMatchObject({
        exitCode: 2,
        findings: [{ code: 'usage/unreadable-file', subject: path, message }],
      })
  })

  it.skipIf(process.getuid?.() === 0)('says of a file that it may not read it', async () => {
    await writeFile(join(home, 'secret.xml'), GOOD, { mode: 0 })
    expect(await ask('secret.xml')).toMatchObject({
      exitCode: 2,
      findings: [{ code: 'usage/unreadable-file', message: 'may not be read' }],
    })
  })

  it('counts the same bytes once, by whatever names (84)', async () => {
    await writeFile(join(home, 'copy.xml'), GOOD)
    for (const copy of ['copy.xml', 'good.xml'])
      expect(await ask('good.xml', 'failing.xml', copy)).toMatchObject({
        verdict: 'BLOCK',
        files: [
          { findings: [] },
          { findings: [] },
          { findings: [{ code: 'gate/duplicate-report', subject: copy }] },
        ],
      })
    expect(await ask('good.xml', 'good.tap')).toMatchObject({ verdict: 'PASS' })
  })

  it('says of each file what is promised, and no more', async () => {
    const { files } = await ask('good.xml')
    const promised = ['file', 'format', 'totals', 'findings']
    expect(files).toEqual([expect.any(Object)])
    expect(Object.keys((files as readonly object[])[0] ?? {})).toEqual(promised)
  })

  it('names for people what did not pass', async () => {
    const { stdout, code } = await bulkhead.run(home, ['reports', 'good.xml', 'failing.xml'])
    expect(code).toBe(1)
    expect(stdout).toContain('✓ good.xml (junit): 1 of 1 test passed')
    expect(stdout).toContain('✗ failing.xml (junit): 0 of 1 test passed, 1 failed\n    failed: a')
  })
})
