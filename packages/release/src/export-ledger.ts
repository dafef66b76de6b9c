import {
  CHANGE_HEADER,
  type Change,
  type EntryFilter,
  changeLine,
  changesOf,
  cloudEventOf,
  entryFilter,
} from '@bulkhead/ledger'
import { type Finding, printableJson } from '@bulkhead/vocabulary'
import { auditLedger } from './audit-ledger.ts'
import { authorsOf } from './commit-authors.ts'
import type { Workspace } from './workspace.ts'

export interface LedgerExport {
  readonly environment: string
  readonly genesis?: string
  /** `cloudevents`: one JSON event a line. `csv`: a header, then one change a line. */
  readonly format: 'cloudevents' | 'csv'
  /** Which entries; for changes, the time in which they began, commit and region. */
  readonly filter: EntryFilter
}

export interface ExportedLedger {
  readonly findings: readonly Finding[]
  /** Each with its line end; none where the log does not verify. */
  readonly lines: readonly string[]
  /** How many entries or changes there are, of which the filter took some. */
  readonly of: number
}

/** The record of an environment for other tools. Nothing is concluded from a log that does not verify. */
export async function exportLedger(
  workspace: Workspace,
  { environment, genesis, format, filter }: LedgerExport,
): Promise<ExportedLedger> {
  const audit = await auditLedger(workspace, environment, genesis)
  const { findings, entries, reservations } = audit
  if (findings.length > 0) return { findings, lines: [], of: entries.length }
  if (format === 'csv') {
    const changes = [...changesOf(entries, reservations)]
    const lines = await changeLines(workspace, environment, changes.filter(changeFilter(filter)))
    return { findings, lines, of: changes.length }
  }
  const chosen = entries.filter(entryFilter(filter))
  const lines = chosen.map((entry) => `${printableJson(cloudEventOf(entry, reservations))}\n`)
  return { findings, lines, of: entries.length }
}

/** A change belongs to the time in which it began. */
const changeFilter =
  ({ release, since = '', until = '\uffff', region }: EntryFilter) =>
  ({ start, commit, region: covered }: Change): boolean =>
    start >= since &&
    start < until &&
    (release === undefined || commit.startsWith(release)) &&
    (region === undefined || covered.split('+').includes(region))

async function changeLines(
  workspace: Workspace,
  environment: string,
  changes: readonly Change[],
): Promise<readonly string[]> {
  const authors = await authorsOf(
    workspace,
    changes.map(({ commit }) => commit),
  )
  return [
    CHANGE_HEADER,
    ...changes
      .toSorted((one, other) => one.entries[0] - other.entries[0])
      .map((change) => changeLine(change, environment, authors.get(change.commit) ?? '')),
  ]
}
