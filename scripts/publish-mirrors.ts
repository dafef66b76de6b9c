// Brings a release to the mirrors, one repository for each action, as the marketplace wants it.
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { mirrorFiles } from './mirrors/mirror-files.ts'
import { publishMirror } from './mirrors/mirror-repository.ts'
import { type Version, parseVersion } from './mirrors/version.ts'
import { sourceCommit } from './release/source-commit.ts'

const HELP = `usage: npm run bulkhead-dev -- publish-mirrors --to ADDRESS --key FILE

Brings the bundles in actions/*/dist to a repository of its own for each action: a signed commit on
main, the signed tag of the action's own version, say v1.2.3, and v1 and v1.2, which move. What is there
already is left alone.

  --version VERSION  released instead of the version in each action's package.json
  --to ADDRESS       where the mirrors are; {action} stands for the name of the action
  --key FILE         the SSH key that signs commits and tags
  --home URL         where this repository is for readers (default: https://github.com/OWNER/bulkhead)
  --root DIR         the checkout (default: this one)

Example: npm run bulkhead-dev -- publish-mirrors \\
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

/** The version of an action, which changesets keep. @throws Error before its first release */
async function ownVersion(root: string, action: string): Promise<Version> {
  const path = join('actions', action, 'package.json')
  const manifest = JSON.parse(await readFile(join(root, path), 'utf8')) as {
    readonly version?: string
  }
  const version = parseVersion(manifest.version ?? '')
  if (version === undefined || version.full === 'v0.0.0')
    throw new Error(`${path} has no version to release: run \`npx changeset version\` first`)
  return version
}

async function publishAll(): Promise<number> {
  const { to, key, home, root } = values
  const named = values.version === '' ? undefined : parseVersion(values.version)
  const isUnread = values.version !== '' && named === undefined
  if (values.help || isUnread || !to.includes('{action}') || key === '') {
    process[values.help ? 'stdout' : 'stderr'].write(HELP)
    return values.help ? 0 : 2
  }
  const source = await sourceCommit(root)
  const entries = await readdir(join(root, 'actions'), { withFileTypes: true })
  const actions = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name)
  // Each must have a version before the first is published.
  const versions = new Map(
    await Promise.all(
      actions
        .sort()
        .map(async (action) => [action, named ?? (await ownVersion(root, action))] as const),
    ),
  )
  for (const [action, version] of versions) {
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
