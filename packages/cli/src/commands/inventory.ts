import type { Command } from 'commander'
import {
  type InventoryComparison,
  compareInventories,
  parsePartOptions,
  writeInventories,
} from '@bulkhead/release'
import { type TestId, idLabel } from '@bulkhead/test-reports'
import { type Finding, counted, printable } from '@bulkhead/vocabulary'
import type { CommandResult } from '../command-result.ts'
import {
  type CommonOptions,
  type Host,
  type Register,
  answer,
  withCommonOptions,
  exampleText,
} from '../host.ts'
import { inWorkspace } from '../in-workspace.ts'

interface Options extends CommonOptions {
  readonly suite: readonly string[]
  readonly leg?: string
  readonly file: readonly string[]
}

export const registerInventory: Register = (program, host) => {
  const inventory = program
    .command('inventory')
    .description('the exact list of tests that a mandatory suite must run')
    .addHelpText('after', exampleText('inventory check --suite tenant-isolation'))
  subcommand(inventory, 'update', 'run the suites and write down the tests that ran', host, true)
  subcommand(
    inventory,
    'diff',
    'run the suites and show what the inventories lack or list in vain',
    host,
    false,
  )
  subcommand(inventory, 'check', 'as diff, and block when there is a difference', host, false)
}

function subcommand(
  parent: Command,
  name: 'update' | 'diff' | 'check',
  description: string,
  host: Host,
  write: boolean,
): void {
  withCommonOptions(parent.command(name), `inventory ${name} --suite tenant-isolation`)
    .description(description)
    .option('--suite <name>', 'a mandatory suite; may be repeated (default: all)', collect, [])
    .option('--leg <name>', 'which leg this machine is, in suites that declare legs')
    .option(
      '--file <glob>',
      'a file that the tests are made of, beside those that they name; may be repeated, and is remembered',
      collect,
      [],
    )
    .action((options: Options) =>
      answer(host, `inventory ${name}`, options, () =>
        inWorkspace(options, async (workspace) => {
          const work = write ? writeInventories : compareInventories
          const request = {
            suites: options.suite,
            ...parsePartOptions({ leg: options.leg }),
            files: options.file,
            onOutput: (chunk: Uint8Array) => void process.stderr.write(chunk),
            signal: host.signal,
          }
          return describe(await work(workspace, request), name)
        }),
      ),
    )
}

const collect = (value: string, before: readonly string[]): readonly string[] => [...before, value]

function describe(
  comparisons: readonly InventoryComparison[],
  name: 'update' | 'diff' | 'check',
): CommandResult {
  const findings = comparisons.flatMap((comparison) => [
    ...comparison.findings,
    ...(name === 'check' ? differenceFindings(comparison) : []),
  ])
  return {
    outcome: findings.length > 0 ? 'blocked' : 'passed',
    findings,
    json: {
      inventories: comparisons.map((comparison) => {
        const { suite, path, tests, missing, unlisted, files } = comparison
        const { added, changed, removed, without } = files
        return {
          suite,
          path,
          tests,
          missing,
          unlisted,
          files: { added, changed, removed, testsWithout: without.length },
          approvals: approvalsOf(comparison),
        }
      }),
    },
    text: comparisons.flatMap((comparison) => linesOf(comparison, name)),
  }
}

/**
 * The commands by which somebody else approves what is not free: a listed file that was edited or is
 * gone, a list that lost a test.
 */
function approvalsOf({ suite, path, missing, files }: InventoryComparison): readonly string[] {
  const changed = [...files.changed, ...files.removed]
  const paths = missing.length + files.removed.length > 0 ? [...changed, path] : changed
  return paths.map((one) => `bulkhead approve amendment --suite ${suite} --path ${quoted(one)}`)
}

/** A path as one word of a POSIX shell. */
const quoted = (path: string): string =>
  /^[A-Za-z0-9._/-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`

function linesOf(
  comparison: InventoryComparison,
  name: 'update' | 'diff' | 'check',
): readonly string[] {
  const { suite, path, tests, missing, unlisted, files, findings } = comparison
  const approvals = approvalsOf(comparison)
  return [
    `${suite}: ${counted(tests, 'test')} ran; ${path}: ${unlisted.length} not listed, ${missing.length} listed and missing`,
    ...listOf('+', unlisted),
    ...listOf('-', missing),
    ...pathsOf('+', files.added),
    ...pathsOf('~', files.changed),
    ...pathsOf('-', files.removed),
    ...(files.without.length === 0
      ? []
      : [
          `  ${counted(files.without.length, 'test names', 'tests name')} no file of the repository: list its file with --file GLOB, or nobody sees them edited`,
        ]),
    ...(approvals.length === 0
      ? []
      : [
          '  needs the approval of somebody who did not make the change:',
          ...approvals.map((one) => `    ${printable(one, 500)}`),
        ]),
    ...(name === 'update' && findings.length === 0 ? [`  written: ${path}`] : []),
  ]
}

const pathsOf = (sign: '+' | '~' | '-', paths: readonly string[]): readonly string[] =>
  paths.map((path) => `  ${sign} file ${printable(path, 200)}`)

/** What the gate would say of the difference, here where it is mended. */
function differenceFindings({
  suite,
  path,
  missing,
  unlisted,
  files,
}: InventoryComparison): readonly Finding[] {
  const update = `bulkhead inventory update --suite ${suite}`
  return [
    ...unlisted.map((id): Finding => ({
      code: 'gate/unlisted-test',
      subject: `${suite}: ${idLabel(id)}`,
      message: `ran, and ${path} does not list it`,
      remedy: `run \`${update}\` and commit the file`,
    })),
    ...missing.map((id): Finding => ({
      code: 'gate/missing-test',
      subject: `${suite}: ${idLabel(id)}`,
      message: `${path} lists it, and it did not run`,
      remedy: `bring the test back; if it was to go, run \`${update}\` and have the change approved`,
    })),
    ...[...files.added, ...files.changed, ...files.removed].map((file): Finding => ({
      code: 'gate/stale-inventory',
      subject: `${suite}: ${file}`,
      message: `${path} does not list this test file as it is`,
      remedy: `run \`${update}\` and commit the file`,
    })),
  ]
}

/** How many ids are spelled out on a terminal; `--json` has them all. */
const SHOWN = 20

function listOf(sign: '+' | '-', ids: readonly TestId[]): readonly string[] {
  const lines = ids.slice(0, SHOWN).map((id) => `  ${sign} ${printable(idLabel(id), 200)}`)
  return ids.length > SHOWN
    ? [...lines, `  ${sign} … and ${ids.length - SHOWN} more; --json lists them all`]
    : lines
}
