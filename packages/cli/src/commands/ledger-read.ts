import { type Command, Option } from 'commander'
import {
  type EntryFilter,
  type EntryOnRecord,
  KINDS,
  type Reservations,
  entryFilter,
  isMisdated,
  isVoided,
} from '@bulkhead/ledger'
import {
  type Workspace,
  auditLedger,
  exportLedger,
  mirrorLedger,
  outputFile,
  outputFolder,
} from '@bulkhead/release'
import { counted, printable } from '@bulkhead/vocabulary'
import type { CommandResult } from '../command-result.ts'
import {
  type EnvironmentOptions,
  environmentOf,
  withEnvironmentOptions,
} from '../environment-options.ts'
import { type Host, answer } from '../host.ts'
import { inWorkspace } from '../in-workspace.ts'
import { acknowledgedLine, result, wrongOption } from './ledger-evidence.ts'
import { entriesOf, filterOf, nothingMatches, withFilter } from './ledger-filter.ts'

type LogOptions = EnvironmentOptions & EntryFilter

/** `ledger log`: the entries for people. */
export function registerLog(ledger: Command, host: Host): void {
  const example = 'ledger log --kind deploy.finished --since 2026-01-01'
  withFilter(withEnvironmentOptions(ledger.command('log'), example))
    .description('list the entries, oldest first; refused like verify when the log does not verify')
    .action((options: LogOptions) =>
      answer(host, 'ledger log', options, () => {
        host.onlyReads()
        return inWorkspace(options, (at) => list(at, options, host.console.err))
      }),
    )
}

async function list(
  workspace: Workspace,
  options: LogOptions,
  note: (line: string) => void,
): Promise<CommandResult> {
  const filter = filterOf(options)
  const environment = await environmentOf(workspace, options)
  const audit = await auditLedger(workspace, environment, options.genesis)
  const { entries, findings, acknowledged, head, reservations } = audit
  const verdict = findings.length === 0 ? 'VERIFIED' : 'REFUSED'
  const chosen = entries.filter(entryFilter(filter))
  const seen = chosen.length === entries.length ? '' : `, ${chosen.length} shown`
  const size = entries.length
  const all = entriesOf(size, environment)
  if (chosen.length === 0 && Object.keys(filter).length > 0)
    note(printable(nothingMatches(filter, all)))
  const kindLength = chosen.reduce((most, { kind }) => Math.max(most, kind.length), 0)
  return result(findings, { verdict, environment, size, head, acknowledged, entries: chosen }, [
    ...chosen.map((entry) => lineOf(entry, kindLength, reservations)),
    ...acknowledged.map(acknowledgedLine),
    printable(`${verdict}: ${all}${seen}${head === null ? '' : `, head ${head}`}`),
  ])
}

/** Letters of what an entry tells, and of who stands behind it: neither pushes the other off the line. */
const MOST_TOLD = 160

function lineOf(entry: EntryOnRecord, kindLength: number, against: Reservations): string {
  const { index, at, kind, release, data, actors } = entry
  const told = KINDS[kind].tells.map((member) => data[member])
  const words = told.filter((word) => typeof word === 'string' || typeof word === 'number')
  const who = actors.map(({ role, provider, id }) => `${role} ${provider}:${id}`).join(', ')
  return [
    `${String(index).padStart(4)} ${at} ${kind.padEnd(kindLength)}`,
    ...(release === undefined ? [] : [release.commit.slice(0, 12)]),
    ...(words.length === 0 ? [] : [printable(words.join(' '), MOST_TOLD)]),
    `(${printable(who, MOST_TOLD)})`,
    ...(isVoided(against, entry) ? ['[does not count]'] : []),
    ...(isMisdated(against, entry) ? ['[misdated]'] : []),
  ].join(' ')
}

interface ExportOptions extends LogOptions {
  readonly format?: 'cloudevents' | 'csv'
  readonly out?: string
  readonly mirror?: string
}

/** `ledger export`: the record for other tools, and for auditors. */
export function registerExport(ledger: Command, host: Host): void {
  const example =
    'ledger export --format csv --since 2026-01-01 --until 2027-01-01 --out changes.csv'
  withFilter(withEnvironmentOptions(ledger.command('export'), example))
    .description(
      'write the entries as CloudEvents, the population of changes as CSV, or the whole log as files',
    )
    .addOption(
      new Option(
        '--format <format>',
        'cloudevents (unless named): one JSON event a line; csv: one change a line',
      ).choices(['cloudevents', 'csv']),
    )
    .option('--out <file>', 'where to write (default: print)')
    .option(
      '--mirror <dir>',
      'write the log itself, as a static tlog-tiles log (see docs/ledger.md)',
    )
    .action((options: ExportOptions) =>
      answer(host, 'ledger export', options, () =>
        inWorkspace(options, (at) => exportLog(at, options, host.console.err)),
      ),
    )
}

async function exportLog(
  workspace: Workspace,
  options: ExportOptions,
  note: (line: string) => void,
): Promise<CommandResult> {
  const { mirror, out, format = 'cloudevents', genesis } = options
  const filter = filterOf(options)
  refuseCombination(options, filter)
  const environment = await environmentOf(workspace, options)
  // Nothing is concluded from a log that does not verify; a mirror of it may be what an auditor wants.
  if (mirror !== undefined) {
    await outputFolder(mirror)
    const { findings, head } = await auditLedger(workspace, environment, genesis)
    if (head === null) return result(findings, { mirror: null, size: 0 }, ['REFUSED'])
    const size = await mirrorLedger(workspace, environment, mirror, genesis)
    return result(findings, { mirror, size }, [`${mirror}: ${counted(size, 'entry', 'entries')}`])
  }
  const file = out === undefined ? undefined : await outputFile(out)
  const { findings, lines, of } = await exportLedger(workspace, {
    environment,
    format,
    filter,
    ...(genesis === undefined ? {} : { genesis }),
  })
  if (findings.length > 0) return result(findings, { lines: 0 }, ['REFUSED'])
  const records = format === 'csv' ? lines.length - 1 : lines.length
  const all = format === 'csv' ? counted(of, 'change') : entriesOf(of, environment)
  if (records === 0 && Object.keys(filter).length > 0) note(printable(nothingMatches(filter, all)))
  const text = lines.join('')
  await file?.write(text)
  const shown =
    out === undefined ? text.trimEnd().split(/\r?\n/) : [`${out}: ${counted(lines.length, 'line')}`]
  return result(
    [],
    { environment, lines: lines.length, text: out === undefined ? text : null },
    shown,
  )
}

/** What would go unheeded is said before anything is done. */
function refuseCombination({ mirror, out, format }: ExportOptions, filter: EntryFilter): void {
  const [entryFilterName] = (['person', 'kind'] as const).filter((name) => name in filter)
  if (format === 'csv' && entryFilterName !== undefined)
    throw wrongOption(
      `--${entryFilterName}`,
      'picks entries, and a line of the population is a change',
      'leave it out, or choose among the lines',
    )
  if (mirror === undefined) return
  const [other] = [
    ...(out === undefined ? [] : ['--out']),
    ...(format === undefined ? [] : ['--format']),
    ...Object.keys(filter).map((name) => `--${name}`),
  ]
  if (other !== undefined)
    throw wrongOption(
      other,
      'says nothing to --mirror, which is the whole log',
      'leave one of them out',
    )
}
