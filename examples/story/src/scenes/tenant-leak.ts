import { makeEdit } from '../world-of-the-story.ts'
import { type Scene, blocks, build, everywhere, gate, runSuites, ship } from './scene.ts'

/** One dropped line shows every tenant's invoices to everybody. */
export const tenantLeak: Scene = {
  title: 'A commit drops a tenant filter: an isolation test fails, and nothing is deployed',
  async play(stage) {
    const { repository, people } = stage
    const deployed = (await repository.git('rev-parse', 'HEAD')).trim()
    await repository.commit({
      by: people.ada,
      message: await makeEdit(repository, 'dropped-filter'),
    })
    const tested = await runSuites(stage)
    await build(stage)
    const gated = await gate(stage)
    const shipped = await ship(stage)
    const checks = [
      blocks('the test run', tested, 'gate/exit-code'),
      blocks('the gate', gated, 'gate/failed-test'),
      blocks('the deploy step', shipped, 'attest/not-passed'),
      await everywhere(stage, deployed),
    ]
    await repository.git('reset', '--quiet', '--hard', deployed)
    return checks
  },
}
