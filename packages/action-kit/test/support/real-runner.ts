import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises'
import { delimiter, dirname, join } from 'node:path'

/** A job that has ended, as the runner tells of it. */
export interface RunnerJob {
  readonly result: string
  /** Of all steps; the later one counts. */
  readonly outputs: Readonly<Record<string, string>>
  /** Commands `error` and `warning`, as the runner shows them. */
  readonly annotations: readonly string[]
  readonly log: string
}

export interface WorkflowEnd {
  readonly jobs: Readonly<Record<string, RunnerJob>>
  readonly summaries: readonly string[]
}

export interface WorkflowRun {
  readonly workflow: string
  readonly workspace: string
  /** What `OWNER/bulkhead` is. */
  readonly release: string
  readonly temp: string
  readonly event: { readonly name: string; readonly payload: unknown }
  /** By name; they reach the runner by its environment. */
  readonly secrets?: Readonly<Record<string, string>>
  /** Arguments besides, such as where GitHub is. */
  readonly more?: readonly string[]
}

interface Line {
  readonly jobID?: string
  readonly msg?: string
  readonly jobResult?: string
  readonly command?: string
  readonly name?: string
  readonly arg?: string
  readonly raw?: string
  readonly raw_output?: boolean
}

/** Whether there is no runner here; with BULKHEAD_REQUIRE_ENGINES there must be one. */
export const isAbsent =
  process.env['BULKHEAD_REQUIRE_ENGINES'] !== '1' &&
  !(process.env['PATH'] ?? '').split(delimiter).some((folder) => existsSync(join(folder, 'act')))

const NOWHERE = '0'.repeat(40)

const argumentsOf = (run: WorkflowRun, payload: string): readonly string[] => [
  run.event.name,
  `--directory=${run.workspace}`,
  `--workflows=${run.workflow}`,
  `--eventpath=${payload}`,
  '--platform=ubuntu-latest=-self-hosted',
  '--json',
  '--use-gitignore=false',
  `--local-repository=OWNER/bulkhead@${NOWHERE}=${run.release}`,
  '--action-offline-mode',
  '--no-cache-server',
  '--concurrent-jobs=1',
  ...Object.keys(run.secrets ?? {}).map((name) => `--secret=${name}`),
  ...(run.more ?? []),
]

/**
 * A `node` that stays for a moment after its last word. When a step fails, act closes its terminal without
 * reading what is still in it, so that on a busy machine annotations would be lost.
 */
async function lingeringNode(temp: string): Promise<string> {
  const folder = join(temp, 'lingering-node')
  await mkdir(folder, { recursive: true })
  const script = `#!/bin/sh\n'${process.execPath}' "$@"\nstatus=$?\nsleep 0.3\nexit $status\n`
  await writeFile(join(folder, 'node'), script, { mode: 0o755 })
  return folder
}

/** Runs a workflow by `act` on this machine: no container, no network, no action but those of `release`. */
export async function runWorkflow(run: WorkflowRun): Promise<WorkflowEnd> {
  const { temp, event } = run
  const payload = join(temp, 'event.json')
  await writeFile(payload, JSON.stringify(event.payload))
  const path = [await lingeringNode(temp), dirname(process.execPath), process.env['PATH'] ?? '']
  const stdout = await new Promise<string>((resolve) => {
    execFile(
      'act',
      argumentsOf(run, payload),
      // What the runner's machine has; a home of its own, where act keeps its files.
      {
        env: {
          PATH: path.join(delimiter),
          HOME: temp,
          ...run.secrets,
        },
        timeout: 170_000,
        maxBuffer: 1 << 26,
      },
      (_, out) => resolve(out),
    )
  })
  const lines = stdout.split('\n').flatMap((line): readonly Line[] => {
    try {
      return [JSON.parse(line) as Line]
    } catch {
      return []
    }
  })
  const names = new Set(lines.flatMap(({ jobID }) => (jobID === undefined ? [] : [jobID])))
  return {
    jobs: Object.fromEntries([...names].map((name) => [name, jobOf(name, lines)])),
    summaries: await summariesIn(temp),
  }
}

/** Of each job, what its last step wrote: act keeps no more. */
async function summariesIn(home: string): Promise<readonly string[]> {
  const files = await readdir(join(home, '.cache', 'act'), { recursive: true })
  const found = files.filter((file) => file.endsWith('SUMMARY.md'))
  return Promise.all(found.map((file) => readFile(join(home, '.cache', 'act', file), 'utf8')))
}

/** Annotations and outputs are commands that the runner took off the log; the rest is the log. */
function jobOf(name: string, all: readonly Line[]): RunnerJob {
  const lines = all.filter(({ jobID }) => jobID === name)
  return {
    result: lines.findLast(({ jobResult }) => jobResult !== undefined)?.jobResult ?? 'none',
    outputs: Object.fromEntries(
      lines
        .filter(({ command }) => command === 'set-output')
        .map(({ name: output = '', arg = '' }) => [output, arg]),
    ),
    annotations: lines
      .filter(({ command }) => command === 'error' || command === 'warning')
      .map(({ raw = '' }) => raw.trimEnd()),
    log: lines.flatMap(({ raw_output: isLog, msg = '' }) => (isLog ? [msg] : [])).join(''),
  }
}
