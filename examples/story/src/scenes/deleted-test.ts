import { type Scene, blocks, check, everywhere, gate, runSuites, ship } from './scene.ts'
import { editFile } from '../world-of-the-story.ts'
import { deleteReportTests } from './delete-report-tests.ts'

/** The leak again; this time the author deletes the test that caught it, from suite and inventory. */
export const deletedTest: Scene = {
  title: 'Somebody deletes the failing isolation test instead: the inventory notices',
  async play(stage) {
    const { repository, people } = stage
    const deployed = (await repository.git('rev-parse', 'HEAD')).trim()
    await editFile(repository, 'src/invoice-report.ts', '    where tenant_id = ${caller.tenantId}\n', '')
    const removed = await deleteReportTests(repository)
    await repository.commit({ by: people.ada, message: 'Remove a test that got in the way' })
    const tested = await runSuites(stage, 'tenant-isolation')
    const gated = await gate(stage)
    const shipped = await ship(stage)
    const checks = [
      check(`without its ${removed} tests the suite is all green`, tested.exitCode === 0),
      blocks('the gate', gated, 'gate/missing-test'),
      blocks('the deploy step', shipped, 'attest/not-passed'),
      await everywhere(stage, deployed),
    ]
    await repository.git('reset', '--quiet', '--hard', deployed)
    return checks
  },
}
