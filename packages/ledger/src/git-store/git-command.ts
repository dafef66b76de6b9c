import { devNull } from 'node:os'
import type { ProcessOutcome, RunProcess } from '@bulkhead/world'
import { storeFailed } from '../store-findings.ts'

/** No hook of the repository runs, nothing asks, replace refs are off, messages are in English. */
const ENVIRONMENT = {
  GIT_NO_REPLACE_OBJECTS: '1',
  GIT_TERMINAL_PROMPT: '0',
  LC_ALL: 'C',
  LANG: 'C',
} as const

const OPTIONS = [
  '--git-dir=.',
  '--no-pager',
  '-c',
  `core.hooksPath=${devNull}`,
  '-c',
  'core.fsmonitor=false',
  '-c',
  'gc.auto=0',
  // An entry is the record of an intent: it must survive a power cut before the intent is acted on.
  '-c',
  'core.fsync=loose-object,reference',
] as const

const TIMEOUT_MS = 120_000

export interface GitAnswer {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

export type Git = (args: readonly string[], input?: Uint8Array | string) => Promise<GitAnswer>

/** Runs git in a git directory. @throws WorldError `ledger/append-failed` when it did not end by itself */
export const gitIn =
  (gitDirectory: string, run: RunProcess): Git =>
  async (args, input) => {
    const outcome = await run({
      argv: ['git', ...OPTIONS, ...args],
      cwd: gitDirectory,
      env: ENVIRONMENT,
      timeout: TIMEOUT_MS,
      ...(input === undefined ? {} : { input }),
    })
    return answerOf(args, outcome)
  }

function answerOf(args: readonly string[], { end, stdout, stderr }: ProcessOutcome): GitAnswer {
  if (end.kind !== 'exited') throw storeFailed(`git ${args[0] ?? ''}`, `it ended: ${end.kind}`)
  return { code: end.code, stdout: stdout.toString(), stderr: stderr.toString() }
}
