import type { Command } from 'commander'
import { type InventoryComparison, compareInventories, writeInventories } from '@bulkhead/release'
import { type TestId, idLabel } from '@bulkhead/test-reports'
import { type Finding, printable } from '@bulkhead/vocabulary'
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
    .option(
      '--suite <name>',
      'a mandatory suite; may be repeated (default: all)',
      (value: string, before: readonly string[]) => [...before, value],
      [],
    )
    .action((options: Options) =>
      answer(host, `inventory ${name}`, options, () =>
        inWorkspace(options, async (workspace) => {
          const work = write ? writeInventories : compareInventories
          const request = {
            suites: options.suite,
            onOutput: (chunk: Uint8Array) => void process.stderr.write(chunk),
            signal: host.signal,
          }
          return describe(await work(workspace, request), name)
        }),
      ),
    )
}

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
      inventories: comparisons.map(({ suite, path, tests, missing, unlisted }) => ({
        suite,
        path,
        tests,
        missing,
        unlisted,
      })),
    },
    text: comparisons.flatMap((comparison) => linesOf(comparison, name)),
  }
}

function linesOf(
  { suite, path, tests, missing, unlisted, findings }: InventoryComparison,
  name: 'update' | 'diff' | 'check',
): readonly string[] {
  return [
    `${suite}: ${tests} tests ran; ${path}: ${unlisted.length} not listed, ${missing.length} listed and missing`,
    ...listOf('+', unlisted),
    ...listOf('-', missing),
    ...(name === 'update' && findings.length === 0 ? [`  written: ${path}`] : []),
  ]
}

/** What the gate would say of the difference, here where it is mended. */
function differenceFindings({
  suite,
  path,
  missing,
  unlisted,
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
