import { makeEdit } from '../world-of-the-story.ts'
import { type Scene, build, check, everywhere, gate, passes, runSuites, ship } from './scene.ts'

/** A good release goes the whole way, and no user notices. */
export const rollingRelease: Scene = {
  title: 'Release 2 passes signatures, suites and gate, and rolls out zone by zone',
  async play(stage) {
    const { repository, people, load } = stage
    const commit = await repository.commit({
      by: people.grace,
      message: await makeEdit(repository, 'improvement'),
    })
    const before = load.count()
    const verified = await stage.run(['verify-commits'])
    const tested = await runSuites(stage)
    const built = await build(stage)
    const gated = await gate(stage)
    const planned = await stage.run(['plan'])
    const attested = await stage.run(['attest', 'verify'])
    const shipped = await ship(stage)
    const after = load.count()
    return [
      passes('the signature check', verified),
      passes('the run of both suites', tested),
      passes('the build', built),
      passes('the gate', gated),
      passes('the plan, with its bake and the reason for it,', planned),
      passes('the attestation', attested),
      passes('the rollout', shipped),
      await everywhere(stage, commit),
      check(
        `${after.failed - before.failed} of ${after.requests - before.requests} requests failed meanwhile; none may`,
        after.failed === before.failed && after.requests > before.requests,
      ),
    ]
  },
}
