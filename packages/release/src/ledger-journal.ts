import type { Actor, EntryDraft, EnvironmentState, Ledger } from '@bulkhead/ledger'
import type { Batch, BatchStep, Journal, Plan, Receipt, RolloutEvent } from '@bulkhead/rollout'
import {
  DeniedError,
  type Digest,
  type FencingToken,
  type Finding,
  WorldError,
} from '@bulkhead/vocabulary'

export interface LedgerJournalOptions {
  readonly ledger: Ledger
  readonly token: FencingToken
  readonly actors: readonly Actor[]
  readonly release: NonNullable<EntryDraft['release']>
  /** Digest of the attestation that this rollout rests on; null on the way back to what was good. */
  readonly attestation: Digest | null
  /** What would have held it back in the standard lane. */
  readonly overridden: readonly Finding[]
  /** All regions that the release must reach to be fully good. */
  readonly regions: readonly string[]
}

/** Writes what a rollout says into the ledger: it is on record before it happens (DESIGN law 8). */
export function ledgerJournal(options: LedgerJournalOptions): Journal {
  const { ledger, token, actors, release } = options
  let plan: Plan | undefined
  const append = async (drafts: readonly Pick<EntryDraft, 'kind' | 'data'>[]): Promise<Receipt> => {
    await ledger
      .append(drafts.map((draft) => ({ ...draft, release, fence: token, actors })))
      .catch(asWorldFailure)
    return standingIn(ledger.known(), token)
  }
  return {
    record(events) {
      for (const event of events) if ('plan' in event) plan = event.plan
      return append(
        events.flatMap((event) => [
          { kind: kindOf(event), data: dataOf(event, { ...options, plan }) },
          ...(isLastWord(event) ? [GIVEN_BACK] : []),
        ]),
      )
    },
    signOfLife: () => append([{ kind: 'lease.renewed', data: {} }]),
    standing: async () => standingIn(await ledger.state().catch(asWorldFailure), token),
  }
}

const GIVEN_BACK = { kind: 'lease.released', data: {} } as const

/**
 * Nothing is done under a lease after these, so it is given back by the same append: a process that is
 * killed then leaves none behind. What is stuck is held until a human has looked.
 */
const isLastWord = (event: RolloutEvent): boolean =>
  event.kind === 'paused' || (event.kind === 'finished' && event.result !== 'stuck')

const standingIn = ({ rollouts }: EnvironmentState, token: FencingToken): Receipt => ({
  standing: rollouts.find((rollout) => rollout.token === token)?.ordered ?? null,
})

/** A log that no longer verifies under a running rollout: nothing can be put on record, so it must stop. */
function asWorldFailure(error: unknown): never {
  const [first] = error instanceof DeniedError ? error.findings : []
  throw first === undefined ? error : new WorldError(first, { cause: error })
}

const KINDS = {
  started: 'deploy.started',
  resumed: 'deploy.resumed',
  'batch-intended': 'deploy.step',
  'batch-done': 'deploy.step',
  'batch-failed': 'deploy.step',
  'batch-withdrawn': 'deploy.step',
  'aside-intended': 'deploy.step',
  'aside-done': 'deploy.step',
  'tested-side-by-side': 'deploy.step',
  'surge-intended': 'deploy.step',
  'surge-done': 'deploy.step',
  'wave-judged': 'deploy.step',
  'rolling-back': 'rollback.started',
  paused: 'deploy.paused',
  finished: 'deploy.finished',
} as const satisfies Record<RolloutEvent['kind'], EntryDraft['kind']>

const kindOf = (event: RolloutEvent): EntryDraft['kind'] => KINDS[event.kind]

interface Background extends Pick<LedgerJournalOptions, 'attestation' | 'overridden'> {
  /** What the rollout goes by: its end names all regions and its purpose. */
  readonly plan: Plan | undefined
  readonly regions: readonly string[]
}

function dataOf(
  event: RolloutEvent,
  { attestation, overridden, plan, regions }: Background,
): EntryDraft['data'] {
  switch (event.kind) {
    case 'started':
      return {
        attestation,
        region: event.region,
        plan: summaryOf(event.plan, event.region),
        ...(overridden.length > 0 ? { overridden: codesOf(overridden) } : {}),
      }
    case 'resumed':
      return {
        of: event.of,
        attestation,
        region: event.region,
        plan: summaryOf(event.plan, event.region),
      }
    case 'batch-intended':
    case 'batch-done':
    case 'batch-failed':
    case 'batch-withdrawn':
      return stepOf(event)
    case 'aside-intended':
      return { step: event.kind, batch: batchOf(event.batch) }
    case 'aside-done':
      return { step: event.kind, batch: batchOf(event.batch), why: event.why }
    case 'tested-side-by-side':
    case 'surge-intended':
    case 'surge-done':
    case 'wave-judged': {
      const { kind, ...rest } = event
      return { step: kind, ...rest }
    }
    case 'rolling-back':
    case 'paused':
      return { findings: codesOf(event.findings) }
    case 'finished':
      return {
        result: event.result,
        findings: codesOf(event.findings),
        regions,
        purpose: plan?.purpose ?? 'release',
      }
  }
}

type StepEvent = Extract<RolloutEvent, BatchStep>

function stepOf(event: StepEvent): EntryDraft['data'] {
  const { kind, wave, direction, batch } = event
  const step = { step: kind, wave, direction, batch: batchOf(batch) }
  if (event.kind === 'batch-failed') return { ...step, findings: codesOf([event.finding]) }
  if (event.kind === 'batch-withdrawn') return { ...step, why: event.why }
  if (event.kind === 'batch-done' && event.victims !== undefined)
    return { ...step, victims: event.victims }
  return step
}

/** Unit lists stay out: a plan of 100,000 units must fit an entry, and the digest binds them. */
const summaryOf = (plan: Plan, name: string) => {
  const region = plan.regions.find((each) => each.region === name)
  return {
    digest: plan.digest,
    lane: plan.lane,
    purpose: plan.purpose,
    regions: plan.regions.map((each) => each.region),
    required: region?.required ?? 0,
    ...(region?.contracts.length ? { contracts: region.contracts.slice(0, MOST_PATHS) } : {}),
    previous: region?.previous ?? null,
    waves: (region?.waves ?? []).map((wave) => ({
      name: wave.name,
      units: wave.stages.reduce((total, stage) => total + stage.units.length, 0),
      zones: [...new Set(wave.stages.map((stage) => `${stage.region}/${stage.zone}`))],
    })),
  }
}

/** Of very many migrations the first stand for the rest. */
const MOST_PATHS = 20

/** An entry is at most 64 KiB: of a large batch the first units stand for the rest, which is counted. */
const batchOf = ({ region, zone, units }: Batch) => ({
  region,
  zone,
  count: units.length,
  units: units.slice(0, MOST_UNITS),
})
const MOST_UNITS = 200

const codesOf = (findings: readonly Finding[]) =>
  findings.slice(0, 20).map(({ code, subject }) => ({ code, subject: subject.slice(0, 200) }))
