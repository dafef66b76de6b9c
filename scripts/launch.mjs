#!/usr/bin/env node
// The door to every root script. Runs on the machine's own Node (>= 20, no dependencies): it makes
// sure the workspace is installed, then hands over to the Node 24 and the tools that the lockfile
// names. Progress goes to stderr, so that `--json` output on stdout stays clean.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const PNPM = 'pnpm@10.34.8'
const node = join(
  root,
  'node_modules',
  'node',
  'bin',
  process.platform === 'win32' ? 'node.exe' : 'node',
)
const stamp = join(root, 'node_modules', '.installed-lockfile')

/** name → the steps to run, each an argv; `{node}` is Node 24, tools come from node_modules/.bin. */
const turbo = (...tasks) => [
  'turbo',
  'run',
  ...tasks,
  '--output-logs=new-only',
  '--log-order=grouped',
  '--log-prefix=none',
  '--continue',
]
/** Builds what the next step needs; says something only when it fails. */
const build = (...filters) => ['turbo', 'run', 'build', '--output-logs=errors-only', ...filters]

const COMMANDS = {
  start: [build('--filter=bulkhead'), ['{node}', 'examples/story/src/main.ts']],
  test: [turbo('task:types', 'task:lint', 'task:dead-code', 'task:test')],
  check: [turbo('task:types', 'task:lint', 'task:format', 'task:dead-code', 'task:test')],
  lint: [['oxlint', '--type-aware']],
  types: [['tsc', '--noEmit']],
  'dead-code': [['knip']],
  format: [['oxfmt']],
  build: [turbo('build')],
  generate: [['{node}', 'scripts/generate.ts']],
  bench: [build(), ['{node}', 'bench/src/main.ts']],
  'bulkhead-dev': [['{node}', 'scripts/bulkhead-dev.ts']],
  bulkhead: [['{node}', 'packages/cli/src/main.ts']],
}

function fail(message) {
  process.stderr.write(`${message}\n`)
  process.exit(2)
}

/** Runs argv with our tools first on the PATH; the exit code is the child's. */
function run(argv, { cwd = root, quiet = false } = {}) {
  // The binary itself before the shims: a shim would not pass signals on to what it starts.
  const path = [dirname(node), join(root, 'node_modules', '.bin'), process.env.PATH ?? '']
  const env = {
    ...process.env,
    PATH: path.join(delimiter),
    TURBO_TELEMETRY_DISABLED: '1',
    DO_NOT_TRACK: '1',
  }
  const windows = process.platform === 'win32'
  const { status, signal, error } = spawnSync(argv[0], argv.slice(1), {
    cwd,
    env,
    shell: windows, // npx and the .bin entries are .cmd files there; every argument here is our own
    stdio: quiet ? ['ignore', 2, 2] : 'inherit',
  })
  if (error) fail(`cannot run ${argv[0]}: ${error.message}`)
  return signal ? 128 + 15 : (status ?? 70)
}

function install() {
  const lockfile = createHash('sha256')
    .update(readFileSync(join(root, 'pnpm-lock.yaml')))
    .digest('hex')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lockfile) return
  process.stderr.write('installing the workspace (once per lockfile) …\n')
  const code = run(
    ['npx', '--yes', PNPM, 'install', '--frozen-lockfile', '--reporter=append-only'],
    { quiet: true },
  )
  if (code !== 0) fail(`pnpm install failed with exit code ${code}; see the lines above`)
  writeFileSync(stamp, lockfile)
}

const [name = '', ...args] = process.argv.slice(2)
// `npm test -- packages/git` is for the one room that one works on: vitest alone.
const steps = name === 'test' && args.length > 0 ? [build(), ['vitest', 'run']] : COMMANDS[name]
if (!steps) fail(`unknown command "${name}"; known: ${Object.keys(COMMANDS).join(', ')}`)
install()
for (const [index, step] of steps.entries()) {
  const last = index === steps.length - 1
  const argv = step.map((word) => (word === '{node}' ? node : word))
  // The user's own folder matters to `bulkhead`; npm tells it, since npm changes to the root first.
  const cwd = name === 'bulkhead' ? (process.env.INIT_CWD ?? root) : root
  const full = argv.map((word) => (word.endsWith('.ts') ? join(root, word) : word))
  const code = run(last ? [...full, ...args] : full, { cwd, quiet: !last })
  if (code !== 0) process.exit(code)
}
