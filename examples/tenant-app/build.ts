import { spawnSync } from 'node:child_process'
import { rolldown } from 'rolldown'

const root = import.meta.dirname

/** The commit to embed: the one checked out, or what BUILD_COMMIT says where there is no repository. */
function readCommit(): string {
  const commit = process.env['BUILD_COMMIT'] ?? readHead()
  if (/^([0-9a-f]{40}|[0-9a-f]{64})$/.test(commit)) return commit
  process.stderr.write(
    'build: no commit to embed; build in a git repository or set BUILD_COMMIT to a full id\n',
  )
  return process.exit(2)
}

function readHead(): string {
  const git = spawnSync('git', ['rev-parse', 'HEAD'], { cwd: root, encoding: 'utf8' })
  return git.status === 0 ? git.stdout.trim() : ''
}

// Everything that could differ from one checkout to another is pinned: no tsconfig from a folder above,
// no resolved links, so that the same commit gives the same bytes anywhere.
const bundle = await rolldown({
  cwd: root,
  input: 'src/main.ts',
  platform: 'node',
  tsconfig: false,
  resolve: { symlinks: false },
  transform: { define: { BUILD_COMMIT: JSON.stringify(readCommit()) } },
})
await bundle.write({ file: 'dist/tenant-app.mjs', format: 'esm', codeSplitting: false })
await bundle.close()
