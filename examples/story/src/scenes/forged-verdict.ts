import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { breakInProduction } from './production-errors.ts'
import {
  type Scene,
  blocks,
  build,
  check,
  everywhere,
  gate,
  passes,
  runSuites,
  ship,
} from './scene.ts'

/** The deploy step verifies by itself: it believes neither a file's name nor an earlier step. */
export const forgedVerdict: Scene = {
  title:
    'The verdict is edited, and a verdict of another commit is offered: the deploy step refuses',
  async play(stage) {
    const { repository } = stage
    const deployed = (await repository.git('rev-parse', 'HEAD')).trim()
    const commit = await breakInProduction(stage)
    const tested = await runSuites(stage)
    const built = await build(stage)
    const gated = await gate(stage)
    const evidence = (of: string, file: string) =>
      join(repository.path, '.git', 'bulkhead', 'evidence', of, 'environments', 'production', file)
    const forged = join(stage.directory, 'forged')
    await mkdir(forged)
    const edited = await editVerdict(evidence(commit, 'verdict.json'), join(forged, 'verdict.json'))
    await copyFile(evidence(commit, 'summary.json'), join(forged, 'summary.json'))
    const typed = (path: string) => relative(repository.path, path)
    const withEdited = await ship(
      stage,
      '--verdict',
      typed(join(forged, 'verdict.json')),
      '--summary',
      typed(join(forged, 'summary.json')),
    )
    const withOther = await ship(
      stage,
      '--verdict',
      typed(evidence(deployed, 'verdict.json')),
      '--summary',
      typed(evidence(deployed, 'summary.json')),
    )
    return [
      passes('the run of both suites', tested),
      passes('the build', built),
      passes('the gate: the fault shows in production only,', gated),
      check('one word of the verdict was changed', edited),
      blocks('the deploy step, offered the edited verdict,', withEdited, 'attest/bad-signature'),
      blocks(
        'the deploy step, offered the verdict of release 2,',
        withOther,
        'attest/wrong-commit',
      ),
      await everywhere(stage, deployed),
    ]
  },
}

/** Makes the verdict stand for a year longer, and leaves everything else as it was signed. */
async function editVerdict(from: string, to: string): Promise<boolean> {
  const envelope = JSON.parse(await readFile(from, 'utf8')) as { payload: string }
  const payload = Buffer.from(envelope.payload, 'base64').toString('utf8')
  const edited = payload.replace(
    /"expiresAt":"(\d{4})/,
    (_, year: string) => `"expiresAt":"${Number(year) + 1}`,
  )
  await writeFile(
    to,
    JSON.stringify({ ...envelope, payload: Buffer.from(edited).toString('base64') }),
  )
  return edited !== payload
}
