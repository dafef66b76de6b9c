import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type TemporaryDirectory, temporaryDirectory } from '@bulkhead/testkit'
import type { CommitId } from '@bulkhead/vocabulary'
import { type Answer, answerOf } from './support/answers.ts'
import { type CommandLine, installBulkhead, processesOf } from './support/command-line.ts'
import { startLoad } from './support/load.ts'
import { serverText } from './support/tiny-app.ts'
import { type TinyProject, adopt, freePort, makeTinyProject } from './support/tiny-project.ts'

/** Fails when a committed file wants it to, or when it is told anything but the two commits. */
const BOTH = `import { readFileSync } from 'node:fs'
const { BULKHEAD_RELEASE, BULKHEAD_PREVIOUS, BULKHEAD_REGION, SECRET } = process.env
if (!BULKHEAD_RELEASE || !BULKHEAD_PREVIOUS || BULKHEAD_REGION !== 'local' || SECRET) process.exit(9)
if (readFileSync('both.txt', 'utf8') !== 'fine') {
  console.error('the old code cannot read ' + BULKHEAD_RELEASE)
  process.exit(1)
}
`

/** Expand and contract, through the command line, over a real repository and a real fleet. */
describe('database migrations', () => {
  let home: TemporaryDirectory
  let bulkhead: CommandLine
  let project: TinyProject
  let root: string
  let load: ReturnType<typeof startLoad>
  let first: CommitId
  beforeAll(async () => {
    home = await temporaryDirectory()
    bulkhead = await installBulkhead(join(home.path, 'bin'))
    const port = await freePort()
    project = await makeTinyProject(join(home.path, 'project'))
    root = project.repository.path
    const environment = [
      "migrations: { paths: ['db/**'], expand: ['db/*.expand.sql'] }",
      'mixed-test: { command: [node, both.mjs], timeout: 20s }',
    ]
    await adopt(project, { port, healthDeadline: '4s', environment })
    await run(['fleet', 'up'], 0)
    first = await release({ 'both.mjs': BOTH, 'both.txt': 'fine' })
    await run(['ship'], 0)
    load = startLoad(port)
  })
  afterAll(async () => {
    const { failures } = await load.stop()
    await bulkhead.run(root, ['fleet', 'down'])
    const left = await processesOf(home.path)
    await home[Symbol.asyncDispose]()
    expect(left).toEqual([])
    expect(failures).toBe(0)
  })

  async function run(args: readonly string[], code: number): Promise<Answer> {
    const env = { SECRET: 'of the deploy' }
    const answer = answerOf(await bulkhead.run(root, [...args, '--json'], { env }))
    expect(answer.exitCode, JSON.stringify(answer.findings)).toBe(code)
    return answer
  }

  let number = 0
  /** A commit that may ship, with these files. */
  async function release(
    files: Readonly<Record<string, string>>,
    health: 200 | 503 = 200,
  ): Promise<CommitId> {
    const message = `release ${(number += 1)}`
    const commit = await project.repository.commit({
      by: project.ada,
      message,
      files: { 'server.mjs': `// ${message}\n${serverText(health)}`, ...files },
    })
    await Promise.all([run(['test'], 0), run(['build'], 0)])
    await run(['gate'], 0)
    return commit
  }

  const codes = ({ findings }: Answer) => findings.map(({ code }) => code)
  const planned = async () => (await bulkhead.run(root, ['plan'])).stdout

  it('one that expands is tested side by side, ships, and can be taken back (failure 44)', async () => {
    await release({ 'db/1.expand.sql': 'alter table tenant add plan text;' })
    expect(await planned()).not.toContain('no way back')
    expect(await planned()).toContain('node both.mjs')
    await run(['ship'], 0)
    expect(await run(['rollback'], 0)).toMatchObject({ result: 'released', commit: first })
  })

  it('one whose test fails beside the old release is taken back, in the words of the test', async () => {
    await release({ 'both.txt': 'broken' })
    const answer = await run(['ship'], 1)
    expect(answer).toMatchObject({ result: 'rolled-back' })
    expect(answer.findings).toMatchObject([
      {
        code: 'rollout/mixed-test-failed',
        message: expect.stringContaining('ended with exit code 1: the old code cannot read'),
      },
    ])
  })

  it('one that contracts says upfront that there is no way back, and is held when it is bad (failure 43)', async () => {
    const bad = await release(
      { 'both.txt': 'fine', 'db/2.sql': 'alter table tenant drop plan;' },
      503,
    )
    expect(await planned()).toContain(
      'roll forward only: the release before cannot live with db/2.sql',
    )
    const { plan } = await run(['plan'], 0)
    expect(plan).toMatchObject({ regions: [{ contracts: ['db/2.sql'] }] })
    const answer = await run(['ship'], 1)
    expect(answer).toMatchObject({ result: 'paused' })
    expect(codes(answer).toSorted()).toEqual(['rollout/forward-only', 'rollout/unit-not-healthy'])
    const { ledger } = await run(['status'], 0)
    expect(ledger).toMatchObject({
      lease: null,
      unfinished: [{ commit: bad, direction: 'forward' }],
    })
    const aborted = await run(['abort', '--reason', 'it is bad'], 1)
    expect(codes(aborted)).toEqual(['rollout/forward-only'])
    expect(codes(await run(['plan', '--commit', first], 1))).toEqual(['rollout/forward-only'])
  })

  it('the next release goes straight over it; after that `rollback` goes no further', async () => {
    const mended = await release({})
    expect(await run(['ship'], 0)).toMatchObject({ result: 'released' })
    const back = await run(['rollback', '--to', first], 1)
    expect(codes(back)).toEqual(['rollout/forward-only'])
    expect(back.findings[0]?.remedy).toContain(mended)
    await run(['ledger', 'verify'], 0)
  })
})
