import { stat } from 'node:fs/promises'
import { type ReportSummary, idLabel, readableFormats, scanReport } from '@bulkhead/test-reports'
import { type Finding, InputError, counted, printable, reasons } from '@bulkhead/vocabulary'
import { openRegularFile, systemClock } from '@bulkhead/world'
import { Option } from 'commander'
import type { CommandResult } from '../command-result.ts'
import { type Host, type Register, answer, exampleText, withJsonOption } from '../host.ts'

interface Options {
  readonly format: string
  readonly json: boolean
}

/** Text of a test's name that a line of the terminal has room for. */
const NAME_LENGTH = 120
/** Most tests that are named for one file. */
const MOST_NAMED = 20

export const registerReports: Register = (program, host) => {
  withJsonOption(program.command('reports'))
    .description('say how test reports are read: format, totals, and what is wrong with them')
    .argument('<file...>', 'test reports')
    .addOption(
      new Option('--format <format>', 'their format, instead of telling it by the first bytes')
        .choices(['auto', ...readableFormats()])
        .default('auto'),
    )
    .addHelpText('after', exampleText('reports reports/unit.xml'))
    .action((paths: readonly string[], options: Options) => run(host, paths, options))
}

const run = (host: Host, paths: readonly string[], options: Options) =>
  answer(host, 'reports', { ...options, repo: '.' }, async () => {
    const files: ReadFile[] = []
    for (const path of paths) files.push(await readFile(path, options.format))
    return describe(refuseCopies(files))
  })

interface ReadFile {
  readonly report: ReportSummary
  readonly findings: readonly Finding[]
  /** The first tests that did not pass, as people read them. */
  readonly notPassed: readonly string[]
}

async function readFile(path: string, format: string): Promise<ReadFile> {
  const notPassed: string[] = []
  const report = await scanReport(format, await openReport(path), {
    path,
    clock: systemClock,
    onCase: ({ id, status }) => {
      if (status !== 'passed' && notPassed.length < MOST_NAMED)
        notPassed.push(`${status}: ${printable(idLabel(id), NAME_LENGTH)}`)
    },
  })
  const repeated = report.duplicates.map((id): Finding => ({
    code: 'gate/flaky-test',
    subject: `${path}: ${idLabel(id)}`,
    message: 'the report has more than one result of this id',
    remedy: reasons['gate/flaky-test'].remedy,
  }))
  return { report, findings: [...report.findings, ...repeated], notPassed }
}

async function openReport(path: string): Promise<AsyncIterable<Uint8Array>> {
  const file = await openRegularFile(path).catch(() => undefined)
  if (file !== undefined) return file.createReadStream()
  const code = 'usage/unreadable-file'
  const message = await whyUnreadable(path)
  throw new InputError({ code, subject: path, message, remedy: reasons[code].remedy })
}

async function whyUnreadable(path: string): Promise<string> {
  const state = await stat(path).catch(() => undefined)
  if (state === undefined) return 'is not there'
  if (state.isDirectory()) return 'is a folder, not a file'
  return state.isFile() ? 'may not be read' : 'is no regular file'
}

/** The same bytes count once: a copy makes counts look right that are not. */
function refuseCopies(files: readonly ReadFile[]): readonly ReadFile[] {
  const first = new Map<string, string>()
  return files.map((file) => {
    const { digest, path } = file.report
    const earlier = first.get(digest)
    if (earlier === undefined) {
      first.set(digest, path)
      return file
    }
    const copy: Finding = {
      code: 'gate/duplicate-report',
      subject: path,
      message: `has the same bytes as ${earlier}`,
      remedy: reasons['gate/duplicate-report'].remedy,
    }
    return { ...file, findings: [...file.findings, copy] }
  })
}

const isSound = ({ report, findings }: ReadFile): boolean =>
  findings.length === 0 && report.counts.tests > 0 && report.counts.passed === report.counts.tests

function describe(files: readonly ReadFile[]): CommandResult {
  const passed = files.length > 0 && files.every(isSound)
  return {
    outcome: passed ? 'passed' : 'blocked',
    findings: files.flatMap(({ findings }) => findings),
    json: {
      verdict: passed ? 'PASS' : 'BLOCK',
      files: files.map(({ report, findings }) => ({
        file: report.path,
        format: report.format ?? null,
        totals: report.counts,
        findings,
      })),
    },
    text: [...files.flatMap(textOf), passed ? 'PASS' : 'BLOCK'],
  }
}

function textOf(file: ReadFile): readonly string[] {
  const { path, format, counts } = file.report
  const others = (['failed', 'errored', 'skipped', 'flaky'] as const)
    .filter((status) => counts[status] > 0)
    .map((status) => `, ${counts[status]} ${status}`)
  const hidden = counts.tests - counts.passed - file.notPassed.length
  return [
    `${isSound(file) ? '✓' : '✗'} ${printable(path, NAME_LENGTH)} (${format ?? 'unknown format'}): ${counts.passed} of ${counted(counts.tests, 'test')} passed${others.join('')}`,
    ...file.notPassed.map((line) => `    ${line}`),
    ...(hidden > 0 ? [`    and ${hidden} more`] : []),
  ]
}
