import { readFile, rename } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type TemporaryDirectory, temporaryDirectory } from '@bulkhead/testkit'
import type { CommitId } from '@bulkhead/vocabulary'
import type { Answer } from './support/answers.ts'
import {
  type CommandLine,
  type Running,
  installBulkhead,
  processesOf,
} from './support/command-line.ts'
import { HotfixTeam } from './support/hotfix-team.ts'
import { startLoad } from './support/load.ts'
import { serverText } from './support/tiny-app.ts'

const RUNBOOK = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..', 'docs', 'hotfix.md')

/** The commands of a section of the runbook, as people would paste them. */
async function blockOf(section: string): Promise<readonly string[]> {
  const text = await readFile(RUNBOOK, 'utf8')
  const [, rest = ''] = text.split(`\n## ${section}\n`)
  const [, block = ''] = /^```sh\n(.*?)^```/ms.exec(rest.split('\n## ')[0] ?? '') ?? []
  return block.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
}

/** As a shell splits words, as far as the runbook needs it. */
const wordsOf = (line: string): readonly string[] =>
  [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? '')

/** Every block of the runbook, typed in order, on one fleet under load. */
describe('the runbook', () => {
  let home: TemporaryDirectory
  let bulkhead: CommandLine
  let team: HotfixTeam
  let load: ReturnType<typeof startLoad>
  let good: CommitId
  let plan = 'PLAN'
  let hotfix = 'N'
  let files: string[] = []
  let commits = 0
  const running: Running[] = []

  beforeAll(async () => {
    home = await temporaryDirectory()
    bulkhead = await installBulkhead(join(home.path, 'bin'))
    team = await HotfixTeam.make(bulkhead, home.path, {
      hotfix: '{}',
      policy: (text) =>
        `${text.replace('deadline: 20s', 'deadline: 4s')}notify: [{ kind: slack, url-from: NO_SLACK }]\n`,
    })
    await team.run(['fleet', 'up'], 0)
    good = await team.release('Good', { 'server.mjs': serverText(200) })
    await team.run(['ship'], 0)
    load = startLoad(team.port)
  })
  afterAll(async () => {
    await load.stop()
    for (const { child } of running) child.kill('SIGKILL')
    await bulkhead.run(team.root, ['fleet', 'down'])
    const left = await processesOf(home.path)
    await home[Symbol.asyncDispose]()
    expect(left).toEqual([])
  })

  async function commit(message: string, health: 200 | 503 = 200): Promise<void> {
    const { repository, ada } = team.project
    commits += 1
    const server = `// ${commits}\n${serverText(health)}`
    await repository.commit({ by: ada, message, files: { 'server.mjs': server } })
  }

  /** Types one line; where two people must type it, each does, with their own key. */
  async function type(line: string): Promise<void> {
    const filled = line.replaceAll(
      /\b(PLAN|REV|N)\b/g,
      (word) => ({ PLAN: plan, REV: good, N: hotfix })[word] ?? word,
    )
    const [program, ...args] = wordsOf(filled)
    if (program === 'git')
      return args[0] === 'commit'
        ? commit(args.at(-1) ?? '')
        : void (await team.project.repository.git(...args))
    if (args.at(-1) === '&') {
      running.push(bulkhead.start(team.root, args.slice(0, -1)))
      return
    }
    const [group = '', name = ''] = args
    if (name === 'approve' || name === 'reopen') return eachAgrees(args)
    if (group === 'approve') {
      for (const file of files) await team.run(['approve', 'add', file], 0)
      return
    }
    remember(args, await team.run(args, 0))
  }

  async function eachAgrees(args: readonly string[]): Promise<void> {
    files = []
    for (const key of team.keyFiles) {
      const { file } = await team.run([...args, '--key', key], 0)
      files.push(String(file))
    }
  }

  function remember([group, name]: readonly string[], answer: Answer): void {
    if (group === 'plan') plan = (answer['plan'] as { readonly digest: string }).digest
    if (name === 'declare') hotfix = String(answer['hotfix'])
  }

  async function follow(section: string): Promise<void> {
    const lines = await blockOf(section)
    expect(lines.length).toBeGreaterThan(0)
    for (const line of lines) await type(line)
  }

  async function expectReleased(commitOf: string): Promise<void> {
    const wanted = (await team.project.repository.git('rev-parse', commitOf)).trim()
    const { ledger, fleet } = await team.run(['status'], 0)
    expect(ledger).toMatchObject({ leases: [], unfinished: [], released: { commit: wanted } })
    const unit = { version: wanted, health: 'healthy' }
    expect(fleet).toMatchObject({ units: [unit, unit, unit] })
  }

  it('normal: from a branch to everywhere', async () => {
    await follow('Normal')
    await expectReleased('fix-42')
    const [paging] = running
    paging?.child.kill('SIGINT')
    expect((await paging?.ended)?.code).toBe(0)
  })

  it('roll back: refused to one, done by two', async () => {
    const alone = await team.run(['rollback'], 1)
    expect(alone.findings[0]?.code).toBe('hotfix/reopens')
    await follow('Roll back')
    await expectReleased(good)
  })

  it('the fix fails: it is back by itself, and the next one takes its place', async () => {
    await commit('Keep tenants apart, and fall over', 503)
    for (const step of ['test', 'build', 'gate']) await team.run([step], 0)
    hotfix = (await team.declare('SEC-43'))[1]
    await team.run(['hotfix', 'acknowledge', '--hotfix', hotfix], 0)
    await team.approve(['--hotfix', hotfix])
    const failed = await team.run(['hotfix', 'ship', '--hotfix', hotfix], 1)
    expect(failed).toMatchObject({ result: 'rolled-back' })
    await expectReleased(good)
    await withOne(() => follow('The fix fails'))
    await expectReleased('HEAD')
  })

  it('GitHub is down: approvals travel as files', async () => {
    await commit('Third')
    for (const step of ['test', 'build', 'gate']) await team.run([step], 0)
    hotfix = (await team.declare('SEC-44'))[1]
    plan = (
      (await team.run(['plan', '--lane', 'hotfix'], 0))['plan'] as { readonly digest: string }
    ).digest
    await withOne(async () => {
      const [approve = '', add = '', ship = ''] = await blockOf('GitHub is down')
      await type(approve)
      // They were made in other clones: here they are only files that somebody sent.
      files = await Promise.all(files.map(sent))
      const refused = await team.run(['hotfix', 'ship', '--hotfix', hotfix], 1)
      expect(refused.findings.map(({ code }) => code)).toEqual(['hotfix/too-few-approvals'])
      await type(add)
      await type(ship)
    })
    await expectReleased('HEAD')
  })

  it('the pager is down: a person says it, and the channel is repaid', async () => {
    await withOne(() => follow('The pager is down'))
    const { hotfixes } = await team.run(['hotfix', 'status', '--hotfix', hotfix], 0)
    expect(hotfixes).toMatchObject([
      {
        hotfix: {
          acknowledged: { how: 'person' },
          debts: expect.arrayContaining([
            expect.objectContaining({
              name: 'channel slack ($NO_SLACK)',
              repaid: expect.anything(),
            }),
          ]),
        },
      },
    ])
    expect((await load.stop()).failures).toBe(0)
  })

  it('the drill is the command that its own test types', async () => {
    expect(await blockOf('Drill')).toEqual(['bulkhead hotfix drill'])
  })

  async function sent(file: string): Promise<string> {
    const elsewhere = join(home.path, basename(file))
    await rename(file, elsewhere)
    return elsewhere
  }

  /** Earlier hotfixes of this test still owe: a person would have closed them, or names the number. */
  async function withOne(work: () => Promise<void>): Promise<void> {
    const { hotfixes } = await team.run(['hotfix', 'status'], 0)
    for (const { hotfix: one } of hotfixes as readonly Status[])
      if (String(one.id) !== hotfix) await repayAll(one)
    await work()
  }

  interface Status {
    readonly hotfix: {
      readonly id: number
      readonly debts: readonly { readonly name: string; readonly repaid: object | null }[]
    }
  }

  async function repayAll({ id, debts }: Status['hotfix']): Promise<void> {
    const named = ['--hotfix', String(id)]
    const { repository } = team.project
    if ((await repository.git('tag')).trim() === '') await repository.git('tag', 'v1.0.0', good)
    const words = ['--evidence', 'x', '--detect', 'x', '--prevent', 'y', '--into', 'HEAD']
    for (const { name, repaid } of debts)
      if (repaid === null) await team.run(['hotfix', 'repay', name, ...named, ...words], 0)
    await team.run(['hotfix', 'close', ...named], 0)
  }
})
