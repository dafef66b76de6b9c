import { join } from 'node:path'
import { temporaryDirectory } from '@bulkhead/testkit'
import { answerOf } from '../../../packages/cli/test/support/answers.ts'
import { installBulkhead } from '../../../packages/cli/test/support/command-line.ts'
import { HotfixTeam } from '../../../packages/cli/test/support/hotfix-team.ts'
import { type LoadResult, startLoad } from '../../../packages/cli/test/support/load.ts'
import { serverText } from '../../../packages/cli/test/support/tiny-app.ts'
import type { Figure } from '../figure.ts'

/** Nine processes in three zones; the standard lane bakes for long enough to be overtaken. */
const NINE = (text: string): string =>
  text
    .replace('{ a: 1, b: 1, c: 1 }', '{ a: 3, b: 3, c: 3 }')
    .replace('required: 1', 'required: 4')
    .replace('floor: 0s', 'floor: 10m')

/** Ships a hotfix by the built program over a rollout that bakes, while users keep asking. */
async function overtakeFleet(): Promise<LoadResult & { readonly seconds: number }> {
  await using home = await temporaryDirectory()
  const bulkhead = await installBulkhead(join(home.path, 'bin'))
  const team = await HotfixTeam.make(bulkhead, home.path, { hotfix: '{}', policy: NINE })
  const { repository } = team.project
  await team.run(['fleet', 'up'], 0)
  try {
    const good = await team.release('Good', { 'server.mjs': serverText(200) })
    await team.run(['ship'], 0)
    await repository.git('checkout', '-q', '-b', 'fix')
    const commit = await team.release('Fix', { 'server.mjs': `// fix\n${serverText(200)}` })
    await team.declare('SEC-1')
    await repository.git('checkout', '-q', '-b', 'standard', good)
    await team.release('Standard', { 'server.mjs': `// standard\n${serverText(200)}` })
    const load = startLoad(team.port)
    const running = bulkhead.start(team.root, ['ship', '--json'])
    await running.until('placed local/a/')
    await repository.git('checkout', '-q', commit)
    await team.approve()
    const from = performance.now()
    await team.run(['hotfix', 'ship'], 0)
    const seconds = (performance.now() - from) / 1_000
    const { result } = answerOf(await running.ended)
    if (result !== 'paused')
      throw new Error(`the rollout that was overtaken ended ${String(result)}`)
    return { ...(await load.stop()), seconds }
  } finally {
    await team.run(['fleet', 'down'], 0)
  }
}

export const hotfixFleet: Figure = {
  name: 'hotfix-fleet',
  what: 'from approval to everywhere on nine processes under load, over a rollout that bakes',
  async measure() {
    const { seconds, requests, failures } = await overtakeFleet()
    return {
      measured: seconds,
      unit: 's',
      peer: null,
      ratio: null,
      mark: '≤ 30 s and 0 failed requests',
      holds: seconds <= 30 && failures === 0,
      notes: [`${failures} of ${requests} requests failed`],
    }
  },
}
