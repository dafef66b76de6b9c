import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type TemporaryDirectory, temporaryDirectory } from '@bulkhead/testkit'
import type { CommitId } from '@bulkhead/vocabulary'
import { type Answer, answerOf } from './support/answers.ts'
import { type CommandLine, installBulkhead, processesOf } from './support/command-line.ts'
import { HotfixTeam } from './support/hotfix-team.ts'
import { startLoad } from './support/load.ts'
import { serverText } from './support/tiny-app.ts'

const CANARY_PLACED = 'placed local/a/'

/** Says whether the hole is closed: what runs tells it in its answers. */
const PROOF = `const answer = await (await fetch(process.env.BULKHEAD_ADDRESS)).json()
process.exitCode = answer.fixed === HOLE ? 0 : 1
`

/** A server in which this hole is closed, and the command that tries it. */
const fixOf = (hole: number) => ({
  'server.mjs': serverText(200).replace("tenant: 'acme'", `tenant: 'acme', fixed: ${hole}`),
  'proof.mjs': PROOF.replace('HOLE', String(hole)),
})

/** In order, on one fleet: a hotfix over a running rollout, and one whose process is killed. */
describe('hotfix ship', () => {
  let home: TemporaryDirectory
  let bulkhead: CommandLine
  let team: HotfixTeam
  let good: CommitId
  let standard: CommitId
  let fix: CommitId
  beforeAll(async () => {
    home = await temporaryDirectory()
    bulkhead = await installBulkhead(join(home.path, 'bin'))
    team = await HotfixTeam.make(bulkhead, home.path, {
      hotfix: '{ proof: [node, proof.mjs], yield-within: 3s }',
    })
    await run(['fleet', 'up'], 0)
    good = await team.release('Good', { 'server.mjs': serverText(200) })
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

  async function expectEverywhere(commit: CommitId): Promise<void> {
    const { ledger, fleet } = await run(['status'], 0)
    expect(ledger).toMatchObject({ leases: [], rollouts: [], unfinished: [], released: { commit } })
    const unit = { version: commit, health: 'healthy' }
    expect(fleet).toMatchObject({ units: [unit, unit, unit] })
    await run(['ledger', 'verify'], 0)
  }

  it('is refused while too few people agree, and touches nothing', async () => {
    await team.project.repository.git('checkout', '-q', '-b', 'fix')
    fix = await team.release('Fix', fixOf(1))
    await team.declare('SEC-1')
    expect(codes(await run(['hotfix', 'ship'], 1))).toEqual(['hotfix/too-few-approvals'])
    await expectEverywhere(good)
  })

  it('overtakes the rollout that waits in its bake, goes everywhere, and no user notices', async () => {
    await team.project.repository.git('checkout', '-q', '-b', 'standard', good)
    standard = await team.release('Standard', { 'server.mjs': `// standard\n${serverText(200)}` })
    const running = bulkhead.start(team.root, ['ship', '--json'])
    await running.until(CANARY_PLACED)
    await team.project.repository.git('checkout', '-q', 'fix')
    await team.approve()
    const shipping = bulkhead.start(team.root, ['hotfix', 'ship', '--json'])
    await shipping.until(CANARY_PLACED)
    const overtaken = answerOf(await running.ended)
    expect(overtaken).toMatchObject({ exitCode: 1, result: 'paused' })
    expect(codes(overtaken)).toContain('rollout/preempted')
    const load = startLoad(team.port)
    const shipped = answerOf(await shipping.ended)
    expect(shipped.findings).toEqual([])
    expect(shipped).toMatchObject({ exitCode: 0, result: 'released', proof: 'closed' })
    expect(shipped).toMatchObject({ preempted: [standard], told: true })
    expect(await readFile(String(shipped['report']), 'utf8')).toContain('hotfix lane')
    const { requests, failures } = await load.stop()
    expect(requests).toBeGreaterThan(20)
    expect(failures).toBe(0)
    await expectEverywhere(fix)
    const log = await run(['ledger', 'log'], 0)
    const kinds = (log['entries'] as { readonly kind: string }[]).map((entry) => entry.kind)
    const times = (kind: string) => kinds.filter((one) => one === kind).length
    // Who agreed is on record though both came as files; the embargo has ended by itself.
    expect(['hotfix.shipped', 'hotfix.approved', 'hotfix.opened'].map(times)).toEqual([1, 2, 1])
    expect(kinds.indexOf('hotfix.opened')).toBeGreaterThan(kinds.indexOf('hotfix.shipped'))
    expect(kinds.indexOf('hotfix.shipped')).toBeGreaterThan(kinds.lastIndexOf('deploy.finished'))
  })

  it('said again, does nothing; and what was overtaken waits, and may not ship without the fix', async () => {
    expect(await run(['hotfix', 'ship'], 0)).toMatchObject({ result: 'released' })
    const { ledger } = await run(['status'], 0)
    expect(ledger).toMatchObject({ queue: { waiting: [{ commit: standard }] } })
    const again = await run(['ship', '--commit', standard], 1)
    expect(codes(again).join()).toMatch(/attest\/wrong-base|hotfix\/fix-lost/)
    const held = await run(['ship', '--queued'], 1)
    expect(held.findings).toMatchObject([{ code: 'hotfix/fix-lost', subject: standard }])
    await expectEverywhere(fix)
  })

  it('killed in the middle, goes on once its lease is ended in the name of those who agree (hotfix fault 19)', async () => {
    const second = await team.release('Second fix', fixOf(2))
    const named = await team.declare('SEC-2')
    await team.approve(named)
    const killed = bulkhead.start(team.root, ['hotfix', 'ship', ...named, '--json'])
    await killed.until(CANARY_PLACED)
    killed.child.kill('SIGKILL')
    expect((await killed.ended).code).toBeNull()
    const held = await run(['hotfix', 'ship', ...named], 1)
    expect(codes(held)).toEqual(['rollout/cannot-yield'])
    const [, token = ''] = /--break-lease (\d+)/.exec(held.findings[0]?.remedy ?? '') ?? []
    expect(codes(await run(['resume'], 1)).join()).toMatch(/rollout\/hotfix-first/)
    const load = startLoad(team.port)
    const gone = ['--break-lease', token, '--reason', 'its machine is gone']
    const shipped = await run(['hotfix', 'ship', ...named, ...gone], 0)
    expect(shipped).toMatchObject({ result: 'released', proof: 'closed' })
    expect(await load.stop()).toMatchObject({ failures: 0 })
    await expectEverywhere(second)
    const log = await run(['ledger', 'log'], 0)
    const entries = log['entries'] as readonly {
      readonly kind: string
      readonly actors: readonly { readonly role: string }[]
      readonly data: { readonly takesOver?: object | null }
    }[]
    const broken = entries.findLast(
      ({ kind, data }) => kind === 'lease.acquired' && (data.takesOver ?? null) !== null,
    )
    expect(broken?.actors.filter(({ role }) => role === 'approver')).toHaveLength(2)
  })
})
