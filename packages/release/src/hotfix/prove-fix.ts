import type { EnvironmentPolicy } from '@bulkhead/policy'
import type { CommitId, Finding } from '@bulkhead/vocabulary'
import type { ProcessEnd } from '@bulkhead/world'
import type { Workspace } from '../workspace.ts'

/** What a proof command said: it got in, it did not, or it could not tell. */
export type Proof =
  | { readonly kind: 'open' }
  | { readonly kind: 'closed' }
  | { readonly kind: 'unusable'; readonly why: string }

export interface ProofRequest {
  readonly command: readonly [string, ...string[]]
  readonly policy: EnvironmentPolicy
  /** What runs while it tries. */
  readonly version: CommitId | null
  readonly signal: AbortSignal
}

const LONGEST_MS = 60_000
const MOST_OUTPUT = 1024 * 1024

/** Tries the hole once, against the fleet as users reach it. Exit 0 says closed, 1 open, all else nothing. */
export async function tryHole(
  { repository, run }: Workspace,
  { command, policy, version, signal }: ProofRequest,
): Promise<Proof> {
  const { end } = await run({
    argv: command,
    cwd: repository.root,
    env: {
      BULKHEAD_ENVIRONMENT: policy.name,
      BULKHEAD_VERSION: version ?? '',
      ...addressOf(policy),
    },
    maxOutput: MOST_OUTPUT,
    timeout: LONGEST_MS,
    signal,
  })
  if (end.kind === 'exited' && end.code === 0) return { kind: 'closed' }
  if (end.kind === 'exited' && end.code === 1) return { kind: 'open' }
  return { kind: 'unusable', why: saidBy(end) }
}

/** Only the local fleet has its address in the policy; elsewhere the command knows it by itself. */
function addressOf({ target }: EnvironmentPolicy): Readonly<Record<string, string>> {
  if (target.kind !== 'local') return {}
  const { host, port } = target.listen
  return { BULKHEAD_ADDRESS: `http://${host.includes(':') ? `[${host}]` : host}:${port}` }
}

function saidBy(end: ProcessEnd): string {
  switch (end.kind) {
    case 'exited':
      return `it ended with ${end.code}: 0 says that the hole is closed, 1 that it is open`
    case 'signalled':
      return `it was ended by ${end.signal}`
    case 'timed-out':
      return `it did not end in ${LONGEST_MS / 1000} s`
    case 'cancelled':
      return 'it was cancelled'
    case 'output-limit':
      return `it wrote more than ${MOST_OUTPUT} bytes`
    case 'not-started':
      return `it could not be started: ${end.reason}`
  }
}

/** Why a proof before the rollout speaks against it: a test that passes on the hole proves nothing. */
export const refuseBefore = (command: readonly string[], proof: Proof): readonly Finding[] =>
  proof.kind === 'open'
    ? []
    : [
        {
          code: 'hotfix/proof-not-failing',
          subject: command.join(' ').slice(0, 200),
          message:
            proof.kind === 'closed'
              ? 'passes on what runs now: it does not find what the hotfix is to fix'
              : proof.why,
          remedy: 'mend the command (`hotfix.proof` of the policy) until it fails on what runs now',
        },
      ]

/** Why a fix that is everywhere is none. */
export const refuseAfter = (command: readonly string[], proof: Proof): readonly Finding[] =>
  proof.kind === 'closed'
    ? []
    : [
        {
          code: 'hotfix/proof-failing',
          subject: command.join(' ').slice(0, 200),
          message:
            proof.kind === 'open'
              ? 'still gets in: the fix is everywhere and does not fix'
              : proof.why,
          remedy:
            'declare another hotfix on top of this one; or mend the command, and say it again: `bulkhead hotfix ship`',
        },
      ]
