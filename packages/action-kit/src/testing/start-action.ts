import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type RunnerCommand, commandsIn, outputsIn } from './runner-protocol.ts'
import { inputVariable } from '../inputs.ts'

/** A step that has ended, as the runner saw it. */
export interface StartedAction {
  readonly exitCode: number | null
  readonly stdout: string
  readonly stderr: string
  readonly commands: readonly RunnerCommand[]
  readonly outputs: Readonly<Record<string, string>>
  readonly summary: string
}

export interface StartRequest {
  /** The file that is started: `dist/main.mjs` of an action. */
  readonly entry: string
  readonly inputs: Readonly<Record<string, string>>
  /** The checked-out repository. */
  readonly workspace: string
  /** A folder for the files that the runner makes. */
  readonly temp: string
  readonly env?: Readonly<Record<string, string>>
  /** A program that starts the action, such as one that takes its network away. */
  readonly within?: readonly string[]
}

/** Starts a built action as the runner does: inputs and files by environment, nothing else inherited. */
export async function startAction({
  entry,
  inputs,
  workspace,
  temp,
  env = {},
  within = [],
}: StartRequest): Promise<StartedAction> {
  await mkdir(temp, { recursive: true })
  const files = { GITHUB_OUTPUT: join(temp, 'output'), GITHUB_STEP_SUMMARY: join(temp, 'summary') }
  for (const file of Object.values(files)) await writeFile(file, '')
  const [program, ...args] = [...within, process.execPath, entry]
  const child = spawn(program, args, {
    cwd: workspace,
    env: {
      PATH: process.env['PATH'],
      HOME: temp,
      CI: 'true',
      GITHUB_ACTIONS: 'true',
      GITHUB_ACTOR_ID: '4711',
      GITHUB_EVENT_NAME: 'push',
      GITHUB_WORKSPACE: workspace,
      RUNNER_TEMP: temp,
      ...files,
      ...Object.fromEntries(
        Object.entries(inputs).map(([name, value]) => [inputVariable(name), value]),
      ),
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const printed = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => (printed.stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (printed.stderr += text))
  const [exitCode] = (await once(child, 'close')) as [number | null]
  return {
    exitCode,
    ...printed,
    commands: commandsIn(printed.stdout),
    outputs: outputsIn(await readFile(files.GITHUB_OUTPUT, 'utf8')),
    summary: await readFile(files.GITHUB_STEP_SUMMARY, 'utf8'),
  }
}
