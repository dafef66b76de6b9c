// Brings a release to the mirrors, one repository for each action, as the marketplace wants it.
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { runProcess } from '../packages/world/src/index.ts'
import { mirrorFiles } from './mirrors/mirror-files.ts'
import { publishMirror } from './mirrors/mirror-repository.ts'
import { parseVersion } from './mirrors/version.ts'

const HELP = `usage: npm run bulkhead-dev -- publish-mirrors --version 1.2.3 --to ADDRESS --key FILE

Brings the bundles in actions/*/dist to a repository of its own for each action: a signed commit on
main, the signed tag v1.2.3, and v1 and v1.2, which move. What is there already is left alone.

  --version VERSION  what is released; a version never changes once it is there
  --to ADDRESS       where the mirrors are; {action} stands for the name of the action
  --key FILE         the SSH key that signs commits and tags
  --home URL         where this repository is for readers (default: https://github.com/OWNER/bulkhead)
  --root DIR         the checkout (default: this one)

Example: npm run bulkhead-dev -- publish-mirrors --version 1.2.3 \\
           --to git@github.com:OWNER/bulkhead-{action}.git --key ~/.ssh/release
`

const { values } = parseArgs({
  options: {
    version: { type: 'string', default: '' },
    to: { type: 'string', default: '' },
    key: { type: 'string', default: '' },
    home: { type: 'string', default: 'https://github.com/OWNER/bulkhead' },
    root: { type: 'string', default: dirname(dirname(fileURLToPath(import.meta.url))) },
    help: { type: 'boolean', default: false },
  },
})

async function sourceOf(root: string): Promise<{ readonly commit: string; readonly time: number }> {
  const { end, stdout } = await runProcess({
    argv: ['git', 'log', '-1', '--format=%H %ct'],
    cwd: root,
  })
  const [commit, time] = stdout.toString().trim().split(' ')
  if (end.kind !== 'exited' || end.code !== 0 || commit === undefined)
    throw new Error(`${root} is no checkout with a commit`)
  return { commit, time: Number(time) }
}

async function publishAll(): Promise<number> {
  const { to, key, home, root } = values
  const version = parseVersion(values.version)
  if (values.help || version === undefined || !to.includes('{action}') || key === '') {
    process[values.help ? 'stdout' : 'stderr'].write(HELP)
    return values.help ? 0 : 2
  }
  const source = await sourceOf(root)
  const entries = await readdir(join(root, 'actions'), { withFileTypes: true })
  const actions = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name)
  for (const action of actions.sort()) {
    const scratch = await mkdtemp(join(tmpdir(), 'bulkhead-mirror-'))
    try {
      const files = await mirrorFiles({ root, action, home, commit: source.commit })
      const remote = to.replaceAll('{action}', action)
      const release = { files, version, remote, key: resolve(key), source }
      const { commit, pushed } = await publishMirror(release, scratch)
      process.stdout.write(
        `${action}: ${commit} ${pushed.length === 0 ? 'was there' : pushed.join(' ')}\n`,
      )
    } finally {
      await rm(scratch, { recursive: true, force: true })
    }
  }
  return 0
}

process.exitCode = 70
try {
  process.exitCode = await publishAll()
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 3
}
