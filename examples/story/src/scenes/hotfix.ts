import type { CommitId } from '@bulkhead/vocabulary'
import type { Answer } from '../bulkhead.ts'
import type { Check } from '../narrator.ts'
import type { Stage } from '../stage.ts'
import { makeEdit } from '../world-of-the-story.ts'
import { type Scene, blocks, check, everywhere, passes, shippable } from './scene.ts'

/** Gets in where headers of 7 KiB are taken; the fix brings it along. */
const PROOF = `import { request } from 'node:http'
const headers = { 'x-long': 'a'.repeat(7_000) }
request(new URL('/whoami', process.env.BULKHEAD_ADDRESS), { headers }, (answer) => {
  answer.resume()
  process.exitCode = answer.statusCode === 431 ? 0 : 1
}).end()
`

/** A fix that is ready meets a release that rolls out; it goes first, and is everywhere before it. */
export const hotfix: Scene = {
  title:
    'A hotfix overtakes a release that rolls out: two people agree, and it is everywhere first',
  async play(stage) {
    const { repository, people, load } = stage
    const deployed = (await repository.git('rev-parse', 'HEAD')).trim()
    await repository.commit({ by: people.ada, message: await makeEdit(repository, 'overtaken') })
    const standard = await shippable(stage)
    await repository.git('branch', 'next')
    await repository.git('reset', '--quiet', '--hard', deployed)
    const fix = await repository.commit({
      by: people.grace,
      message: await makeEdit(repository, 'hotfix'),
      files: { 'proof.mjs': PROOF },
    })
    const fixed = await shippable(stage)
    const before = load.count()
    const declared = await agreeUpon(stage)
    const running = stage.start(['ship', '--commit', 'next', '--keys', '-'])
    await running.until('placed local/a/1')
    const from = performance.now()
    const shipped = await stage.run(['hotfix', 'ship', '--keys', '-'], { keys: true })
    const seconds = (performance.now() - from) / 1_000
    const overtaken = await running.ended
    stage.show(overtaken)
    const clock = await stage.run(['hotfix', 'status'])
    const after = load.count()
    return [
      ...standard,
      ...fixed,
      ...declared,
      passes('the hotfix', shipped),
      blocks('the release that it overtook', overtaken, 'rollout/preempted'),
      check(
        `from the order to ship until every unit runs it: ${seconds.toFixed(1)} s, of 30 s`,
        seconds <= MOST_SECONDS,
      ),
      check('the hole was open before and is closed after', shipped.output.includes('✓ the proof')),
      await everywhere(stage, fix),
      ...onTheClock(clock, fix),
      check(
        `${after.failed - before.failed} of ${after.requests - before.requests} requests failed meanwhile; none may`,
        after.failed === before.failed && after.requests > before.requests,
      ),
    ]
  },
}

const MOST_SECONDS = 30

/** Ada declares it, who did not write it; two who did neither agree to what ships. */
async function agreeUpon(stage: Stage): Promise<readonly Check[]> {
  const { people } = stage
  const why = ['--severity', 'critical', '--reason', 'headers of 7 KiB exhaust the heap']
  const declared = await stage.run(
    ['hotfix', 'declare', '--commit', 'HEAD', '--advisory', 'SEC-42', ...why, '--keys', '-'],
    { keys: true },
  )
  const taken = await stage.run(['hotfix', 'acknowledge', '--keys', '-'], { keys: true })
  const planned = await stage.run(['plan', '--lane', 'hotfix'])
  const [, plan = ''] = /^plan +(sha256:[0-9a-f]{64})/m.exec(planned.output) ?? []
  const agree = (key: string): Promise<Answer> =>
    stage.run(['hotfix', 'approve', '--plan', plan, '--reason', 'read it, tried it', '--key', key])
  const own = await agree(people.grace.keyFile)
  const agreed = [await agree(people.hedy.keyFile), await agree(people.radia.keyFile)]
  return [
    passes('the declaration', declared),
    passes('the acknowledgement', taken),
    passes('the plan in three waves', planned),
    blocks('the approval of its author', own, 'hotfix/self-approval'),
    check(
      'two people agree',
      agreed.every(({ exitCode }) => exitCode === 0),
    ),
  ]
}

/** The screen of a release manager: the steps with their times, and what is owed. */
const onTheClock = ({ output }: Answer, fix: CommitId): readonly Check[] => [
  check(
    'the clock shows each step within its budget',
    output.includes(fix.slice(0, 12)) &&
      ['acknowledged', 'approved', 'gated', 'everywhere'].every((step) =>
        output.includes(`✓ ${step}`),
      ) &&
      !output.includes('LATE'),
  ),
  check('and what is owed now: the review, the way back, the post-mortem', owes(output)),
]

const owes = (output: string): boolean =>
  ['review', 'back-merge', 'post-mortem'].every((debt) => output.includes(`repay ${debt}`))
