import { environmentTarget, findTrustedBase, openWorkspace } from '@bulkhead/release'
import type { Plan, ShippedRelease, Stage, Target } from '@bulkhead/rollout'
import { fencingToken } from '@bulkhead/vocabulary'

const ENVIRONMENT = 'production'
const PASSES = 4

/**
 * The bare limit of a fleet: its processes replaced batch after batch, each as large as the zone law
 * lets a batch be, without plan, bake, journal or ledger between them.
 * @returns seconds that one pass over the whole fleet takes
 */
export async function restartBarely(
  root: string,
  { regions }: Pick<Plan, 'regions'>,
): Promise<number> {
  const workspace = await openWorkspace(root)
  try {
    const { ledger } = await findTrustedBase(workspace, ENVIRONMENT)
    const target = await environmentTarget(workspace, ENVIRONMENT)
    const releases = ledger.state.good
      .slice(-2)
      .flatMap(({ commit, artifacts: [first] }) =>
        first === undefined ? [] : [{ commit, artifact: first.digest }],
      )
    const stages = regions.flatMap(({ waves }) => waves.flatMap((wave) => wave.stages))
    const token = fencingToken(ledger.size + 1_000)
    const from = performance.now()
    for (let pass = 0; pass < PASSES; pass += 1) {
      const release = releases[pass % releases.length]
      if (release === undefined) throw new Error('nothing was released')
      for (const stage of stages.flatMap(batchesOf))
        await replace(target, { stage, release, token })
    }
    return (performance.now() - from) / 1_000 / PASSES
  } finally {
    await workspace.repository.close()
  }
}

const batchesOf = (stage: Stage): readonly Stage[] =>
  Array.from({ length: Math.ceil(stage.units.length / stage.maxOut) }, (_, at) => ({
    ...stage,
    units: stage.units.slice(at * stage.maxOut, (at + 1) * stage.maxOut),
  }))

interface Replacing {
  readonly stage: Stage
  readonly release: ShippedRelease
  readonly token: ReturnType<typeof fencingToken>
}

async function replace(target: Target, { stage, release, token }: Replacing): Promise<void> {
  const { signal } = new AbortController()
  const outcome = await target.apply(stage, release, { token, signal })
  if (outcome.kind !== 'applied') throw new Error(`a batch was not applied: ${outcome.kind}`)
}
