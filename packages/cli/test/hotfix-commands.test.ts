import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type TemporaryDirectory, temporaryDirectory } from '@bulkhead/testkit'
import { type Answer, answerOf } from './support/answers.ts'
import { type CommandLine, installBulkhead, processesOf } from './support/command-line.ts'
import { HotfixTeam } from './support/hotfix-team.ts'
import { startLoad } from './support/load.ts'
import { serverText } from './support/tiny-app.ts'

const COMMANDS = [
  'branch',
  'declare',
  'move',
  'page',
  'acknowledge',
  'approve',
  'ship',
  'status',
  'timeline',
  'open',
  'repay',
  'post-mortem',
  'reopen',
  'close',
  'drill',
]

/** Every command about a hotfix, as somebody types it who is in a hurry. */
describe('the hotfix commands', () => {
  let home: TemporaryDirectory
  let bulkhead: CommandLine
  let team: HotfixTeam
  beforeAll(async () => {
    home = await temporaryDirectory()
    bulkhead = await installBulkhead(join(home.path, 'bin'))
    team = await HotfixTeam.make(bulkhead, home.path, {
      hotfix: '{ quota: 1, most-diff: 10 }',
    })
    await run(['fleet', 'up'], 0)
    await team.release('Good', { 'server.mjs': serverText(200) })
    await run(['ship'], 0)
  })
  afterAll(async () => {
    await bulkhead.run(team.root, ['fleet', 'down'])
    const left = await processesOf(home.path)
    await home[Symbol.asyncDispose]()
    expect(left).toEqual([])
  })

  const run = (args: readonly string[], code: number) => team.run(args, code)
  const codes = ({ findings }: Answer) => findings.map(({ code }) => code)

  it.each(COMMANDS)('%s --help shows what to type', async (name) => {
    const { code, stdout } = await bulkhead.run(team.root, ['hotfix', name, '--help'])
    expect(code).toBe(0)
    expect(stdout).toContain(`Example:\n  $ bulkhead hotfix ${name}`)
  })

  it('the help names all of them and no other', async () => {
    const { stdout } = await bulkhead.run(team.root, ['hotfix', '--help'])
    const named = [...stdout.matchAll(/^ {2}([a-z-]+) .*$/gm)].map(([, name]) => name)
    expect(named.filter((name) => name !== 'help')).toEqual(expect.arrayContaining(COMMANDS))
  })

  it('without a hotfix, each says so, and how one begins', async () => {
    const { hotfixes } = await run(['hotfix', 'status'], 0)
    expect(hotfixes).toEqual([])
    const commands = ['page', 'acknowledge', 'ship', 'open', 'post-mortem', 'close', 'repay review']
    for (const command of commands) {
      const { findings } = await run(['hotfix', ...command.split(' ')], 2)
      expect(findings).toMatchObject([
        { code: 'hotfix/unknown', remedy: expect.stringContaining('bulkhead hotfix declare') },
      ])
    }
  })

  it.each([
    [['--severity', 'urgent'], 2, 'usage/invalid-option'],
    [['--advisory', 'because'], 1, 'hotfix/no-advisory'],
    [['--commit', 'nowhere'], 2, 'git/unknown-revision'],
  ] as const)('declared with %j it is refused, and nobody is woken', async (words, exit, code) => {
    const all = ['--commit', 'HEAD', '--advisory', 'SEC-1', '--severity', 'high', '--reason', 'x']
    const { findings } = await run(['hotfix', 'declare', ...all, ...words], exit)
    expect(findings[0]).toMatchObject({ code })
    expect(await run(['hotfix', 'status'], 0)).toMatchObject({ hotfixes: [] })
  })

  it('a drill walks the whole lane with people, and owes nothing afterwards', async () => {
    const { repository, ada } = team.project
    // Ada types it: the commit is hers, so that neither it nor the declaration counts for an approval.
    await repository.git('config', 'user.email', ada.email)
    const drilling = bulkhead.start(team.root, ['hotfix', 'drill', '--json'])
    await drilling.until('bulkhead hotfix approve')
    await run(['hotfix', 'acknowledge'], 0)
    await team.approve()
    await drilling.until('placed local/a/')
    const load = startLoad(team.port)
    const drilled = answerOf(await drilling.ended)
    const { failures } = await load.stop()
    expect(drilled).toMatchObject({ exitCode: 0, result: 'drilled', findings: [] })
    expect(failures).toBe(0)
    const steps = drilled['steps'] as readonly { readonly step: string; readonly after: number }[]
    expect(steps.map(({ step }) => step)).toEqual([
      'acknowledged',
      'approved',
      'gated',
      'everywhere',
    ])
    for (const { after } of steps) expect(after).toBeGreaterThanOrEqual(0)
    const hotfix = String(drilled['hotfix'])
    const { hotfixes } = await run(['hotfix', 'status', '--hotfix', hotfix], 0)
    expect(hotfixes).toMatchObject([
      { hotfix: { drill: true, closed: { result: 'repaid' } }, debts: [], next: [] },
    ])
    expect(await run(['status'], 0)).toMatchObject({
      ledger: { released: { commit: drilled['commit'] }, leases: [] },
    })
    await run(['ledger', 'verify'], 0)
  })

  it('a change is no drill: what ships as one is never reviewed', async () => {
    await team.project.repository.commit({
      by: team.project.ada,
      message: 'A change',
      files: { 'notes.txt': 'x\n' },
    })
    expect(codes(await run(['hotfix', 'drill'], 2))).toEqual(['hotfix/not-a-drill'])
  })

  it('counts a drill for no quota; past the quota a hotfix takes the standard lane (hotfix fault 14)', async () => {
    await team.project.repository.git('config', 'user.email', 'tim@example.test')
    const named = await team.declare('SEC-1')
    expect(codes(await run(['hotfix', 'drill'], 2))).toEqual(['hotfix/drill-disturbs'])
    await run(['hotfix', 'close', ...named, '--withdraw', 'a false alarm'], 0)
    const again = ['--advisory', 'SEC-2', '--severity', 'high', '--reason', 'x']
    const refused = await run(['hotfix', 'declare', '--commit', 'HEAD', ...again], 1)
    expect(codes(refused)).toEqual(['hotfix/quota'])
    expect(refused.findings[0]?.remedy).toContain('bulkhead ship')
  })
})
