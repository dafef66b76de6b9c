import type { CommitId } from '@bulkhead/vocabulary'
import type { Stage } from '../stage.ts'
import { makeEdit } from '../world-of-the-story.ts'
import { type Scene, blocks, check, everywhere, ship } from './scene.ts'

/** The tests run with APP_ENV=test; a locale tag with an underscore only exists in production. */
export async function breakInProduction({ repository, people }: Stage): Promise<CommitId> {
  return repository.commit({
    by: people.grace,
    message: await makeEdit(repository, 'broken-in-production'),
  })
}

/** No test sees the fault; the canary does, before most users. */
export const productionErrors: Scene = {
  title:
    'A release that passes its tests answers 500s in production: the canary is judged bad and rolled back',
  async play(stage) {
    const { repository, load } = stage
    const before = load.count()
    const beforeRelease = (await repository.git('rev-parse', 'HEAD~1')).trim()
    const shipped = await ship(stage)
    const settled = load.count()
    const calm = await quiet(stage)
    const failed = settled.failed - before.failed
    const requests = settled.requests - before.requests
    await repository.git('reset', '--quiet', '--hard', beforeRelease)
    return [
      blocks('the rollout', shipped, 'rollout/canary-failed'),
      await everywhere(stage, beforeRelease),
      check(
        `users met ${failed} errors in ${requests} requests; the canary's share is one ninth, and some must have been seen`,
        failed > 0 && failed <= requests / 9,
      ),
      check('after the rollback no further request fails', calm),
    ]
  },
}

/** Whether a hundred further requests are answered well. */
async function quiet({ load }: Stage): Promise<boolean> {
  const before = load.count()
  while (load.count().requests < before.requests + 100)
    await new Promise((resolve) => setTimeout(resolve, 50))
  return load.count().failed === before.failed
}
