import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type TemporaryDirectory, temporaryDirectory } from '@bulkhead/testkit'
import type { CommitId } from '@bulkhead/vocabulary'
import { type Answer, answerOf } from './support/answers.ts'
import { type CommandLine, installBulkhead, processesOf } from './support/command-line.ts'
import { startLoad } from './support/load.ts'
import { MortalGit } from './support/mortal-git.ts'
import { serverText } from './support/tiny-app.ts'
import { type TinyProject, adopt, freePort, makeTinyProject } from './support/tiny-project.ts'

/** A queue in front of one fleet: several releases are judged while others are on their way. */
describe('releases in a queue', () => {
  let home: TemporaryDirectory
  let bulkhead: CommandLine
  let project: TinyProject
  let root: string
  let load: ReturnType<typeof startLoad>
  beforeAll(async () => {
    home = await temporaryDirectory()
    bulkhead = await installBulkhead(join(home.path, 'bin'))
    const port = await freePort()
    project = await makeTinyProject(join(home.path, 'project'))
    root = project.repository.path
    await adopt(project, { port, healthDeadline: '4s' })
    await run(['fleet', 'up'], 0)
    load = startLoad(port)
    await release('first')
    await run(['ship'], 0)
  })
  afterAll(async () => {
    await load.stop()
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
  async function release(message: string, health: 200 | 503 = 200): Promise<CommitId> {
    const files = { 'server.mjs': `// ${message.split('\n')[0]}\n${serverText(health)}` }
    const commit = await project.repository.commit({ by: project.ada, message, files })
    await Promise.all([run(['test'], 0), run(['build'], 0)])
    await run(['gate'], 0)
    return commit
  }

  const shipNext = (code = 0) => run(['ship', '--queued'], code)

  it('refuses to let wait what has no verdict', async () => {
    const commit = await project.repository.commit({
      by: project.ada,
      message: 'Unjudged',
      files: { note: '1' },
    })
    const { findings } = await run(['queue', 'add', commit], 2)
    expect(findings).toMatchObject([{ code: 'usage/invalid-option', subject: commit }])
  })

  it('ship together, the newest with all that it contains', async () => {
    const [one, two] = [await release('one'), await release('two')]
    await run(['queue', 'add', one], 0)
    await run(['queue', 'add', two], 0)
    expect(await run(['queue', 'list'], 0)).toMatchObject({
      next: { kind: 'ship', head: { commit: two }, why: 'the newest of 2 that wait' },
    })
    expect(await shipNext()).toMatchObject({
      result: 'released',
      commit: two,
      carries: [one, two],
    })
    expect(await shipNext()).toMatchObject({ result: 'idle' })
  })

  it('ship one by one where one is pinned, and are not judged again for what shipped meanwhile', async () => {
    const [three, four] = [await release('three'), await release('four')]
    await run(['queue', 'add', three, '--pin'], 0)
    await run(['queue', 'add', four], 0)
    expect(await shipNext()).toMatchObject({ result: 'released', commit: three })
    expect(await shipNext()).toMatchObject({ result: 'released', commit: four })
    await run(['ledger', 'verify'], 0)
  })

  it('one that is paused and resumed by hand leaves the queue by itself', async () => {
    const five = await release('five')
    await run(['queue', 'add', five], 0)
    const ship = bulkhead.start(root, ['ship', '--queued', '--json'])
    await ship.until('placed local/a/1')
    ship.child.kill('SIGINT')
    expect(answerOf(await ship.ended)).toMatchObject({ result: 'paused' })
    const taken = { trains: [{ head: { commit: five } }] }
    expect(await run(['status'], 0)).toMatchObject({ ledger: { queue: taken } })
    const resumed = await run(['resume'], 0)
    expect(resumed).toMatchObject({ result: 'released', commit: five, rollout: expect.any(Number) })
    const empty = { trains: [], waiting: [] }
    expect(await run(['status'], 0)).toMatchObject({ ledger: { queue: empty } })
    expect(await shipNext()).toMatchObject({ result: 'idle' })
  })

  /** What the record says since then of what was taken, and how it ended. */
  async function trainsSince(index: number): Promise<readonly string[]> {
    const { entries } = await run(['ledger', 'log'], 0)
    return (entries as readonly LoggedEntry[])
      .filter((entry) => entry.index > index && /^queue\.(taken|settled)$/.test(entry.kind))
      .map(({ kind, data }) => (kind === 'queue.taken' ? 'taken' : String(data.result)))
  }
  interface LoggedEntry {
    readonly index: number
    readonly kind: string
    readonly data: { readonly result?: unknown }
  }

  it('what is taken by a process that dies before it begins is gone on with, not given up', async () => {
    const commit = await release('taken')
    const { item } = await run(['queue', 'add', commit], 0)
    const git = await MortalGit.make(join(home.path, 'mortal'))
    const env = git.dying('after')
    expect((await bulkhead.run(root, ['ship', '--queued', '--json'], { env })).code).toBeNull()
    expect(await shipNext()).toMatchObject({ result: 'released', commit })
    expect(await trainsSince(Number(item))).toEqual(['taken', 'released'])
  })

  it('two processes that ask at once ship it once, and neither gives up what the other holds', async () => {
    const commit = await release('at once')
    const { item } = await run(['queue', 'add', commit], 0)
    const ask = () => bulkhead.run(root, ['ship', '--queued', '--json'])
    const answers = (await Promise.all([ask(), ask()])).map(answerOf)
    expect(answers.map(({ result }) => result)).toContain('released')
    for (const { exitCode, findings } of answers)
      expect(findings.map(({ code }) => code)).toEqual(exitCode === 0 ? [] : ['ledger/lease-held'])
    expect(await trainsSince(Number(item))).toEqual(['taken', 'released'])
    await run(['ledger', 'verify'], 0)
  })

  it('the same release told twice, and an older one told later, change nothing (failure 54)', async () => {
    const [older, newer] = [await release('older'), await release('newer')]
    const first = await run(['queue', 'add', newer], 0)
    expect(await run(['queue', 'add', newer], 0)).toMatchObject({ item: first['item'] })
    await run(['queue', 'add', older], 0)
    expect(await shipNext()).toMatchObject({ commit: newer, carries: [older, newer] })
    // The message about the older one comes once more, after the newer one is out.
    const again = await run(['queue', 'add', older], 0)
    expect(again).toMatchObject({ item: null })
    expect(await shipNext()).toMatchObject({ result: 'idle' })
    expect(await run(['status'], 0)).toMatchObject({ ledger: { released: { commit: newer } } })
  })

  it('a bad one is taken back, and what contains it is held until it is let in again', async () => {
    const bad = await release('bad', 503)
    await run(['queue', 'add', bad], 0)
    expect(await shipNext(1)).toMatchObject({ result: 'rolled-back', commit: bad })
    const after = await release('after', 503)
    await run(['queue', 'add', after], 0)
    const held = await shipNext(1)
    expect(held.findings).toMatchObject([{ code: 'rollout/contains-culprit', subject: after }])
    expect(await run(['status'], 0)).toMatchObject({
      ledger: { queue: { waiting: [{ commit: after }], ejected: [{ commit: bad }] } },
      next: { kind: 'held' },
    })
    await run(['queue', 'remove', bad, '--reason', 'the fault was elsewhere'], 0)
    expect(await run(['queue', 'list'], 0)).toMatchObject({ next: { kind: 'ship' } })
    await run(['ledger', 'verify'], 0)
  })

  it('what reverts the bad one is not held', async () => {
    await run(['queue', 'remove', 'HEAD', '--reason', 'withdrawn'], 0)
    const bad = await release('bad again', 503)
    await run(['queue', 'add', bad], 0)
    await shipNext(1)
    const mended = await release(`Revert "bad again"\n\nThis reverts commit ${bad}.`)
    await run(['queue', 'add', mended], 0)
    expect(await shipNext()).toMatchObject({ result: 'released', commit: mended })
  })
})
