import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { ShippedRelease, Stage } from '@bulkhead/rollout'
import type { FencingToken } from '@bulkhead/vocabulary'
import { systemClock } from '@bulkhead/world'
import { describe, expect, it } from 'vitest'
import {
  type CheckResult,
  type HaproxySpec,
  type KillableApply,
  checkTarget,
} from '../src/index.ts'
import { makeArtifact, makeFleet } from './fleet-bed.ts'
import { haproxyIsInstalled, makeHaproxyBed } from './haproxy-bed.ts'
import { ask } from './load.ts'

const failed = (results: readonly CheckResult[]) => results.filter((one) => one.kind === 'failed')
const skipped = (results: readonly CheckResult[]) =>
  results.filter((one) => one.kind === 'skipped').map((one) => one.name)

const common = { firstToken: 10, clock: systemClock, patience: 15_000 }
const user = (url: string) => async () => {
  const { status } = await ask(`${url}/slow/5`)
  if (status !== 200) throw new Error(`answered ${status}`)
}

// Every unit is replaced a dozen times: what a busy machine takes for that is no finding.
describe('the conformance suite', { timeout: 240_000 }, () => {
  it('passes the local fleet', async () => {
    const regions = { 'eu-1': { a: 1, b: 2 }, 'us-1': { a: 1 } }
    await using fleet = await makeFleet({ regions, surge: 2 }, true)
    const { target, url, state, path } = fleet
    const releases = [await makeArtifact(path, 1), await makeArtifact(path, 2)] as const
    const beginApply = beginning({ directory: state })
    const results = await checkTarget({
      ...common,
      target,
      releases,
      beginApply,
      request: user(url),
    })
    expect(failed(results)).toEqual([])
    expect(skipped(results)).toEqual([])
  })

  it.skipIf(!haproxyIsInstalled)('passes units behind two HAProxies', async () => {
    const regions = { 'eu-1': { a: 1, b: 2 }, 'us-1': { a: 1 } }
    await using bed = await makeHaproxyBed({ regions, proxies: 2, spares: 1 })
    const { target, url, state, spec } = bed
    const releases = [await bed.artifact(1), await bed.artifact(2)] as const
    const beginApply = beginning({ haproxy: spec, directory: state })
    const results = await checkTarget({
      ...common,
      target,
      releases,
      beginApply,
      request: user(url),
    })
    expect(failed(results)).toEqual([])
    expect(skipped(results)).toEqual([])
  })
})

/** An apply in a process of its own, by the target that `where` names. */
const beginning =
  (where: { readonly haproxy?: HaproxySpec; readonly directory: string }) =>
  (stage: Stage, release: ShippedRelease, token: FencingToken): Promise<KillableApply> => {
    const entry = fileURLToPath(new URL('fixtures/apply-process.ts', import.meta.url))
    const asked = JSON.stringify({ ...where, stage, release, token })
    const child = spawn(process.execPath, [entry, asked], { stdio: 'ignore' })
    const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()))
    return Promise.resolve({
      async kill() {
        child.kill('SIGKILL')
        await gone
      },
    })
  }
