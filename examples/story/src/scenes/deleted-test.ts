import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { GitFixture } from '@bulkhead/testkit'
import { type Scene, blocks, build, check, everywhere, gate, runSuites, ship } from './scene.ts'
import { makeEdit } from '../world-of-the-story.ts'

/** The leak again; this time the author deletes the test that caught it, from suite and inventory. */
export const deletedTest: Scene = {
  title: 'Somebody deletes the failing isolation test instead: the inventory notices',
  async play(stage) {
    const { repository, people } = stage
    const deployed = (await repository.git('rev-parse', 'HEAD')).trim()
    await makeEdit(repository, 'dropped-filter')
    const subject = await makeEdit(repository, 'deleted-test')
    await shrinkInventory(repository)
    await repository.commit({ by: people.ada, message: subject })
    const tested = await runSuites(stage, 'tenant-isolation')
    await build(stage)
    const gated = await gate(stage)
    const shipped = await ship(stage)
    const checks = [
      check('without the tests that caught it, the suite is all green', tested.exitCode === 0),
      blocks('the gate', gated, 'gate/missing-test'),
      check(
        'it names the two tests that were deleted, and no other',
        gated.output.split('gate/missing-test').length === 3 &&
          gated.output.split('report: totals').length === 3,
      ),
      blocks('the deploy step', shipped, 'attest/not-passed'),
      await everywhere(stage, deployed),
    ]
    await repository.git('reset', '--quiet', '--hard', deployed)
    return checks
  },
}

/** Takes the deleted tests out of the head's inventory too: what the trusted ref requires stays. */
async function shrinkInventory(repository: GitFixture): Promise<void> {
  const file = join(repository.path, '.bulkhead', 'inventory', 'tenant-isolation.json')
  const lines = (await readFile(file, 'utf8'))
    .split('\n')
    .filter((line) => !line.includes('report: totals'))
  await writeFile(file, lines.join('\n').replace(/,\n {2}\]/, '\n  ]'))
}
