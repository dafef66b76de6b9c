import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { temporaryDirectory } from '@bulkhead/testkit'
import { type FencingToken, WorldError } from '@bulkhead/vocabulary'
import { expect, it } from 'vitest'
import { type TinyProject, adopt, makeTinyProject } from '../../cli/test/support/tiny-project.ts'
import {
  type ShipRequest,
  type Workspace,
  buildRelease,
  findTrustedBase,
  gateRelease,
  keysDirectory,
  openWorkspace,
  parseKeyring,
  runSuites,
  shipRelease,
  workingPolicy,
} from '../src/index.ts'
import { writeLedger } from '../src/ledger-access.ts'

const environment = 'production'
const actors = [{ provider: 'git', id: 'ada', role: 'deployer' }] as const
const quiet = { onOutput: () => undefined, signal: new AbortController().signal }

async function keyringOf({ repository }: Workspace) {
  const files = ['voucher', 'builder', 'gate', 'ledger'].map((role) =>
    readFile(join(keysDirectory(repository), `${role}.pem`), 'utf8'),
  )
  return parseKeyring((await Promise.all(files)).join(''), 'keys')
}

/** A commit with a PASS against what is released now. */
async function passGate(project: TinyProject, workspace: Workspace, message: string) {
  const commit = await project.repository.commit({ by: project.ada, message })
  const keyring = await keyringOf(workspace)
  const policy = await workingPolicy(workspace)
  const vouching = { kind: 'local', keyring } as const
  await runSuites(workspace, { policy, suites: [], vouching, ...quiet })
  await buildRelease(workspace, { policy, keyring, ...quiet })
  const { verdict } = await gateRelease(workspace, { environment, commit, keyring, actors })
  expect(verdict.outcome).toBe('PASS')
  return { commit, artifacts: verdict.bindings.artifacts }
}

/** What another deployer puts on record who released meanwhile and is done. */
async function releaseMeanwhile(
  workspace: Workspace,
  release: Awaited<ReturnType<typeof passGate>>,
): Promise<void> {
  const base = await findTrustedBase(workspace, environment)
  const address = { ...base, environment, policy: base.ledgerPolicy }
  const ledger = await writeLedger(workspace, address, await keyringOf(workspace), actors)
  const outcome = await ledger.acquireLease({ region: 'local', actors })
  if (outcome.kind === 'refused') throw new TypeError('nobody else holds it')
  const { token: fence } = outcome.lease
  const { attestations } = base.ledger.state.verdicts[release.commit] ?? {}
  const attestation = attestations?.at(-1)
  await ledger.append([
    { kind: 'deploy.started', release, fence, actors, data: { attestation } },
    { kind: 'deploy.finished', release, fence, actors, data: { result: 'released' } },
  ])
  await outcome.lease.release()
}

const reached = new WorldError({
  code: 'rollout/target-failed',
  subject: 'the fleet',
  message: 'was reached',
  remedy: 'none: this is as far as the test goes',
})

/** A fleet that says no more than that somebody wanted to act on it. */
function fleetThatRefuses(tokens: FencingToken[]): ShipRequest['target'] {
  const fail = () => Promise.reject(reached)
  return {
    topology: fail,
    observe: fail,
    apply: fail,
    drain: fail,
    restore: fail,
    surge: fail,
    shift: fail,
    holds: fail,
    stage: (_, { token }) => {
      tokens.push(token)
      return fail()
    },
  }
}

it('a ship that another one overtook between its look and its lease touches nothing', async () => {
  await using home = await temporaryDirectory()
  const project = await makeTinyProject(home.path)
  await adopt(project, { port: 1 })
  const workspace = await openWorkspace(project.repository.path)
  try {
    const older = await passGate(project, workspace, 'Older')
    const newer = await passGate(project, workspace, 'Newer')
    const tokens: FencingToken[] = []
    const ship = async (during: Workspace) =>
      shipRelease(during, {
        environment,
        commit: older.commit,
        keyring: await keyringOf(workspace),
        actors,
        target: fleetThatRefuses(tokens),
        signal: quiet.signal,
        onProgress: () => undefined,
      })
    await expect(ship(workspace)).rejects.toBe(reached)
    expect(tokens).toHaveLength(1)

    const pending = [newer]
    const treeOf: Workspace['repository']['treeOf'] = async (commit) => {
      for (const release of pending.splice(0)) await releaseMeanwhile(workspace, release)
      return workspace.repository.treeOf(commit)
    }
    const repository = { ...workspace.repository, treeOf }
    const { result, findings } = await ship({ ...workspace, repository })
    expect([result, findings.map(({ code }) => code)]).toEqual(['refused', ['attest/wrong-base']])
    expect(tokens).toHaveLength(1)
    const { state } = (await findTrustedBase(workspace, environment)).ledger
    expect([state.released?.commit, state.lease]).toEqual([newer.commit, null])
  } finally {
    await workspace.repository.close()
  }
})

it('a fleet that names no unit runs nothing, whatever is on record as released', async () => {
  await using home = await temporaryDirectory()
  const project = await makeTinyProject(home.path)
  await adopt(project, { port: 1 })
  const workspace = await openWorkspace(project.repository.path)
  try {
    const release = await passGate(project, workspace, 'Released')
    await releaseMeanwhile(workspace, release)
    const tokens: FencingToken[] = []
    const target = {
      ...fleetThatRefuses(tokens),
      observe: () => Promise.resolve({ units: [], traffic: [] }),
    }
    const shipped = shipRelease(workspace, {
      environment,
      commit: release.commit,
      keyring: await keyringOf(workspace),
      actors,
      target,
      signal: quiet.signal,
      onProgress: () => undefined,
    })
    await expect(shipped).rejects.toBe(reached)
  } finally {
    await workspace.repository.close()
  }
})
