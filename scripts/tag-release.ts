// Commits the bundles of a release to its tag, and later has the short tags follow.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { parseVersion } from './mirrors/version.ts'
import { publishRelease } from './release/release-commit.ts'
import { sourceCommit } from './release/source-commit.ts'

const HELP = `usage: npm run bulkhead-dev -- tag-release --version 1.2.3 --to ADDRESS --key FILE [--move]

Pushes the signed tag v1.2.3: the commit that is checked out, with the bundles in actions/*/dist beside
their sources. With --move, once that release is rebuilt, compared and published, v1 and v1.2 follow.
What is there already is left alone.

  --version VERSION  what is released; a version never changes once it is there
  --to ADDRESS       this repository, where users find it
  --key FILE         the SSH key that signs commit and tags
  --move             have v1 and v1.2 follow a version that is there
  --root DIR         the checkout (default: this one)

Example: npm run bulkhead-dev -- tag-release --version 1.2.3 \\
           --to git@github.com:OWNER/bulkhead.git --key ~/.ssh/release
`

const { values } = parseArgs({
  options: {
    version: { type: 'string', default: '' },
    to: { type: 'string', default: '' },
    key: { type: 'string', default: '' },
    move: { type: 'boolean', default: false },
    root: { type: 'string', default: dirname(import.meta.dirname) },
    help: { type: 'boolean', default: false },
  },
})

async function tagRelease(): Promise<number> {
  const { to: remote, key, root, move: moves } = values
  const version = parseVersion(values.version)
  if (values.help || version === undefined || remote === '' || key === '') {
    process[values.help ? 'stdout' : 'stderr'].write(HELP)
    return values.help ? 0 : 2
  }
  const scratch = await mkdtemp(join(tmpdir(), 'bulkhead-release-'))
  try {
    const source = await sourceCommit(root)
    const release = { root, version, remote, key: resolve(key), source, moves }
    const { commit, pushed } = await publishRelease(release, scratch)
    process.stdout.write(`${commit} ${pushed.length === 0 ? 'was there' : pushed.join(' ')}\n`)
    return 0
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}

process.exitCode = 70
try {
  process.exitCode = await tagRelease()
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 3
}
