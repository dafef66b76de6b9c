import type { CommitId } from '@bulkhead/vocabulary'
import type { EntryOnRecord } from '../entry.ts'
import { leaseOf } from '../rules/lease-rules.ts'
import { csvLine } from './csv.ts'

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
}

/**
 * Every change on record, in the order of their beginnings. Entries have to come in order. What was
 * started and lost its lease before it ended is `abandoned`.
 */
export function* changesOf(entries: Iterable<EntryOnRecord>): Generator<Change> {
  const verdicts = new Map<CommitId, EntryOnRecord>()
  const regions = new Map<number, string>()
  const open = new Map<number, Change>()
  for (const entry of entries) {
    const { kind, release, fence, index, at } = entry
    if (kind === 'lease.acquired') regions.set(index, leaseOf(entry).region)
    if (kind === 'gate.verdict' && release !== undefined) verdicts.set(release.commit, entry)
    for (const ended of endedLeases(entry)) {
      const change = open.get(ended)
      open.delete(ended)
      if (change !== undefined) yield { ...change, end: at, result: 'abandoned' }
    }
    if (release === undefined) continue
    const begun = () => beginningOf(entry, verdicts.get(release.commit), regions.get(fence ?? -1))
    if (kind === 'deploy.refused') yield { ...begun(), end: at, result: 'refused' }
    if (fence === undefined) continue
    const change = open.get(fence)
    if (kind === 'deploy.started') open.set(fence, begun())
    else if (kind === 'deploy.finished' && change !== undefined) {
      open.delete(fence)
      const result = String(entry.data['result'])
      yield { ...change, end: at, result, entries: [change.entries[0], index] }
    }
  }
  yield* open.values()
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
  verdict: EntryOnRecord | undefined,
  region = '',
): Change {
  if (release === undefined) throw new TypeError('a change of nothing')
  return {
    commit: release.commit,
    artifacts: release.artifacts.map(({ name, digest }) => `${name}@${digest}`),
    region,
    verdict: verdict === undefined ? '' : String(verdict.data['outcome']),
    signer: verdict?.signer ?? '',
    approvers: approversOf(verdict),
    actors: actors.map(({ provider, id }) => `${provider}:${id}`),
    start: at,
    end: '',
    result: 'under way',
    entries: [index, index],
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
  ])
