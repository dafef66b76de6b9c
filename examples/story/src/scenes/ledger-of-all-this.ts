import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import { succeed } from '@bulkhead/testkit'
import { type Scene, blocks, check, passes } from './scene.ts'

/** The record of everything above, and what becomes of it when one byte is changed. */
export const ledgerOfAllThis: Scene = {
  title: 'The ledger of all this verifies, and no longer does after one byte is changed',
  async play(stage) {
    const log = await stage.run(['ledger', 'log'])
    const verified = await stage.run(['ledger', 'verify'])
    const copy = join(stage.directory, 'tampered')
    await cp(stage.repository.path, copy, {
      recursive: true,
      verbatimSymlinks: true,
      filter: (source) => !source.endsWith('.sock'),
    })
    const changed = await changeOneByte(copy)
    const refused = await stage.run(['ledger', 'verify', '--repo', copy])
    return [
      passes('the listing', log),
      check(
        'the log holds verdicts, refusals, rollouts and the rollback',
        ['gate.verdict', 'deploy.refused', 'deploy.finished', 'rollback.started'].every((kind) =>
          log.output.includes(kind),
        ),
      ),
      passes('the verification', verified),
      check('one byte of one entry was changed in a copy', changed),
      blocks('the verification of the copy', refused, 'ledger/bad-signature'),
    ]
  },
}

/** Rewrites the newest entry with one byte changed, as somebody with write access could. */
async function changeOneByte(repository: string): Promise<boolean> {
  const git = (...args: readonly string[]) => succeed(['git', ...args], { cwd: repository })
  const branch = 'refs/heads/ledger/production'
  const files = (await git('ls-tree', '-r', '--name-only', branch))
    .trim()
    .split('\n')
    .filter((path) => path.startsWith('entries/'))
  const path = files[Math.floor(files.length / 2)] ?? ''
  const text = await git('show', `${branch}:${path}`)
  const at = text.indexOf('"payload":"') + 200
  const tampered = `${text.slice(0, at)}${text[at] === 'A' ? 'B' : 'A'}${text.slice(at + 1)}`
  const index = join(repository, '.git', 'tampered-index')
  const inIndex = (argv: readonly [string, ...string[]], input?: string) =>
    succeed(['git', ...argv], {
      cwd: repository,
      env: { GIT_INDEX_FILE: index },
      ...(input === undefined ? {} : { input }),
    })
  const blob = (await inIndex(['hash-object', '-w', '--stdin'], tampered)).trim()
  await inIndex(['read-tree', branch])
  await inIndex(['update-index', '--cacheinfo', `100644,${blob},${path}`])
  const tree = (await inIndex(['write-tree'])).trim()
  const identity = ['-c', 'user.name=Mallory', '-c', 'user.email=mallory@example.test']
  const commit = (
    await git(...identity, 'commit-tree', tree, '-p', branch, '-m', 'nothing to see')
  ).trim()
  await git('update-ref', branch, commit)
  return tampered !== text
}
