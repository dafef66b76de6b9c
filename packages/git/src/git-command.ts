import { WorldError } from '@bulkhead/vocabulary'
import type { ProcessEnd, ProcessOutcome, RunProcess } from '@bulkhead/world'
import { GIT_ENVIRONMENT, GIT_OPTIONS } from './git-environment.ts'

/** What one git command said: its exit code and its streams. */
export interface GitAnswer {
  readonly code: number
  readonly stdout: Buffer
  readonly stderr: string
}

/** Runs git in one repository. Rejects only when git did not run to its end. */
export type Git = (
  args: readonly string[],
  options?: { readonly input?: string },
) => Promise<GitAnswer>

const STDERR_SHOWN = 2_000

/** Binds {@link Git} to a directory. */
export function gitIn(cwd: string, runProcess: RunProcess): Git {
  return async (args, options = {}) => {
    const outcome = await runProcess({
      argv: ['git', ...GIT_OPTIONS, ...args],
      cwd,
      env: GIT_ENVIRONMENT,
      ...(options.input === undefined ? {} : { input: options.input }),
    })
    return answerOf(args, outcome)
  }
}

function answerOf(args: readonly string[], { end, stdout, stderr }: ProcessOutcome): GitAnswer {
  if (end.kind === 'exited') return { code: end.code, stdout, stderr: stderr.toString() }
  throw gitFailed(args, describeEnd(end))
}

/** The answer, when its code is one of those that mean something. @throws WorldError `git/failed` */
export async function expectCode(
  git: Git,
  args: readonly string[],
  codes: readonly number[] = [0],
  input?: string,
): Promise<GitAnswer> {
  const answer = await git(args, input === undefined ? {} : { input })
  if (codes.includes(answer.code)) return answer
  throw gitFailed(args, `exit code ${answer.code}: ${answer.stderr.slice(0, STDERR_SHOWN).trim()}`)
}

/** A WorldError that names the git command by its verb, never by its whole argv. */
export function gitFailed(args: readonly string[], reason: string): WorldError {
  return new WorldError({
    code: 'git/failed',
    subject: `git ${args[0] ?? ''}`,
    message: reason,
    remedy:
      'check that git 2.31 or newer is installed and that the repository is sound: `git fsck`',
  })
}

const ENDS = {
  'timed-out': 'took too long',
  cancelled: 'was cancelled',
  'output-limit': 'printed more than any honest repository needs',
} as const

function describeEnd(end: Exclude<ProcessEnd, { kind: 'exited' }>): string {
  if (end.kind === 'signalled') return `was killed by ${end.signal}`
  if (end.kind === 'not-started') return `could not be started: ${end.reason}`
  return ENDS[end.kind]
}
