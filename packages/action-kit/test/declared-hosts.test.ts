import { execFileSync } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openWorkspace, startEnvironmentFleet, stopEnvironmentFleet } from '@bulkhead/release'
import { GITHUB_TOKEN, type TemporaryDirectory, temporaryDirectory } from '@bulkhead/testkit'
import {
  type StagedProject,
  assembleRelease,
  stageProject,
  startAction,
} from '../src/testing/index.ts'
import { type ClosedNetwork, cannotBeAlone, closedNetwork } from './support/closed-network.ts'

const ACTIONS = [
  'test-suite',
  'signed-commits',
  'release-gate',
  'rolling-deploy',
  'ledger',
] as const
/** Where the fleet listens: in that network nobody else is there. */
const PORT = 18_080

/** GitHub (its API and its storage) and the fleet are the hosts that these actions declare. */
describe.skipIf(cannotBeAlone)('the way of a release, where only declared hosts answer', () => {
  let home: TemporaryDirectory
  let project: StagedProject
  let network: ClosedNetwork
  const entryOf = (name: string) => join(home.path, 'actions', name, 'dist', 'main.mjs')
  beforeAll(async () => {
    home = await temporaryDirectory()
    await assembleRelease(ACTIONS, home.path)
    const directory = join(home.path, 'project')
    project = await stageProject({ directory, testSuite: entryOf('test-suite'), port: PORT })
    network = await closedNetwork(home.path, project)
    await startFleet()
  })
  afterAll(async () => {
    await inWorkspace((workspace) => stopEnvironmentFleet(workspace, 'production'))
    await network[Symbol.asyncDispose]()
    await home[Symbol.asyncDispose]()
  })

  async function inWorkspace(
    work: (workspace: Awaited<ReturnType<typeof openWorkspace>>) => Promise<unknown>,
  ) {
    const workspace = await openWorkspace(project.repository.path)
    try {
      await work(workspace)
    } finally {
      await workspace.repository.close()
    }
  }

  /** The fleet lives in that network too. */
  async function startFleet(): Promise<void> {
    const supervisor = join(home.path, 'supervisor.ts')
    const { genesis, repository } = project
    await writeFile(
      supervisor,
      `import { openWorkspace, runEnvironmentFleet } from ${JSON.stringify(import.meta.resolve('@bulkhead/release'))}
       const workspace = await openWorkspace(${JSON.stringify(repository.path)})
       await runEnvironmentFleet(workspace, ${JSON.stringify({ environment: 'production', genesis })})
       await workspace.repository.close()`,
    )
    const [program = '', ...words] = network.within
    await inWorkspace((workspace) =>
      startEnvironmentFleet(workspace, {
        environment: 'production',
        genesis,
        supervisor: [program, ...words, process.execPath, supervisor],
      }),
    )
  }

  const start = (name: (typeof ACTIONS)[number], inputs: Readonly<Record<string, string>>) =>
    startAction({
      entry: entryOf(name),
      inputs,
      workspace: project.repository.path,
      temp: join(home.path, `temp-${name}`),
      env: project.environment(network.github),
      within: network.within,
    })

  it('ends as it should, step by step', async () => {
    const { genesis, keysFile } = project
    const keyed = { genesis, 'keys-file': keysFile, 'github-token': GITHUB_TOKEN }
    const steps = [
      ['signed-commits', { range: 'HEAD', genesis }, { verdict: 'PASS' }],
      ['release-gate', keyed, { verdict: 'PASS' }],
      ['rolling-deploy', keyed, { result: 'released' }],
      ['ledger', { command: 'verify', genesis }, { verdict: 'VERIFIED', released: project.commit }],
      ['test-suite', { voucher: 'github' }, { outcome: 'passed' }],
    ] as const
    for (const [name, inputs, outputs] of steps) {
      const run = await start(name, inputs)
      expect(run, `${name}\n${run.stdout}`).toMatchObject({ exitCode: 0, stderr: '', outputs })
    }
  })

  it('has asked GitHub as GitHub describes it, and nobody else', async () => {
    const [program = '', ...words] = network.within
    const node = (script: string) =>
      execFileSync(program, [...words, process.execPath, '--eval', script]).toString()
    // Somebody who asks for more is seen: by the name that is looked up, and by the address that is called.
    const fails = '.catch(() => console.log("no answer"))'
    expect(node(`fetch('https://telemetry.example/')${fails}`)).toBe('no answer\n')
    expect(node(`fetch('http://192.0.2.1/')${fails}`)).toBe('no answer\n')
    const { requests, violations, strangers } = await network.end()
    expect(violations).toEqual([])
    expect(new Set(requests.map(({ at }) => at))).toEqual(new Set(['api', 'storage']))
    expect(requests.filter(({ method }) => method === 'POST').length).toBeGreaterThan(2)
    expect(new Set(strangers)).toEqual(new Set(['telemetry.example', '192.0.2.1:80']))
  })
})
