import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { assembleRelease } from '@bulkhead/action-kit/testing'
import {
  approveHotfix,
  declareHotfix,
  environmentTarget,
  findAgreement,
  findTrustedBase,
  openWorkspace,
  parseKeyring,
} from '@bulkhead/release'
import { type TemporaryDirectory, temporaryDirectory } from '@bulkhead/testkit'
import { isAbsent, runWorkflow } from '../../../packages/action-kit/test/support/real-runner.ts'
import {
  ENVIRONMENT,
  type HotfixProject,
  TIM,
  makeHotfixProject,
} from './support/hotfix-project.ts'

const EXAMPLE = join(
  dirname(fileURLToPath(import.meta.url)),
  '../../../docs/workflows/hotfix-one-machine.yml',
)
const SECRETS = { HOTFIX_ADVISORY: 'GHSA-canary-advisory', HOTFIX_REASON: 'a canary reason' }

/** The form of one machine by `act`, on this machine and without a network. */
describe.skipIf(isAbsent)('the form of the hotfix lane, run by a real runner', () => {
  let home: TemporaryDirectory
  let lane: HotfixProject
  let release: string
  beforeAll(async () => {
    home = await temporaryDirectory()
    release = join(home.path, 'release')
    await assembleRelease(['hotfix'], release)
    lane = await makeHotfixProject(home)
  }, 180_000)
  afterAll(async () => {
    await lane[Symbol.asyncDispose]()
    await home[Symbol.asyncDispose]()
  })

  let count = 0
  async function run(inputs: Readonly<Record<string, string>>) {
    const temp = join(home.path, `run-${(count += 1)}`)
    await mkdir(temp)
    const text = (await readFile(EXAMPLE, 'utf8'))
      // The runner works in a copy of the checkout; the fleet and the ledger are where they are.
      .replace(
        '/etc/bulkhead/keys.pem',
        `${lane.project.keysFile}\n          working-directory: "${lane.project.repository.path}"`,
      )
      .replace(/genesis: "0{40}"/, `genesis: "${lane.genesis}"`)
    const workflow = join(temp, 'workflow.yml')
    await writeFile(workflow, text)
    const end = await runWorkflow({
      workflow,
      workspace: lane.project.repository.path,
      release,
      temp,
      secrets: SECRETS,
      event: { name: 'workflow_dispatch', payload: { inputs } },
    })
    return { job: end.jobs['hotfix'], summary: end.summaries.join('\n') }
  }

  it('shows that no hotfix is open', async () => {
    const { job } = await run({ command: 'status' })
    expect(job, job?.log).toMatchObject({
      result: 'success',
      annotations: [],
      outputs: { result: 'none' },
    })
  })

  it('declares one, and hides what it fixes', async () => {
    await declareHere()
    const { job } = await run({ command: 'declare', commit: lane.fix, severity: 'critical' })
    expect(job, job?.log).toMatchObject({ result: 'success', outputs: { result: 'declared' } })
    expect(job?.log).toContain('hotfix: DECLARED: hotfix')
    for (const secret of Object.values(SECRETS))
      expect(`${job?.log} ${JSON.stringify(job?.outputs)}`).not.toContain(secret)
  })

  it('refuses to ship what nobody has agreed to, and says who must do what', async () => {
    const { job, summary } = await run({ command: 'ship' })
    expect(job, `${job?.log}${job?.annotations.join()}`).toMatchObject({
      result: 'failure',
      outputs: { result: 'refused' },
    })
    expect(job?.annotations.join('\n')).toContain('title=hotfix/')
    expect(summary).toContain('<h2>⛔ bulkhead hotfix</h2>')
    expect(summary).toContain('bulkhead hotfix approve')
  })

  it('ships when two people have agreed by key', async () => {
    await agreeByKey()
    const { job } = await run({ command: 'ship' })
    expect(job, job?.log).toMatchObject({ result: 'success', outputs: { result: 'released' } })
    expect(job?.log).toContain('hotfix: RELEASED: the fix is everywhere')
    expect((await run({ command: 'close' })).job).toMatchObject({
      result: 'failure',
      outputs: { result: 'owed' },
    })
  })

  /** As Tim: this runner names no account that the trusted ref could know. The form goes on from there. */
  async function declareHere(): Promise<void> {
    const workspace = await openWorkspace(lane.project.repository.path)
    try {
      const { keysFile } = lane.project
      await declareHotfix(workspace, {
        environment: ENVIRONMENT,
        genesis: lane.genesis,
        keyring: parseKeyring(await readFile(keysFile, 'utf8'), keysFile),
        actors: [{ provider: 'github', id: String(TIM.id), role: 'release-manager' }],
        commit: lane.fix,
        severity: 'critical',
        facts: { salt: '5a'.repeat(32), advisory: 'SEC-42', reason: 'tenants see each other' },
        embargo: true,
      })
    } finally {
      await workspace.repository.close()
    }
  }

  /** What Bob and Eve type on machines of their own, and whoever ships takes over. */
  async function agreeByKey(): Promise<void> {
    const workspace = await openWorkspace(lane.project.repository.path)
    try {
      const about = { environment: ENVIRONMENT, genesis: lane.genesis }
      const target = await environmentTarget(workspace, ENVIRONMENT, lane.genesis)
      const asked = await findAgreement(workspace, about, target)
      if (asked.kind !== 'asked') throw new Error(asked.kind)
      const base = await findTrustedBase(workspace, ENVIRONMENT, lane.genesis)
      const { plan, subject } = asked.agreement
      for (const { keyFile: key } of [lane.bob, lane.eve])
        await approveHotfix(workspace, {
          base,
          environment: ENVIRONMENT,
          hotfix: subject.hotfix,
          plan,
          reason: 'read it, tried it',
          key,
        })
    } finally {
      await workspace.repository.close()
    }
  }
})
