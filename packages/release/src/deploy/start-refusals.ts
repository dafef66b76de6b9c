import type { EnvironmentState, GoodRelease } from '@bulkhead/ledger'
import type { EnvironmentPolicy } from '@bulkhead/policy'
import { freezeAt } from '@bulkhead/rollout'
import {
  type CommitId,
  type Digest,
  type FencingToken,
  type Finding,
  counted,
} from '@bulkhead/vocabulary'

export interface StartCheck {
  readonly policy: EnvironmentPolicy
  readonly state: EnvironmentState
  readonly commit: CommitId
  readonly now: number
  /** The holders of these leases are gone: their rollouts are under way no more. */
  readonly breaking?: { readonly tokens: readonly FencingToken[] } | undefined
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

/** Why a release may not begin now: calendar, too many under way, too soon after the last. */
export const refuseStart = (check: StartCheck): readonly Finding[] => [
  ...refuseFrozen(check.policy, check.now),
  ...refuseCrowd(check),
  ...refuseHaste(check),
]

/** No more releases at once than the policy allows. In each region the lease sees to it besides. */
function refuseCrowd({ policy, state, commit, breaking }: StartCheck): Finding[] {
  const { mostAtOnce = Number.POSITIVE_INFINITY } = policy.schedule
  const others = new Set(
    state.rollouts
      .filter(({ token }) => breaking?.tokens.includes(token) !== true)
      .map((rollout) => rollout.commit),
  )
  others.delete(commit)
  if (others.size < mostAtOnce) return []
  return [
    {
      code: 'rollout/too-many',
      subject: policy.name,
      message: `${counted(others.size, 'release is', 'releases are')} under way, the policy allows ${mostAtOnce}`,
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

/**
 * While a hotfix goes out nothing else begins: it would only be made to yield, and lack the fix. A
 * hotfix that was withdrawn stands in nobody's way.
 */
export function refuseBeforeHotfix(
  environment: string,
  { rollouts, unfinished, hotfixes }: EnvironmentState,
): Finding[] {
  const begun = [...rollouts, ...unfinished]
  const open = hotfixes.filter(({ closed, everywhere }) => closed === null && everywhere === null)
  const isYielded = begun.some(({ ordered }) => ordered?.order === 'yield')
  const first = open.find(({ commit }) => isYielded || begun.some((one) => one.commit === commit))
  if (first === undefined) return []
  return [
    {
      code: 'rollout/hotfix-first',
      subject: environment,
      message: `hotfix ${first.id} is being shipped`,
      remedy: `Wait for it (\`bulkhead status\`); then merge it (\`git merge ${first.commit}\`), and ship.`,
    },
  ]
}

/** Releases that waited for their turn, and that a hotfix passes. */
export const overtakenQueue = ({ queue }: EnvironmentState): Finding[] =>
  queue.waiting.map(({ id, commit }) => ({
    code: 'rollout/overtaken-in-queue',
    subject: commit,
    message: `it waits under number ${id}`,
    remedy: 'It ships after the hotfix, and contains it then.',
  }))
