import { makeEdit } from '../world-of-the-story.ts'
import { type Scene, blocks, check, everywhere, passes, runningBuilds, shippable } from './scene.ts'

/** The machine of the deployer dies in the middle; another goes on where the fleet stands. */
export const killedDeployer: Scene = {
  title: 'The deployer is killed in the middle of a rollout: another goes on, and nobody notices',
  async play(stage) {
    const { repository, people, load } = stage
    const commit = await repository.commit({
      by: people.grace,
      message: await makeEdit(repository, 'killed-deployer'),
    })
    const evidence = await shippable(stage)
    const before = load.count()
    const killed = stage.start(['ship', '--keys', '-'])
    await killed.until('placed local/a/2')
    killed.kill()
    const died = await killed.ended
    stage.show(died)
    const mixed = await runningBuilds(stage)
    const held = await stage.run(['ship', '--keys', '-'], { keys: true })
    const [, token = ''] = /--break-lease (\d+)/.exec(held.output) ?? []
    const resumed = await stage.run(
      ['resume', '--break-lease', token, '--reason', 'its machine is gone', '--keys', '-'],
      { keys: true },
    )
    const after = load.count()
    return [
      ...evidence,
      check('SIGKILL ended it: no exit code, no clean-up', died.exitCode === undefined),
      check('the fleet is mixed, and every unit healthy', mixed.size === 2 && sum(mixed) === 9),
      blocks('the next deployer', held, 'ledger/lease-held'),
      passes('the resumed rollout', resumed),
      await everywhere(stage, commit),
      check(
        `${after.failed - before.failed} of ${after.requests - before.requests} requests failed meanwhile; none may`,
        after.failed === before.failed && after.requests > before.requests,
      ),
    ]
  },
}

const sum = (builds: ReadonlyMap<string, number>): number =>
  [...builds.values()].reduce((all, units) => all + units, 0)
