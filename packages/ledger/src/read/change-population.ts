import type { CommitId } from '@bulkhead/vocabulary'
import type { EntryOnRecord } from '../entry.ts'
import { leaseOf } from '../rules/lease-rules.ts'
import { csvLine } from './csv.ts'
import { type Reservations, isMisdated, isVoided } from './reservations.ts'

/** One change of an environment: a rollout, or a deploy that was refused. */
export interface Change {
  readonly commit: CommitId
  readonly artifacts: readonly string[]
  readonly region: string
  /** PASS or BLOCK of the newest verdict before it; empty when there was none. */
  readonly verdict: string
  /** Name of the key that signed that verdict. */
  readonly signer: string
  readonly approvers: readonly string[]
  /** Who deployed. */
  readonly actors: readonly string[]
  readonly start: string
  /** Empty while it is under way. */
  readonly end: string
  readonly result: string
  /** Indexes of its first and last entry. */
  readonly entries: readonly [number, number]
  /** Indexes of those of its entries, or of its verdict and lease, that a revoked key had signed: they do not count. */
  readonly voided: readonly number[]
  /** The same for those that were dated ahead by a wrong clock. */
  readonly misdated: readonly number[]
}

/**
 * Every change on record, in the order of their beginnings. Entries have to come in order. What was
 * started and lost its lease before it ended is `abandoned`. A change that does not count is one of the
 * population all the same: it says which of its entries were taken back.
 */
export function* changesOf(
  entries: Iterable<EntryOnRecord>,
  reservations: Reservations,
): Generator<Change> {
  const verdicts = new Map<CommitId, EntryOnRecord>()
  const leases = new Map<number, EntryOnRecord>()
  const open = new Map<number, Change>()
  const noting = (change: Change, basis: readonly (EntryOnRecord | undefined)[]) =>
    noted(change, basis, reservations)
  for (const entry of entries) {
    const { kind, release, fence, index, at } = entry
    if (kind === 'lease.acquired') leases.set(index, entry)
    if (kind === 'gate.verdict' && release !== undefined) verdicts.set(release.commit, entry)
    for (const ended of endedLeases(entry)) {
      const change = open.get(ended)
      open.delete(ended)
      if (change !== undefined) yield { ...noting(change, [entry]), end: at, result: 'abandoned' }
    }
    if (release === undefined) continue
    const begun = () => {
      const basis = { verdict: verdicts.get(release.commit), lease: leases.get(fence ?? -1) }
      return noting(beginningOf(entry, basis), [basis.verdict, basis.lease, entry])
    }
    if (kind === 'deploy.refused') yield { ...begun(), end: at, result: 'refused' }
    if (fence === undefined) continue
    const change = open.get(fence)
    if (kind === 'deploy.started') open.set(fence, begun())
    else if (change === undefined) continue
    else if (kind !== 'deploy.finished') open.set(fence, noting(change, [entry]))
    else {
      open.delete(fence)
      const result = String(entry.data['result'])
      yield { ...noting(change, [entry]), end: at, result, entries: [change.entries[0], index] }
    }
  }
  yield* open.values()
}

/** With what a log says against the entries that a change rests on. */
function noted(
  change: Change,
  basis: readonly (EntryOnRecord | undefined)[],
  reservations: Reservations,
): Change {
  const known = basis.filter((entry) => entry !== undefined)
  const those = (is: (against: Reservations, entry: EntryOnRecord) => boolean) =>
    known.filter((entry) => is(reservations, entry)).map(({ index }) => index)
  const voided = [...change.voided, ...those(isVoided)]
  const misdated = [...change.misdated, ...those(isMisdated)]
  return { ...change, voided, misdated }
}

function endedLeases(entry: EntryOnRecord): readonly number[] {
  if (entry.kind === 'lease.released') return entry.fence === undefined ? [] : [entry.fence]
  if (entry.kind === 'lease.broken') return [Number(entry.data['token'])]
  if (entry.kind !== 'lease.acquired') return []
  const { takesOver } = leaseOf(entry)
  return takesOver === null ? [] : [takesOver]
}

function beginningOf(
  { release, actors, at, index }: EntryOnRecord,
  { verdict, lease }: Record<'verdict' | 'lease', EntryOnRecord | undefined>,
): Change {
  if (release === undefined) throw new TypeError('a change of nothing')
  return {
    commit: release.commit,
    artifacts: release.artifacts.map(({ name, digest }) => `${name}@${digest}`),
    region: lease === undefined ? '' : leaseOf(lease).region,
    verdict: verdict === undefined ? '' : String(verdict.data['outcome']),
    signer: verdict?.signer ?? '',
    approvers: approversOf(verdict),
    actors: actors.map(({ provider, id }) => `${provider}:${id}`),
    start: at,
    end: '',
    result: 'under way',
    entries: [index, index],
    voided: [],
    misdated: [],
  }
}

function approversOf(verdict: EntryOnRecord | undefined): readonly string[] {
  const approvals = verdict?.data['approvals']
  if (!Array.isArray(approvals)) return []
  const names = approvals.map((approval: unknown) =>
    typeof approval === 'object' && approval !== null && 'approver' in approval
      ? String(approval.approver)
      : '',
  )
  return [...new Set(names.filter((name) => name !== ''))]
}

const COLUMNS = [
  'environment',
  'commit',
  'artifacts',
  'author',
  'signer',
  'verdict',
  'approvers',
  'deployed by',
  'region',
  'start',
  'end',
  'result',
  'first entry',
  'last entry',
  'voided entries',
  'misdated entries',
] as const

export const CHANGE_HEADER: string = csvLine(COLUMNS)

/** @param author of the commit, where it is known: the log itself holds no names */
export const changeLine = (change: Change, environment: string, author: string): string =>
  csvLine([
    environment,
    change.commit,
    change.artifacts.join(' '),
    author,
    change.signer,
    change.verdict,
    change.approvers.join(' '),
    change.actors.join(' '),
    change.region,
    change.start,
    change.end,
    change.result,
    ...change.entries.map(String),
    change.voided.join(' '),
    change.misdated.join(' '),
  ])
