import { execFileSync } from 'node:child_process'
import { mkdir, readFile, readdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type TemporaryDirectory, succeed, temporaryDirectory } from '@bulkhead/testkit'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { type Answer, answerOf } from './support/answers.ts'
import { type CommandLine, installBulkhead } from './support/command-line.ts'
import { type TinyProject, adopt, makeTinyProject } from './support/tiny-project.ts'

/** Every option by which a person names a place for what a command writes. */
const FILES = [
  'ledger verify --save',
  'ledger export --out',
  'ledger export --format csv --out',
  'ledger proof make 1 --out',
  'ledger witness --name example.net/w1 --key w1.pem --state state --out',
  'hotfix timeline --out',
  'ship --page',
]
const FOLDERS = [
  'ledger export --mirror',
  'ledger witness --name example.net/w1 --key w1.pem --state',
]

describe('a place for output that is none', () => {
  let home: TemporaryDirectory
  let project: TinyProject
  let bulkhead: CommandLine
  const file = (name: string) => join(home.path, name)
  async function run(code: number, line: string, ...more: readonly string[]): Promise<Answer> {
    const args = [...line.split(' '), ...more, '--json']
    const { child, ended } = bulkhead.start(project.repository.path, args)
    onTestFinished(() => void child.kill('SIGKILL'))
    const answer = answerOf(await ended)
    expect(answer, `${args.join(' ')}: ${JSON.stringify(answer.findings)}`).toMatchObject({
      exitCode: code,
    })
    return answer
  }
  beforeAll(async () => {
    home = await temporaryDirectory()
    bulkhead = await installBulkhead(file('bin'))
    project = await makeTinyProject(file('project'))
    await adopt(project, { port: 1 })
    execFileSync('openssl', ['genpkey', '-algorithm', 'ed25519', '-out', 'w1.pem'], {
      cwd: project.repository.path,
    })
    await mkdir(file('folder'))
    await writeFile(file('file'), 'kept')
    await succeed(['mkfifo', file('pipe')], { cwd: home.path })
  }, 60_000)
  afterAll(() => home[Symbol.asyncDispose]())

  it('has a ledger to print', async () => {
    expect(await run(0, 'ledger heartbeat')).toMatchObject({ index: 1 })
  })

  const refused = async (option: string, place: string) => {
    const { findings } = await run(2, option, place)
    expect(findings).toMatchObject([{ code: 'usage/unwritable-file', subject: place }])
  }

  it.each(FILES)('is refused before anything is done: %s', async (option) => {
    const before = await readdir(home.path)
    for (const place of [file('folder'), file('pipe'), file('absent/out'), '/proc/out'])
      await refused(option, place)
    expect((await stat(file('pipe'))).isFIFO()).toBe(true)
    expect(await readdir(home.path)).toEqual(before)
  })

  it.each(FOLDERS)('is refused as a folder, at once: %s', async (option) => {
    for (const place of [
      file('file'),
      file('pipe'),
      file('absent/deep'),
      '/proc/out',
      '/proc/self',
    ])
      await refused(option, place)
    expect(await readFile(file('file'), 'utf8')).toBe('kept')
  })

  it('is taken when it is there or can be made', async () => {
    for (const option of FILES.slice(0, 5)) {
      const place = file('out')
      await writeFile(place, 'old')
      await run(0, option, place)
      expect(await readFile(place, 'utf8'), option).not.toBe('old')
    }
    await run(0, 'ledger export --mirror', file('mirror'))
    await run(0, 'ledger export --mirror', file('mirror'))
    expect(await readdir(file('mirror'))).toEqual(['checkpoint', 'tile'])
  })
})
