import type { EnvironmentState, HotfixOnRecord, Ledger, RolloutOnRecord } from '@bulkhead/ledger'
import { type CommitId, type Finding, counted } from '@bulkhead/vocabulary'
import { writeLedger } from '../ledger-access.ts'
import type { ShipRequest } from '../ship-request.ts'
import { type TrustedBase, environmentPolicy, findBegunBase } from '../trusted-ref.ts'
import type { Workspace } from '../workspace.ts'
import { chosenHotfix } from './hotfix-access.ts'
import { refuseAfter, tryHole } from './prove-fix.ts'
import { openWhenTime } from './sealed-facts.ts'
import { tellLate } from './tell-late.ts'

/** How a hotfix that was rolled out everywhere stands. */
export interface Conclusion {
  /** Why it is not on record as shipped. */
  readonly findings: readonly Finding[]
  /** Whether a proof command found the hole closed; null where the policy names none. */
  readonly proof: 'closed' | null
  /** Releases whose rollout gave way: they wait in the queue now, and must contain the fix. */
  readonly preempted: readonly CommitId[]
  /** Whether what it fixes may be told and is: false where another clone knows it. */
  readonly told: boolean
}

type Request = Pick<
  ShipRequest,
  'environment' | 'genesis' | 'keyring' | 'actors' | 'target' | 'signal'
>

/** Puts on record that a hotfix has shipped: only when every unit says the version, and the hole is closed. */
export async function concludeHotfix(
  workspace: Workspace,
  request: Request,
  hotfix: HotfixOnRecord,
): Promise<Conclusion> {
  const { id, commit } = hotfix
  // Released by now: the newest policy is the fix's own.
  const base = await findBegunBase(workspace, request.environment, request.genesis)
  const unsure = [
    ...(await refuseElsewhere(request, commit)),
    ...(hotfix.drill ? [] : await proveAfter(workspace, request, base)),
  ]
  const proof = hotfix.drill || base.policy.policy.hotfix.proof === undefined ? null : 'closed'
  if (unsure.length > 0) return { findings: unsure, proof: null, preempted: [], told: false }
  const { environment, keyring, actors } = request
  const address = { ...base, environment, policy: base.ledgerPolicy }
  const ledger = await writeLedger(workspace, address, keyring, actors)
  const state = await ledger.state()
  const overtaken = await overtakenBy(ledger, commit)
  const { released } = state
  const artifacts = released?.commit === commit ? released.artifacts : []
  const preempted = overtaken.map((one) => one.commit)
  await ledger.append([
    {
      kind: 'hotfix.shipped',
      actors,
      release: { commit, artifacts },
      data: { of: id, proof, preempted },
    },
    ...overtaken
      .filter((one) => !isQueued(state, one.commit))
      .map((one) => ({
        kind: 'queue.added' as const,
        actors,
        release: { commit: one.commit, artifacts: one.artifacts },
        data: { place: 'newest-wins' },
      })),
  ])
  const known = chosenHotfix(ledger.known().hotfixes, id)
  // Everywhere, the embargo is over by itself: nobody has to remember it at four in the morning.
  const told = known.facts !== null || (await openWhenTime(workspace, ledger, known, actors))
  await tellLate(workspace, { base, ledger, hotfix: known, request })
  return { findings: [], proof, preempted, told }
}

async function refuseElsewhere(
  { target, environment }: Request,
  commit: CommitId,
): Promise<readonly Finding[]> {
  const { units } = await target.observe()
  const others = units.filter((unit) => unit.version !== commit || unit.health !== 'healthy')
  if (others.length === 0) return []
  return [
    {
      code: 'hotfix/not-everywhere',
      subject: environment,
      message: `${others.length} of ${counted(units.length, 'unit does', 'units do')} not say that they run it: ${others
        .slice(0, 5)
        .map((unit) => unit.id)
        .join(', ')}`,
      remedy: 'look at them (`bulkhead status`); then say it again: `bulkhead hotfix ship`',
    },
  ]
}

async function proveAfter(
  workspace: Workspace,
  { environment, signal }: Request,
  base: TrustedBase,
): Promise<readonly Finding[]> {
  const { proof: command } = base.policy.policy.hotfix
  if (command === undefined) return []
  const policy = environmentPolicy(base.policy, environment)
  const version = base.ledger.state.released?.commit ?? null
  return refuseAfter(command, await tryHole(workspace, { command, policy, version, signal }))
}

type Overtaken = Pick<RolloutOnRecord, 'commit' | 'artifacts'>

/** Releases whose rollout ended because this one took its place. */
async function overtakenBy(ledger: Ledger, commit: CommitId): Promise<readonly Overtaken[]> {
  const found = new Map<CommitId, Overtaken>()
  for await (const { kind, data, release } of ledger.entries())
    if (kind === 'deploy.finished' && data['by'] === commit && release !== undefined)
      found.set(release.commit, release)
  return [...found.values()]
}

const isQueued = ({ queue }: EnvironmentState, commit: CommitId): boolean =>
  [...queue.waiting, ...queue.suspects, ...queue.trains.flatMap(({ carries }) => carries)].some(
    (one) => one.commit === commit,
  )
