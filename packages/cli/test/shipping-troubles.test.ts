import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type TemporaryDirectory, temporaryDirectory } from '@bulkhead/testkit'
import type { CommitId } from '@bulkhead/vocabulary'
import { type Answer, answerOf } from './support/answers.ts'
import { type CommandLine, installBulkhead, processesOf } from './support/command-line.ts'
import { startLoad } from './support/load.ts'
import { serverText } from './support/tiny-app.ts'
import { type TinyProject, adopt, freePort, makeTinyProject } from './support/tiny-project.ts'

/** One fleet with one good release, and what may go wrong with the releases after it. */
describe('shipping troubles', () => {
  let home: TemporaryDirectory
  let bulkhead: CommandLine
  let project: TinyProject
  let port: number
  let root: string
  let good: CommitId
  beforeAll(async () => {
    home = await temporaryDirectory()
    bulkhead = await installBulkhead(join(home.path, 'bin'))
    port = await freePort()
    project = await makeTinyProject(join(home.path, 'project'))
    root = project.repository.path
    await adopt(project, { port, healthDeadline: '4s' })
    await run(['fleet', 'up'], 0)
  })
  afterAll(async () => {
    await bulkhead.run(root, ['fleet', 'down'])
    const left = await processesOf(home.path)
    await home[Symbol.asyncDispose]()
    expect(left).toEqual([])
  })

  async function run(args: readonly string[], code: number): Promise<Answer> {
    const answer = answerOf(await bulkhead.run(root, [...args, '--json']))
    expect(answer.exitCode, JSON.stringify(answer.findings)).toBe(code)
    return answer
  }

  /** A commit that may ship: tested, built and judged. */
  async function release(health: 200 | 503, message: string): Promise<CommitId> {
    const files = { 'server.mjs': `// ${message}\n${serverText(health)}` }
    const commit = await project.repository.commit({ by: project.ada, message, files })
    await Promise.all([run(['test'], 0), run(['build'], 0)])
    await run(['gate'], 0)
    return commit
  }

  /** The fleet is whole, on one release, and open to the next deploy. */
  async function expectWhole(commit: CommitId): Promise<void> {
    const { ledger, fleet } = await run(['status'], 0)
    expect(ledger).toMatchObject({ lease: null, rollout: null, released: { commit } })
    const unit = { version: commit, health: 'healthy' }
    expect(fleet).toMatchObject({ units: [unit, unit, unit] })
    await run(['ledger', 'verify'], 0)
  }

  /** Ships, and is stopped while the canary waits for traffic that does not come. */
  async function interrupted(): Promise<void> {
    const ship = bulkhead.start(root, ['ship', '--json'])
    await ship.until(CANARY_PLACED)
    ship.child.kill('SIGINT')
    const answer = answerOf(await ship.ended)
    expect(answer).toMatchObject({ exitCode: 1, result: 'paused' })
    expect(codes(answer)).toEqual(['rollout/cancelled'])
    expect(await readFile(String(answer['report']), 'utf8')).toContain('PAUSED')
    const { fleet } = await run(['status'], 0)
    const healthy = { health: 'healthy' }
    expect(fleet).toMatchObject({ units: [healthy, healthy, healthy] })
  }

  const codes = ({ findings }: Answer) => findings.map(({ code }) => code)

  it('a first release that never gets healthy is stopped and leaves the lease free', async () => {
    await release(503, 'Unhealthy from the start')
    const answer = await run(['ship'], 1)
    expect(answer).toMatchObject({ result: 'stopped', outcome: 'blocked' })
    expect(codes(answer)).toEqual(
      expect.arrayContaining(['rollout/unit-not-healthy', 'rollout/nothing-released']),
    )
    const { ledger, fleet } = await run(['status'], 0)
    expect(ledger).toMatchObject({ lease: null, rollout: null, released: null })
    expect(JSON.stringify(fleet)).not.toContain('"healthy"')
  })

  it('the next one that does is released over it', async () => {
    good = await release(200, 'Healthy')
    expect(await run(['ship'], 0)).toMatchObject({ result: 'released' })
    await expectWhole(good)
  })

  it('a release that never gets healthy is rolled back, and users notice nothing', async () => {
    await release(503, 'Unhealthy later')
    const load = startLoad(port)
    const answer = await run(['ship'], 1)
    const { requests, failures } = await load.stop()
    expect(answer).toMatchObject({ result: 'rolled-back' })
    expect(codes(answer)).toContain('rollout/unit-not-healthy')
    const page = await readFile(String(answer['report']), 'utf8')
    for (const text of ['ROLLED BACK', 'rollout/unit-not-healthy', 'rolling back'])
      expect(page).toContain(text)
    expect(requests).toBeGreaterThan(0)
    expect(failures).toBe(0)
    await expectWhole(good)
  })

  it('SIGINT pauses at the edge of a batch: nothing is drained, and it may be taken back', async () => {
    const commit = await release(200, 'Interrupted')
    await interrupted()
    const { ledger } = await run(['status'], 0)
    expect(ledger).toMatchObject({ lease: null, unfinished: [{ commit, paused: true }] })
    expect(codes(await run(['rollback'], 1))).toEqual(['rollout/unfinished'])
    const aborted = await run(['abort', '--reason', 'changed our mind'], 0)
    expect(aborted).toMatchObject({ result: 'rolled-back', commit, rollout: expect.any(Number) })
    expect(aborted['next']).toContain('`bulkhead ship`')
    await expectWhole(good)
    expect(codes(await run(['resume'], 1))).toEqual(['rollout/nothing-to-resume'])
  })

  it('what was paused is resumed, and a release can be taken back afterwards', async () => {
    const commit = await release(200, 'Interrupted and resumed')
    await interrupted()
    const load = startLoad(port)
    expect(await run(['resume'], 0)).toMatchObject({ result: 'released', commit })
    await expectWhole(commit)
    const back = await bulkhead.run(root, ['rollback'])
    expect(back.stdout).toMatch(/rollout {2}\d+, of [0-9a-f]{40}\nnext {5}mend what was taken back/)
    expect(await load.stop()).toMatchObject({ failures: 0 })
    await expectWhole(good)
  })

  it('the lease of a killed ship is held until it is ended by token and reason', async () => {
    const commit = await release(200, 'Killed')
    const ship = bulkhead.start(root, ['ship', '--json'])
    await ship.until(CANARY_PLACED)
    ship.child.kill('SIGKILL')
    expect((await ship.ended).code).toBeNull()

    const held = await run(['ship'], 1)
    const [finding] = held.findings
    expect(finding?.code).toBe('ledger/lease-held')
    const [, remedy = '', token = ''] =
      /`bulkhead (ship --break-lease (\d+) --reason) TEXT`/.exec(finding?.remedy ?? '') ?? []
    expect(codes(await run(['ship', '--break-lease', '1', '--reason', 'a guess'], 1))).toEqual([
      'ledger/lease-held',
    ])

    const load = startLoad(port)
    const shipped = await run([...remedy.split(' '), 'its machine is gone'], 0)
    expect(await load.stop()).toMatchObject({ failures: 0 })
    expect(shipped).toMatchObject({ result: 'released' })
    await expectWhole(commit)
    const { entries } = await run(['ledger', 'log'], 0)
    expect(JSON.stringify(entries)).toContain(
      `"takesOver":{"reason":"its machine is gone","token":${token},`,
    )
  })
})

/** The wave of the canary waits for traffic that does not come. */
const CANARY_PLACED = 'placed local/a/1'
