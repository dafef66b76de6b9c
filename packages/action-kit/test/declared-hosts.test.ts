import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { GITHUB_TOKEN, type TemporaryDirectory, temporaryDirectory } from '@bulkhead/testkit'
import {
  type StagedProject,
  assembleRelease,
  stageProject,
  startAction,
  startFleet,
} from '../src/testing/index.ts'
import { type ClosedNetwork, cannotBeAlone, closedNetwork } from './support/closed-network.ts'

const ACTIONS = [
  'test-suite',
  'signed-commits',
  'release-gate',
  'rolling-deploy',
  'hotfix',
  'ledger',
] as const
/** A hotfix whose issue is opened, and whose approvals are asked for. */
const FIX = { command: 'declare', severity: 'low', advisory: 'SEC-42', reason: 'a hole' } as const
/** Where the fleet listens: in that network nobody else is there. */
const PORT = 18_080

/** GitHub (its API and its storage) and the fleet are the hosts that these actions declare. */
describe.skipIf(cannotBeAlone)('the way of a release, where only declared hosts answer', () => {
  let home: TemporaryDirectory
  let project: StagedProject
  let network: ClosedNetwork
  let fleet: AsyncDisposable
  const entryOf = (name: string) => join(home.path, 'actions', name, 'dist', 'main.mjs')
  beforeAll(async () => {
    home = await temporaryDirectory()
    await assembleRelease(ACTIONS, home.path)
    const directory = join(home.path, 'project')
    project = await stageProject({ directory, testSuite: entryOf('test-suite'), port: PORT })
    network = await closedNetwork(home.path, project)
    fleet = await startFleet(project, home.path, network.within)
  })
  afterAll(async () => {
    await fleet[Symbol.asyncDispose]()
    await network[Symbol.asyncDispose]()
    await home[Symbol.asyncDispose]()
  })

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
      ['hotfix', { ...keyed, ...FIX, commit: project.commit }, { result: 'declared' }],
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
