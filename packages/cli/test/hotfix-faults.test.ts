import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  environmentTarget,
  keysDirectory,
  openHotfix,
  openWorkspace,
  parseKeyring,
  repayDebt,
  shipHotfix,
  shipRelease,
} from '@bulkhead/release'
import { pseudonymOf } from '@bulkhead/hotfix'
import { type TemporaryDirectory, temporaryDirectory } from '@bulkhead/testkit'
import type { CommitId } from '@bulkhead/vocabulary'
import { readFile } from 'node:fs/promises'
import type { Answer } from './support/answers.ts'
import { type CommandLine, installBulkhead, processesOf } from './support/command-line.ts'
import { HotfixTeam } from './support/hotfix-team.ts'
import { startLoad } from './support/load.ts'
import { type Death, type Effect, MortalGit } from './support/mortal-git.ts'
import { serverText } from './support/tiny-app.ts'

const CHANNELS = `notify:
  - { kind: slack, url-from: NO_SLACK }
  - { kind: pagerduty, routing-key-from: NO_PAGER }
`
const MINUTE = 60_000

/** What goes wrong around a hotfix, in order, on one fleet and one record. */
describe('the faults of a hotfix', () => {
  let home: TemporaryDirectory
  let bulkhead: CommandLine
  let team: HotfixTeam
  let git: MortalGit
  let load: ReturnType<typeof startLoad>
  let good: CommitId
  let fix: CommitId
  let named: readonly [string, string]
  beforeAll(async () => {
    home = await temporaryDirectory()
    bulkhead = await installBulkhead(join(home.path, 'bin'))
    git = await MortalGit.make(join(home.path, 'mortal'))
    team = await HotfixTeam.make(bulkhead, home.path, {
      hotfix: '{ review-grace: 10m, slo: { acknowledged: 1s, everywhere: 60m } }',
      policy: (text) => `${text}${CHANNELS}`,
    })
    await run(['fleet', 'up'], 0)
    good = await team.release('Good', { 'server.mjs': serverText(200) })
    await run(['ship'], 0)
    load = startLoad(team.port)
  })
  afterAll(async () => {
    await load.stop()
    await bulkhead.run(team.root, ['fleet', 'down'])
    const left = await processesOf(home.path)
    await home[Symbol.asyncDispose]()
    expect(left).toEqual([])
  })

  const run = (args: readonly string[], code: number) => team.run(args, code)
  const codes = ({ findings }: Pick<Answer, 'findings'>) => findings.map(({ code }) => code)

  async function dies(args: readonly string[], death: Death, effect?: Effect): Promise<boolean> {
    const env = git.dying(death, effect)
    const { code } = await bulkhead.run(team.root, [...args, '--json'], { env })
    return code === null
  }

  /**
   * Kills a command before its first append, and then after each until it has none left and lives.
   * @returns how often it died
   */
  async function surviveAll(args: readonly string[]): Promise<number> {
    let deaths = (await dies(args, 'before')) ? 1 : 0
    while (deaths < MOST_DEATHS && (await dies(args, 'after'))) deaths += 1
    expect(deaths).toBeLessThan(MOST_DEATHS)
    return deaths
  }
  const MOST_DEATHS = 8

  async function kindsOnRecord(): Promise<readonly string[]> {
    await run(['ledger', 'verify'], 0)
    const { entries } = await run(['ledger', 'log'], 0)
    return (entries as readonly { readonly kind: string }[]).map(({ kind }) => kind)
  }
  const times = async (kind: string) => (await kindsOnRecord()).filter((one) => one === kind).length

  async function expectAll(commit: CommitId): Promise<void> {
    const { fleet } = await run(['status'], 0)
    const unit = { version: commit, health: 'healthy' }
    expect(fleet).toMatchObject({ units: [unit, unit, unit] })
  }

  const DECLARE = ['hotfix', 'declare', '--commit', 'HEAD', '--advisory', 'SEC-1']
  const WHY = ['--severity', 'critical', '--reason', 'tenants see each other']

  it('SIGKILL at every append of the declaration: called again it goes on, one hotfix, paged (hotfix fault 1)', async () => {
    await team.project.repository.git('switch', '--quiet', '--create', 'fix')
    fix = await team.release('Fix', { 'server.mjs': `// fix\n${serverText(200)}` })
    expect(await surviveAll([...DECLARE, ...WHY])).toBeGreaterThanOrEqual(3)
    const { hotfix } = await run([...DECLARE, ...WHY], 0)
    named = ['--hotfix', String(hotfix)]
    expect(await times('hotfix.declared')).toBe(1)
    expect(await times('hotfix.paged')).toBe(1)
  })

  it('every channel down: said, owed, and it goes on (hotfix fault 2) (hotfix fault 3)', async () => {
    const { hotfixes } = await run(['hotfix', 'status'], 0)
    expect(hotfixes).toMatchObject([
      {
        hotfix: {
          debts: [
            { name: 'channel slack ($NO_SLACK)' },
            { name: expect.stringMatching(/NO_PAGER/) },
          ],
        },
      },
    ])
  })

  it('a step that is late is told once, by whoever looks next', async () => {
    expect(await surviveAll(['hotfix', 'acknowledge'])).toBeGreaterThanOrEqual(2)
    await run(['hotfix', 'acknowledge'], 0)
    await run(['hotfix', 'acknowledge'], 0)
    expect(await times('hotfix.acknowledged')).toBe(1)
    const { hotfixes } = await run(['hotfix', 'status'], 0)
    expect(hotfixes).toMatchObject([
      { hotfix: { pages: [{ late: [] }, { late: ['acknowledged'] }] } },
    ])
  })

  it('approval, then a push: the word was given to another commit (hotfix fault 5)', async () => {
    await team.approve()
    fix = await team.release('Fix, whole', { 'server.mjs': `// whole\n${serverText(200)}` })
    const move = ['hotfix', 'move', '--commit', 'HEAD', '--reason', 'it missed a path']
    expect(await surviveAll(move)).toBeGreaterThanOrEqual(2)
    await run(move, 0)
    expect(await times('hotfix.moved')).toBe(1)
    const refused = await run(['hotfix', 'ship'], 1)
    expect(codes(refused).toSorted()).toEqual([
      'hotfix/approval-void',
      'hotfix/approval-void',
      'hotfix/too-few-approvals',
    ])
    await expectAll(good)
  })

  it('an approval of a plan that would not ship is refused at once', async () => {
    const plan = `sha256:${'0'.repeat(64)}`
    const refused = await run(['hotfix', 'approve', '--plan', plan, '--reason', 'ok'], 2)
    expect(codes(refused)).toEqual(['hotfix/approval-void'])
    expect(refused.findings[0]?.remedy).toContain('bulkhead plan --lane hotfix')
  })

  it('SIGKILL at every effect of an approval that goes on record: one word of one person (hotfix fault 1)', async () => {
    const { plan } = await run(['plan', '--lane', 'hotfix'], 0)
    const { digest } = plan as { readonly digest: string }
    const [key = ''] = team.keyFiles
    const words = ['--plan', digest, '--reason', 'ok', '--key', key]
    const approve = ['hotfix', 'approve', ...named, ...words, '--record']
    const before = await times('hotfix.approved')
    for (const death of ['before', 'after'] as const)
      expect(await dies(approve, death, 'ssh-keygen')).toBe(true)
    expect(await dies(approve, 'before', 'git')).toBe(true)
    expect(await times('hotfix.approved')).toBe(before)
    expect(await dies(approve, 'after', 'git')).toBe(true)
    expect(await times('hotfix.approved')).toBe(before + 1)
    expect(await run(approve, 0)).toMatchObject({ recorded: true })
    // However often it was said: one has agreed, and two are asked for.
    const refused = await run(['hotfix', 'ship'], 1)
    expect(codes(refused)).toContain('hotfix/too-few-approvals')
    await expectAll(good)
  })

  it('SIGKILL after the rollout, at every last word of the ship step: told, open, and once (hotfix fault 1)', async () => {
    await team.approve()
    const shipping = bulkhead.start(team.root, ['hotfix', 'ship', '--json'])
    await shipping.until('finished released')
    shipping.child.kill('SIGKILL')
    await shipping.ended
    const { ledger } = await run(['status'], 0)
    // Its last word gave the lease back: nobody has to end it.
    expect(ledger).toMatchObject({ leases: [], released: { commit: fix } })
    const ship = ['hotfix', 'ship', ...named]
    await surviveAll(ship)
    expect(await run(ship, 0)).toMatchObject({ result: 'released' })
    for (const kind of ['hotfix.shipped', 'hotfix.opened']) expect(await times(kind)).toBe(1)
    await expectAll(fix)
  })

  it('SIGKILL while it is repaid: once, and not closed before all is (hotfix fault 1)', async () => {
    const { hotfixes } = await run(['hotfix', 'status'], 0)
    const [{ next } = { next: [] }] = hotfixes as readonly {
      readonly next: readonly { readonly command: string; readonly debt?: string }[]
    }[]
    const channels = next.flatMap(({ debt }) => (debt?.startsWith('channel') ? debt : []))
    expect(channels).toHaveLength(2)
    const repay = (debt: string, ...words: readonly string[]) => ['hotfix', 'repay', debt, ...words]
    await team.project.repository.git('tag', 'v1.0.0', good)
    await surviveAll(repay('tag'))
    await run(repay('back-merge', '--into', 'fix'), 0)
    for (const debt of [...channels, 'post-mortem', 'customer-notice'])
      await run(repay(debt, '--evidence', 'https://example.test/1'), 0)
    await run(
      repay(
        'action-items',
        '--detect',
        'x',
        '--prevent',
        'y',
        '--evidence',
        'https://example.test',
      ),
      0,
    )
    expect(codes(await run(['hotfix', 'close'], 1))).toEqual(['hotfix/debt-open'])
    const tagged = (await team.project.repository.git('tag', '--points-at', fix)).trim()
    expect(tagged).toBe('v1.0.1')
  })

  it('SIGKILL at every effect of the closing: closed, once (hotfix fault 1)', async () => {
    await team.release('Given up', { 'server.mjs': `// given up\n${serverText(200)}` })
    const close = ['hotfix', 'close', ...(await team.declare('SEC-3'))]
    const withdraw = [...close, '--withdraw', 'the hole was another']
    expect(await surviveAll(withdraw)).toBe(2)
    expect(await run(withdraw, 0)).toMatchObject({ closed: { result: 'withdrawn' } })
    expect(await times('hotfix.closed')).toBe(1)
  })

  /** The library as the program calls it, at another time of day. */
  async function later(minutes: number) {
    const workspace = await openWorkspace(team.root)
    const { clock } = workspace
    const now = () => Date.now() + minutes * MINUTE
    const at = { ...workspace, clock: { ...clock, now } }
    const files = ['gate', 'ledger'].map((role) =>
      readFile(join(keysDirectory(workspace.repository), `${role}.pem`), 'utf8'),
    )
    const request = {
      environment: 'production',
      keyring: parseKeyring((await Promise.all(files)).join(''), 'keys'),
      actors: [
        { provider: 'git', id: pseudonymOf('tim@example.test'), role: 'release-manager' },
      ] as const,
    }
    const shipping = {
      ...request,
      target: await environmentTarget(at, 'production'),
      signal: new AbortController().signal,
      onProgress: () => undefined,
    }
    return { at, request, shipping, close: () => workspace.repository.close() }
  }

  let second: CommitId
  let secondNamed: readonly [string, string]

  it('a reviewer who stays away freezes both lanes, and one word opens them (hotfix fault 15)', async () => {
    second = await team.release('Second fix', { 'server.mjs': `// second\n${serverText(200)}` })
    secondNamed = await team.declare('SEC-2')
    await team.approve(secondNamed)
    const { at, request, shipping, close } = await later(20)
    const hotfix = Number(secondNamed[1])
    const frozen = await shipHotfix(at, { ...shipping, hotfix, suspectRunning: false })
    expect(frozen).toMatchObject({ result: 'refused' })
    expect(codes(frozen)).toEqual(['hotfix/overdue-debt'])
    expect(frozen.findings[0]).toMatchObject({
      subject: `hotfix ${named[1]}: review`,
      remedy: expect.stringContaining('bulkhead hotfix repay review'),
    })
    const standard = await shipRelease(at, { ...shipping, commit: second })
    expect(codes(standard)).toContain('hotfix/overdue-debt')
    await expectAll(fix)
    const repaid = await repayDebt(at, {
      ...request,
      hotfix: Number(named[1]),
      debt: 'review',
      evidence: 'https://example.test/review',
      items: [],
      into: 'main',
    })
    expect(repaid.kind).toBe('repaid')
    await close()
  })

  it('approvals that end while the lease is waited for: asked again under it, and nothing is touched (hotfix fault 10)', async () => {
    const { at, shipping, close } = await later(20)
    let late = 0
    const waits = Promise.withResolvers<void>()
    const { clock } = at
    const waiting = {
      ...at,
      clock: {
        ...clock,
        now: () => clock.now() + late,
        sleep: (ms: number, signal?: AbortSignal) => {
          late = 11 * MINUTE
          waits.resolve()
          return clock.sleep(ms, signal)
        },
      },
    }
    const { ledger } = await openHotfix(at, { ...shipping, hotfix: Number(secondNamed[1]) })
    const outcome = await ledger.acquireLease({ region: 'local', actors: shipping.actors })
    if (outcome.kind === 'refused') throw new Error(JSON.stringify(outcome.findings))
    const hotfix = Number(secondNamed[1])
    const ended = shipHotfix(waiting, { ...shipping, hotfix, suspectRunning: false })
    await waits.promise
    await outcome.lease.release()
    const refused = await ended
    expect(refused).toMatchObject({ result: 'refused' })
    expect(codes(refused)).toContain('hotfix/too-few-approvals')
    // At the first question both counted: they were put on record.
    const { hotfixes } = await ledger.state()
    expect(hotfixes.find(({ id }) => id === hotfix)?.approvals).toHaveLength(2)
    await expectAll(fix)
    await close()
  })

  it('approvals that end between yes and ship: nothing is touched (hotfix fault 10)', async () => {
    const { at, shipping, close } = await later(32)
    const hotfix = Number(secondNamed[1])
    const refused = await shipHotfix(at, { ...shipping, hotfix, suspectRunning: false })
    expect(refused).toMatchObject({ result: 'refused' })
    expect(codes(refused)).toEqual(
      expect.arrayContaining(['hotfix/too-few-approvals', 'hotfix/approval-expired']),
    )
    await expectAll(fix)
    await close()
  })

  it('GitHub down: all of this asked nobody but this clone (hotfix fault 4)', async () => {
    expect(await team.project.repository.git('remote')).toBe('')
    const { requests, failures } = await load.stop()
    expect(requests).toBeGreaterThan(100)
    expect(failures).toBe(0)
  })
})
