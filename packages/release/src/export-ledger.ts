import {
  CHANGE_HEADER,
  type EntryFilter,
  changeLine,
  changesOf,
  cloudEventOf,
  entryFilter,
} from '@bulkhead/ledger'
import { type Finding, printableJson } from '@bulkhead/vocabulary'
import { type ReadLedger, auditLedger } from './audit-ledger.ts'
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
}

/** The record of an environment for other tools. Nothing is concluded from a log that does not verify. */
export async function exportLedger(
  workspace: Workspace,
  { environment, genesis, format, filter }: LedgerExport,
): Promise<ExportedLedger> {
  const audit = await auditLedger(workspace, environment, genesis)
  const { findings, entries, reservations } = audit
  if (findings.length > 0) return { findings, lines: [] }
  const lines =
    format === 'csv'
      ? await changeLines(workspace, environment, audit, filter)
      : entries
          .filter(entryFilter(filter))
          .map((entry) => `${printableJson(cloudEventOf(entry, reservations))}\n`)
  return { findings, lines }
}

/** A change belongs to the time in which it began. */
async function changeLines(
  workspace: Workspace,
  environment: string,
  { entries, reservations }: ReadLedger,
  { release, since = '', until = '\uffff', region }: EntryFilter,
): Promise<readonly string[]> {
  const changes = [...changesOf(entries, reservations)]
    .filter(({ start }) => start >= since && start < until)
    .filter(({ commit }) => release === undefined || commit.startsWith(release))
    .filter((change) => region === undefined || change.region.split('+').includes(region))
    .sort((one, other) => one.entries[0] - other.entries[0])
  const authors = await authorsOf(
    workspace,
    changes.map(({ commit }) => commit),
  )
  return [
    CHANGE_HEADER,
    ...changes.map((change) => changeLine(change, environment, authors.get(change.commit) ?? '')),
  ]
}
