import type { Ledger, LedgerEntry } from '@bulkhead/ledger'
import type { RecordedBatch, RolloutMemory, UnitId } from '@bulkhead/rollout'
import type { FencingToken } from '@bulkhead/vocabulary'
import type { Deployment } from './deployment.ts'

type Unfinished = Awaited<ReturnType<Ledger['state']>>['unfinished'][number]

const covers = (rollout: Unfinished, region: string): boolean =>
  rollout.region.split('+').includes(region)

/**
 * What was left unfinished in a region. Of the same release: it is gone on with, and this is what must
 * be known of it. Of another one: it ends here, superseded, for the mixed fleet goes straight to the
 * new release (nobody takes the detour over the old one).
 */
export async function takeOver(
  deployment: Deployment,
  region: string,
  token: FencingToken,
): Promise<RolloutMemory | undefined> {
  const { ledger, release, purpose } = deployment
  let memory: RolloutMemory | undefined
  for (const left of (await ledger.state()).unfinished) {
    if (!covers(left, region)) continue
    if (left.commit === release.commit && purpose === 'release') memory = await recall(ledger, left)
    else await supersede(deployment, left, token)
  }
  return memory
}

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

/** Reads the batches of a rollout, under whichever tokens it was carried out. */
async function recall(
  ledger: Ledger,
  { id, direction, startedAt }: Unfinished,
): Promise<RolloutMemory> {
  const tokens = new Set<FencingToken>([id])
  const batches: RecordedBatch[] = []
  for await (const entry of ledger.entries()) {
    if (entry.kind === 'deploy.resumed' && entry.data['of'] === id && entry.fence !== undefined)
      tokens.add(entry.fence)
    if (entry.kind !== 'deploy.step' || entry.fence === undefined || !tokens.has(entry.fence))
      continue
    const batch = batchOf(entry)
    if (batch) batches.push(batch)
  }
  return { of: id, direction, began: Date.parse(startedAt), batches }
}

const STEPS = ['batch-intended', 'batch-done', 'batch-failed', 'batch-withdrawn'] as const

function batchOf({ data }: LedgerEntry): RecordedBatch | undefined {
  const step = STEPS.find((name) => name === data['step'])
  const batch = data['batch']
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
