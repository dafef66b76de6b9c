import type { Ledger, LedgerEntry } from '@bulkhead/ledger'
import {
  type Observation,
  type RecordedBatch,
  type RolloutMemory,
  type UnitId,
  recall,
} from '@bulkhead/rollout'
import type { FencingToken } from '@bulkhead/vocabulary'
import type { Deployment } from './deployment.ts'

type Unfinished = Awaited<ReturnType<Ledger['state']>>['unfinished'][number]

const covers = (rollout: Unfinished, region: string): boolean =>
  rollout.region.split('+').includes(region)

/** What was begun in a region before, and never ended. */
export interface Takeover {
  /** Of this very release: it is gone on with. */
  readonly memory: RolloutMemory | undefined
  /** Of other releases, which end here. */
  readonly overtaken: readonly RolloutMemory[]
}

/**
 * What was left unfinished in a region. Of the same release: it is gone on with, and this is what must
 * be known of it. Of another one: it ends here, superseded, for the mixed fleet goes straight to the
 * new release (nobody takes the detour over the old one).
 */
export async function takeOver(
  deployment: Deployment,
  region: string,
  token: FencingToken,
): Promise<Takeover> {
  const { ledger, release, purpose } = deployment
  const unfinished = (await ledger.state()).unfinished.filter((left) => covers(left, region))
  const entries: LedgerEntry[] = []
  if (unfinished.length > 0)
    for await (const entry of ledger.entries()) if (isOfDeploys(entry)) entries.push(entry)
  let memory: RolloutMemory | undefined
  const overtaken: RolloutMemory[] = []
  for (const left of unfinished) {
    const remembered = memoryOf(entries, left)
    if (left.commit === release.commit && purpose === 'release') memory = remembered
    else {
      await supersede(deployment, left, token)
      overtaken.push(remembered)
    }
  }
  return { memory, overtaken }
}

const isOfDeploys = ({ kind }: LedgerEntry): boolean =>
  kind === 'deploy.resumed' || kind === 'deploy.step'

async function supersede(
  { ledger, actors, release }: Deployment,
  left: Unfinished,
  token: FencingToken,
): Promise<void> {
  const { commit, artifacts } = left
  const entry = { release: { commit, artifacts }, fence: token, actors }
  await ledger.append([
    { ...entry, kind: 'deploy.resumed', data: { of: left.id } },
    {
      ...entry,
      kind: 'deploy.finished',
      data: { result: 'superseded', by: release.commit, findings: [] },
    },
  ])
}

/** The batches of a rollout, under whichever tokens it was carried out. */
export function memoryOf(
  entries: readonly LedgerEntry[],
  { id, direction, startedAt }: Unfinished,
): RolloutMemory {
  const tokens = new Set<FencingToken>([id])
  const batches: RecordedBatch[] = []
  for (const entry of entries) {
    if (entry.kind === 'deploy.resumed' && entry.data['of'] === id && entry.fence !== undefined)
      tokens.add(entry.fence)
    if (entry.kind !== 'deploy.step' || entry.fence === undefined || !tokens.has(entry.fence))
      continue
    const batch = batchOf(entry)
    if (batch) batches.push(batch)
  }
  return { of: id, direction, began: Date.parse(startedAt), batches }
}

/**
 * Units that a rollout before it has touched: those that are down are replaced before anything else,
 * and the sums count on that. Whoever is held out of traffic must not keep its own mending out.
 */
export const touchedBefore = (
  memories: readonly RolloutMemory[],
  seen: Observation,
): readonly UnitId[] => memories.flatMap((memory) => [...recall(memory, seen).touched])

const STEPS = [
  'batch-intended',
  'batch-done',
  'batch-failed',
  'batch-withdrawn',
  'aside-done',
] as const

function batchOf({ data }: LedgerEntry): RecordedBatch | undefined {
  const step = STEPS.find((name) => name === data['step'])
  const batch = data['batch']
  if (step === 'aside-done' && data['why'] !== null) return undefined
  if (step === undefined || typeof batch !== 'object' || batch === null) return undefined
  const { region, zone, count, units } = batch as Readonly<Record<string, unknown>>
  if (typeof region !== 'string' || typeof zone !== 'string' || typeof count !== 'number')
    return undefined
  return {
    step,
    direction: data['direction'] === 'back' ? 'back' : 'forward',
    region,
    zone,
    count,
    units: Array.isArray(units) ? units.filter(isUnitId) : [],
  }
}

const isUnitId = (unit: unknown): unit is UnitId => typeof unit === 'string'
