import { clockOf, lateSteps, spanText } from '@bulkhead/hotfix'
import type { Actor, HotfixOnRecord, Ledger } from '@bulkhead/ledger'
import type { Channel } from '@bulkhead/notify'
import type { Finding } from '@bulkhead/vocabulary'
import type { TrustedBase } from '../trusted-ref.ts'
import type { Workspace } from '../workspace.ts'
import { nowFor } from './hotfix-access.ts'
import { agreedSinceOnRecord } from './hotfix-status.ts'
import { channelsOf, tellHotfix } from './tell-hotfix.ts'

export interface LateQuestion {
  readonly base: TrustedBase
  readonly ledger: Ledger
  readonly hotfix: HotfixOnRecord
  readonly request: { readonly environment: string; readonly actors: readonly Actor[] }
  /** Default: those of the policy. */
  readonly channels?: readonly Channel[] | undefined
}

/**
 * Tells people of every step that is late by the policy, each once: that they were told is on record,
 * so that whoever looks next, in whichever process, keeps silent.
 * @returns channels that did not take it; they stop nothing
 */
export async function tellLate(
  workspace: Workspace,
  { base, ledger, hotfix, request, channels }: LateQuestion,
): Promise<readonly Finding[]> {
  const { hotfix: policy } = base.policy.policy
  const clock = clockOf(hotfix, policy, {
    now: nowFor(workspace, hotfix),
    approvedAt: await agreedSinceOnRecord(workspace, base, { hotfix, ...request }),
  })
  const late = lateSteps(hotfix, clock)
  if (late.length === 0) return []
  const open = late.some(({ after }) => after === undefined)
  const said = late.map(({ step, budget }) => `${step} (within ${spanText(budget)})`).join(', ')
  return tellHotfix(
    workspace,
    { ledger, hotfix, request, channels: channels ?? channelsOf(workspace, base.policy) },
    {
      event: 'hotfix.late',
      // What was late and is done by now is for the post-mortem; nobody is woken for it.
      urgency: open ? 'page' : 'warning',
      over: false,
      headline: `hotfix ${hotfix.id} is late after ${spanText(clock.elapsed)}: ${said}`,
      next: `bulkhead hotfix status --hotfix ${hotfix.id}`,
      late: late.map(({ step }) => step),
    },
  )
}
