import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type TemporaryDirectory, temporaryDirectory } from '@bulkhead/testkit'
import type { CommitId } from '@bulkhead/vocabulary'
import { type Answer, answerOf } from './support/answers.ts'
import { type CommandLine, installBulkhead, processesOf } from './support/command-line.ts'
import { startLoad } from './support/load.ts'
import { serverText } from './support/tiny-app.ts'
import { type TinyProject, adopt, freePort, makeTinyProject } from './support/tiny-project.ts'

/** Two units in each of three zones, and all that two zones have is required. */
describe('a fleet whose sums allow nothing without surge', () => {
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
    await adopt(project, { port, unitsPerZone: 2, required: 4, surge: 1 })
    await run(['fleet', 'up'], 0)
    await release('first')
    await run(['ship'], 0)
    load = startLoad(port)
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
  async function release(message: string): Promise<CommitId> {
    const files = { 'server.mjs': `// ${message}\n${serverText(200)}` }
    const commit = await project.repository.commit({ by: project.ada, message, files })
    await Promise.all([run(['test'], 0), run(['build'], 0)])
    await run(['gate'], 0)
    return commit
  }

  interface Status {
    readonly ledger: { readonly leases: readonly { readonly token: number }[] }
    readonly fleet: { readonly units: readonly { version: string; surplus?: true }[] }
  }
  const status = async () => (await run(['status'], 0)) as unknown as Status

  it('is planned with it, and the plan says why', async () => {
    await release('second')
    const { stdout } = await bulkhead.run(root, ['plan'])
    expect(stdout).toMatch(
      /local\/a +2\/2 +1 +\+1 +surge of 1: without local\/b: 7 − 2 = 5 healthy, minus 4 required leaves 1/,
    )
  })

  it('is deployed with it: shown while it is there, and taken away', async () => {
    const ended = await bulkhead.run(root, ['ship'])
    expect(ended.code).toBe(0)
    expect(ended.stderr).toContain('surge    local/a: 1 units beyond its own, because without')
    expect(ended.stderr).toContain('surge    local/c: no unit beyond its own any more')
    expect((await status()).fleet.units).toHaveLength(6)
  })

  it('has nothing left of it when the process that ships is killed, and another resumes', async () => {
    const commit = await release('third')
    const shipping = bulkhead.start(root, ['ship'])
    await shipping.until('local/b: 1 units beyond its own')
    shipping.child.kill('SIGKILL')
    await shipping.ended
    const { ledger, fleet } = await status()
    expect(fleet.units.filter(({ surplus }) => surplus)).toHaveLength(1)
    const [lease] = ledger.leases
    await run(
      ['resume', '--break-lease', String(lease?.token), '--reason', 'its machine is gone'],
      0,
    )
    const after = await status()
    expect(after.fleet.units).toHaveLength(6)
    expect(after.fleet.units.every(({ version }) => version === commit)).toBe(true)
  })

  it('and no user has noticed any of it', async () => {
    const { requests, failures } = await load.stop()
    expect(failures).toBe(0)
    expect(requests).toBeGreaterThan(100)
  })
})
