import type { EnvironmentState, GoodRelease } from '@bulkhead/ledger'
import { refuseOverdue } from '@bulkhead/hotfix'
import type { EnvironmentPolicy, HotfixPolicy } from '@bulkhead/policy'
import { type Lane, freezeAt } from '@bulkhead/rollout'
import type { CommitId, Digest, Finding } from '@bulkhead/vocabulary'

export interface StartCheck {
  readonly policy: EnvironmentPolicy
  readonly hotfix: HotfixPolicy
  readonly lane: Lane
  readonly state: EnvironmentState
  readonly commit: CommitId
  readonly now: number
}

/** What a calendar says against beginning anything new now. Going back asks nobody. */
export function refuseFrozen({ schedule, name }: EnvironmentPolicy, now: number): Finding[] {
  const freeze = freezeAt(schedule, now)
  if (!freeze) return []
  return [
    {
      code: 'rollout/frozen',
      subject: name,
      message: `deploys are frozen until ${freeze.until}: ${freeze.reason}`,
      remedy: 'Wait until then; `bulkhead abort` and `bulkhead rollback` are always allowed.',
    },
  ]
}

/** Why a release may not begin now: calendar, too many under way, too soon after the last, debts. */
export const refuseStart = (check: StartCheck): readonly Finding[] => [
  ...refuseFrozen(check.policy, check.now),
  ...refuseCrowd(check),
  ...refuseHaste(check),
  ...refuseDebtor(check),
]

/** What a hotfix borrowed and nobody has paid back: a fix itself never waits for it. */
const refuseDebtor = ({ lane, state, hotfix, now }: StartCheck): readonly Finding[] =>
  lane === 'hotfix' ? [] : refuseOverdue(state.hotfixes, hotfix, now)

function refuseCrowd({ policy, state, commit }: StartCheck): Finding[] {
  const { mostAtOnce } = policy.schedule
  const others = new Set(state.rollouts.map((rollout) => rollout.commit))
  others.delete(commit)
  if (mostAtOnce === undefined || others.size < mostAtOnce) return []
  return [
    {
      code: 'rollout/too-many',
      subject: policy.name,
      message: `${others.size} releases are under way, the policy allows ${mostAtOnce}`,
      remedy: 'Wait until one of them has ended: `bulkhead status`.',
    },
  ]
}

/** Dates on record are of the writers' clocks: spacing is courtesy, not safety. */
function refuseHaste({ policy, state, commit, now }: StartCheck): Finding[] {
  const { spacing } = policy.schedule
  const begun = [...state.rollouts, ...state.unfinished]
    .filter((rollout) => rollout.commit !== commit)
    .map(({ startedAt }) => Date.parse(startedAt))
  const ended = Object.values(state.regions).map(({ at }) => Date.parse(at))
  const last = Math.max(0, ...begun, ...ended)
  const left = last + spacing - now
  if (last === 0 || left <= 0) return []
  return [
    {
      code: 'rollout/too-soon',
      subject: policy.name,
      message: `the last deploy is ${Math.round((now - last) / 1000)} s ago, the policy wants ${spacing / 1000} s`,
      remedy: `Try again in ${Math.ceil(left / 1000)} s.`,
    },
  ]
}

/** Promotion: only an artifact that was fully good in the environment before this one. */
export function refuseUnpromoted(
  { name, after }: EnvironmentPolicy,
  artifact: Digest,
  good: readonly GoodRelease[],
): Finding[] {
  if (
    after === undefined ||
    good.some(({ artifacts }) => artifacts.some(({ digest }) => digest === artifact))
  )
    return []
  return [
    {
      code: 'rollout/not-promoted',
      subject: artifact,
      message: `was not fully good in ${after}, which comes before ${name}`,
      remedy: `Ship these very bytes there first: \`bulkhead ship --environment ${after}\`.`,
    },
  ]
}
