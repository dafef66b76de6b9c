import type { Actor, EntryDraft, Ledger } from '@bulkhead/ledger'
import type { Batch, Journal, Plan, RolloutEvent } from '@bulkhead/rollout'
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
  /** Digest of the attestation that this rollout rests on. */
  readonly attestation: Digest
}

/** Writes what a rollout says into the ledger: it is on record before it happens (DESIGN law 8). */
export function ledgerJournal(options: LedgerJournalOptions): Journal {
  const { ledger, token, actors, release } = options
  return {
    async record(events) {
      const drafts = events.map((event): EntryDraft => ({
        kind: kindOf(event),
        release,
        fence: token,
        actors,
        data: dataOf(event, options.attestation),
      }))
      await ledger.append(drafts).catch(asWorldFailure)
    },
  }
}

/** A log that no longer verifies under a running rollout: nothing can be put on record, so it must stop. */
function asWorldFailure(error: unknown): never {
  const [first] = error instanceof DeniedError ? error.findings : []
  throw first === undefined ? error : new WorldError(first, { cause: error })
}

function kindOf(event: RolloutEvent): EntryDraft['kind'] {
  switch (event.kind) {
    case 'started':
      return 'deploy.started'
    case 'batch-intended':
    case 'batch-done':
    case 'batch-failed':
    case 'batch-withdrawn':
    case 'wave-judged':
      return 'deploy.step'
    case 'rolling-back':
      return 'rollback.started'
    case 'finished':
      return 'deploy.finished'
  }
}

function dataOf(event: RolloutEvent, attestation: Digest): EntryDraft['data'] {
  switch (event.kind) {
    case 'started':
      return { attestation, plan: summaryOf(event.plan) }
    case 'batch-intended':
    case 'batch-done':
      return {
        step: event.kind,
        wave: event.wave,
        direction: event.direction,
        batch: batchOf(event.batch),
      }
    case 'batch-failed':
      return {
        step: event.kind,
        wave: event.wave,
        direction: event.direction,
        batch: batchOf(event.batch),
        findings: codesOf([event.finding]),
      }
    case 'batch-withdrawn':
      return {
        step: event.kind,
        wave: event.wave,
        direction: event.direction,
        batch: batchOf(event.batch),
        why: event.why,
      }
    case 'wave-judged':
      return {
        step: event.kind,
        wave: event.wave,
        decision: event.decision,
        why: event.why,
        requests: event.requests,
        errors: event.errors,
      }
    case 'rolling-back':
      return { findings: codesOf(event.findings) }
    case 'finished':
      return { result: event.result, findings: codesOf(event.findings) }
  }
}

/** Unit lists stay out: a plan of 100,000 units must fit an entry, and the digest binds them. */
const summaryOf = (plan: Plan) => ({
  digest: plan.digest,
  lane: plan.lane,
  required: plan.required,
  previous: plan.previous,
  waves: plan.waves.map((wave) => ({
    name: wave.name,
    units: wave.stages.reduce((total, stage) => total + stage.units.length, 0),
    zones: [...new Set(wave.stages.map((stage) => `${stage.region}/${stage.zone}`))],
  })),
})

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
