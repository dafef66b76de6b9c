import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type TemporaryDirectory, temporaryDirectory } from '@bulkhead/testkit'
import type { CommitId } from '@bulkhead/vocabulary'
import { type Answer, answerOf } from './support/answers.ts'
import { type CommandLine, installBulkhead, processesOf } from './support/command-line.ts'
import { startLoad } from './support/load.ts'
import { serverText } from './support/tiny-app.ts'
import { type TinyProject, adopt, freePort, makeTinyProject } from './support/tiny-project.ts'

/** Two units in each of three zones, one of them required, and users who never pause. */
describe('maintenance of one zone', () => {
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
    await adopt(project, { port, unitsPerZone: 2, required: 1 })
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

  const text = async (...args: readonly string[]): Promise<string> =>
    (await bulkhead.run(root, args)).stdout

  /** The units of a zone, as they say it. */
  const unitsOf = async (zone: string) => {
    const { fleet } = (await run(['status'], 0)) as unknown as {
      readonly fleet: {
        readonly units: readonly { zone: string; version: string; health: string }[]
      }
    }
    return fleet.units.filter((unit) => unit.zone === zone)
  }

  it('is refused for a zone that there is not', async () => {
    expect(await run(['zone', 'shift', 'x', '--reason', 'why not'], 2)).toMatchObject({
      findings: [{ code: 'usage/invalid-option', subject: 'x' }],
    })
    const { ledger } = await run(['status'], 0)
    expect(ledger).toMatchObject({ shifted: [] })
  })

  it('shifts the traffic away, on record with person and reason', async () => {
    expect(await run(['zone', 'shift', 'c', '--reason', 'racks are moved'], 0)).toMatchObject({
      result: 'shifted',
      zone: { region: 'local', zone: 'c' },
    })
    expect(await text('status')).toMatch(
      /zone local\/c: shifted away by git:[0-9a-f]{16} since .*: racks are moved: bulkhead zone restore local\/c/,
    )
    expect(await text('status')).toContain('zone local/c: 2 of 2 healthy, running ')
    expect(await text('status')).toContain('; gets no traffic: shifted away')
    expect(await text('ledger', 'log')).toContain('zone.shifted')
  })

  it('deploys meanwhile by a plan around it, and places the zone last', async () => {
    const commit = await release('second')
    const plan = await text('plan')
    expect(plan).toMatch(
      /maintenance: the traffic of local\/c is shifted away \(by git:[0-9a-f]{16}: racks are moved\); it counts as gone/,
    )
    expect(await run(['ship'], 0)).toMatchObject({ result: 'released' })
    const units = await unitsOf('c')
    expect(units.map(({ version, health }) => [version, health])).toEqual([
      [commit, 'healthy'],
      [commit, 'healthy'],
    ])
    expect(await text('status')).toContain('; gets no traffic: shifted away')
  })

  it('refuses a second shift that would leave too little, and a plan that it stands in the way of', async () => {
    await run(['zone', 'shift', 'b', '--reason', 'more racks'], 0)
    expect(await run(['zone', 'shift', 'a', '--reason', 'all racks'], 1)).toMatchObject({
      result: 'refused',
      findings: [
        {
          code: 'rollout/no-capacity',
          subject: 'local/a',
          message: 'without local/a: 2 − 2 = 0 healthy, 1 required',
        },
      ],
    })
    await release('third')
    expect(await run(['plan'], 1)).toMatchObject({
      findings: [{ code: 'rollout/zone-shifted', subject: 'local/a' }],
    })
    await run(['zone', 'restore', 'b'], 0)
  })

  it('restores the zone, and no user has noticed any of it', async () => {
    expect(await run(['zone', 'restore', 'local/c'], 0)).toMatchObject({ result: 'restored' })
    const { ledger, fleet } = await run(['status'], 0)
    expect(ledger).toMatchObject({ shifted: [], leases: [] })
    expect(fleet).toMatchObject({ shifted: [] })
    expect(await run(['ship'], 0)).toMatchObject({ result: 'released' })
    const { requests, failures } = await load.stop()
    expect(failures).toBe(0)
    expect(requests).toBeGreaterThan(100)
  })
})
