import { type Command, InvalidArgumentError, Option } from 'commander'
import {
  ENTRY_KINDS,
  type EntryFilter,
  KINDS,
  type EntryOnRecord,
  entryFilter,
} from '@bulkhead/ledger'
import { auditLedger, exportLedger, mirrorLedger } from '@bulkhead/release'
import type { Workspace } from '@bulkhead/release'
import { InputError, counted, printable } from '@bulkhead/vocabulary'
import type { CommandResult } from '../command-result.ts'
import {
  type EnvironmentOptions,
  environmentOf,
  withEnvironmentOptions,
} from '../environment-options.ts'
import { type Host, answer } from '../host.ts'
import { inWorkspace } from '../in-workspace.ts'
import { acknowledgedLine, result, writeNamed } from './ledger-evidence.ts'

type LogOptions = EnvironmentOptions & EntryFilter

const withFilter = (command: Command): Command =>
  command
    .option('--release <commit>', 'only about this commit, or one that begins so')
    .option('--person <id>', 'only by this actor: its id, or provider:id')
    .addOption(new Option('--kind <kind>', 'only of this kind').choices(ENTRY_KINDS))
    .option('--since <moment>', 'only from this moment on, such as 2026-01-31', moment)
    .option('--until <moment>', 'only before this moment', moment)
    .option('--region <name>', 'only under a lease that covers this region')

/** `ledger log`: the entries for people. */
export function registerLog(ledger: Command, host: Host): void {
  const example = 'ledger log --kind deploy.finished --since 2026-01-01'
  withFilter(withEnvironmentOptions(ledger.command('log'), example))
    .description('list the entries, oldest first; refused like verify when the log does not verify')
    .action((options: LogOptions) =>
      answer(host, 'ledger log', options, () => {
        host.onlyReads()
        return inWorkspace(options, (at) => list(at, options))
      }),
    )
}

async function list(workspace: Workspace, options: LogOptions): Promise<CommandResult> {
  const environment = await environmentOf(workspace, options)
  const audit = await auditLedger(workspace, environment, options.genesis)
  const { entries, findings, acknowledged, head } = audit
  const verdict = findings.length === 0 ? 'VERIFIED' : 'REFUSED'
  const chosen = entries.filter(entryFilter(options))
  const seen = chosen.length === entries.length ? '' : `, ${chosen.length} shown`
  const size = entries.length
  return result(findings, { verdict, environment, size, head, acknowledged, entries: chosen }, [
    ...chosen.map(lineOf),
    ...acknowledged.map(acknowledgedLine),
    `${verdict}: ${counted(size, 'entry', 'entries')} of ledger/${environment}${seen}${head === null ? '' : `, head ${head}`}`,
  ])
}

function lineOf({ index, at, kind, release, data, actors }: EntryOnRecord): string {
  const about = release === undefined ? '' : ` ${release.commit.slice(0, 12)}`
  const told = KINDS[kind].tells.map((member) => data[member])
  const words = told.filter((word) => typeof word === 'string' || typeof word === 'number')
  const who = actors.map(({ role, provider, id }) => `${role} ${provider}:${id}`).join(', ')
  const line = `${String(index).padStart(4)} ${at} ${kind.padEnd(16)}${about} ${words.join(' ')} (${who})`
  return printable(line, 240)
}

interface ExportOptions extends LogOptions {
  readonly format: 'cloudevents' | 'csv'
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
      new Option('--format <format>', 'cloudevents: one JSON event a line; csv: one change a line')
        .choices(['cloudevents', 'csv'])
        .default('cloudevents'),
    )
    .option('--out <file>', 'where to write (default: print)')
    .option(
      '--mirror <dir>',
      'write the log itself, as a static tlog-tiles log (see docs/ledger.md)',
    )
    .action((options: ExportOptions) =>
      answer(host, 'ledger export', options, () =>
        inWorkspace(options, (at) => exportLog(at, options)),
      ),
    )
}

async function exportLog(workspace: Workspace, options: ExportOptions): Promise<CommandResult> {
  const environment = await environmentOf(workspace, options)
  const { mirror, out, format, genesis } = options
  // Nothing is concluded from a log that does not verify; a mirror of it may be what an auditor wants.
  if (mirror !== undefined) {
    const { findings, head } = await auditLedger(workspace, environment, genesis)
    if (head === null) return result(findings, { mirror: null, size: 0 }, ['REFUSED'])
    const size = await mirrorLedger(workspace, environment, mirror, genesis)
    return result(findings, { mirror, size }, [`${mirror}: ${counted(size, 'entry', 'entries')}`])
  }
  if (format === 'csv') refuseEntryFilters(options)
  const { findings, lines } = await exportLedger(workspace, {
    environment,
    format,
    filter: options,
    ...(genesis === undefined ? {} : { genesis }),
  })
  if (findings.length > 0) return result(findings, { lines: 0 }, ['REFUSED'])
  const text = lines.join('')
  if (out !== undefined) await writeNamed(out, text)
  const shown =
    out === undefined ? text.trimEnd().split(/\r?\n/) : [`${out}: ${counted(lines.length, 'line')}`]
  return result(
    [],
    { environment, lines: lines.length, text: out === undefined ? text : null },
    shown,
  )
}

function refuseEntryFilters({ person, kind }: EntryFilter): void {
  if (person === undefined && kind === undefined) return
  throw new InputError({
    code: 'usage/invalid-option',
    subject: person === undefined ? '--kind' : '--person',
    message: 'picks entries, and a line of the population is a change',
    remedy: 'leave it out, or choose among the lines',
  })
}

function moment(text: string): string {
  const date = new Date(text)
  if (/^\d{4}-\d\d-\d\d/.test(text) && !Number.isNaN(date.getTime())) return date.toISOString()
  throw new InvalidArgumentError('a moment is such as 2026-01-31 or 2026-01-31T12:00:00Z')
}
