import { execFile } from 'node:child_process'
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import { type Trial, readTrials } from './mutant-trials.ts'
import type { Mutation } from './mutations.ts'

interface Verdict {
  readonly trial: Trial
  readonly outcome: 'killed' | 'survived' | 'broken'
  readonly witness: string
}

const root = import.meta.dirname
const outside = new Set(['node_modules', 'dist', 'reports', '.git', '.turbo'])

/** An empty cluster, made once: the engine takes two seconds for each. */
async function dumpCluster(path: string): Promise<void> {
  const engine = await PGlite.create()
  const dump = await engine.dumpDataDir('none')
  await writeFile(path, Buffer.from(await dump.arrayBuffer()))
  await engine.close()
}

async function apply(folder: string, { title, file, find, replace }: Mutation): Promise<void> {
  const path = join(folder, file)
  const parts = (await readFile(path, 'utf8')).split(find)
  if (parts.length !== 2) throw new Error(`"${title}" is ${parts.length - 1} times in ${file}`)
  await writeFile(path, parts.join(replace))
}

async function judge(work: string, trial: Trial, place: number): Promise<Verdict> {
  const folder = join(work, `mutant-${place}`)
  await cp(root, folder, { recursive: true, filter: (path) => !outside.has(basename(path)) })
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'))
  for (const edit of trial.edits) await apply(folder, edit)
  const report = join(folder, 'result.json')
  const vitest = join(folder, 'node_modules/vitest/vitest.mjs')
  const config = ['--config', `vitest.${trial.suite}.config.ts`, '--bail', '1']
  const reporter = ['--reporter', 'json', '--outputFile', report]
  const exitCode = await run([vitest, 'run', ...config, ...reporter], folder, join(work, 'cluster'))
  const verdict = readVerdict(trial, exitCode, await readFile(report, 'utf8').catch(() => '{}'))
  await rm(folder, { recursive: true, force: true })
  return verdict
}

function run(command: string[], cwd: string, cluster: string): Promise<number> {
  const env = { ...process.env, TEST_CLUSTER: cluster }
  return new Promise((resolve) => {
    const child = execFile(process.execPath, command, { cwd, env }, () => {
      resolve(child.exitCode ?? 70)
    })
  })
}

interface VitestResult {
  readonly numPassedTests?: number
  readonly testResults?: readonly {
    readonly message: string
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[]
  }[]
}

/** Killed means that a test failed; a service that does not even start proves nothing by that. */
function readVerdict(trial: Trial, exitCode: number, text: string): Verdict {
  const result: VitestResult = JSON.parse(text)
  const files = result.testResults ?? []
  const passed = result.numPassedTests ?? 0
  if (exitCode === 0) return { trial, outcome: 'survived', witness: `${passed} tests passed` }
  const failed = files
    .flatMap((file) => file.assertionResults)
    .find((one) => one.status === 'failed')
  if (failed) return { trial, outcome: 'killed', witness: failed.fullName }
  const message = files.map((file) => file.message).join(' ') || `exit ${exitCode}`
  const refusal = trial.edits.find(
    (edit) => edit.refusal && message.includes(edit.refusal),
  )?.refusal
  if (refusal) return { trial, outcome: 'killed', witness: `refused to begin: ${refusal}` }
  return { trial, outcome: 'broken', witness: message.slice(0, 200) }
}

function print({ trial, outcome, witness }: Verdict): void {
  const mark = outcome === trial.expected ? '✓' : '✗'
  const columns = [mark, outcome.padEnd(9), trial.suite.padEnd(10), trial.title.padEnd(48), witness]
  process.stdout.write(`${columns.join(' ')}\n`)
}

async function judgeAll(trials: readonly Trial[]): Promise<Verdict[]> {
  const work = await mkdtemp(join(tmpdir(), 'tenant-app-mutants-'))
  try {
    await dumpCluster(join(work, 'cluster'))
    const verdicts: Verdict[] = []
    const queue = [...trials.entries()]
    const worker = async (): Promise<void> => {
      for (let next = queue.shift(); next; next = queue.shift()) {
        const verdict = await judge(work, next[1], next[0])
        verdicts.push(verdict)
        print(verdict)
      }
    }
    await Promise.all([worker(), worker()])
    return verdicts
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

/**
 * Breaks a copy of this service in each known way and runs the suite that must notice. Prints who
 * noticed what; exits 1 when a broken service passes, or a sound one fails.
 */
const started = performance.now()
const verdicts = await judgeAll(await readTrials(root))
const wrong = verdicts.filter(({ trial, outcome }) => outcome !== trial.expected)
const killed = verdicts.filter(({ outcome }) => outcome === 'killed').length
const seconds = ((performance.now() - started) / 1000).toFixed(0)
process.stdout.write(
  `${killed} killed, ${verdicts.length - killed} not, ${wrong.length} unexpected, in ${seconds} s\n`,
)
process.exitCode = wrong.length === 0 ? 0 : 1
