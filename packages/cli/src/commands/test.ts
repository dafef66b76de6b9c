import { type SuiteRun, parsePartOptions, runSuites, workingPolicy } from '@bulkhead/release'
import type { CommandResult } from '../command-result.ts'
import { type CommonOptions, type Register, answer, withCommonOptions } from '../host.ts'
import { inWorkspace } from '../in-workspace.ts'
import { readKeyring, withKeysOption } from '../keys.ts'
import { type RunOptions, withRunOptions } from '../run-options.ts'
import { VERSION } from '../version.ts'

interface Options extends CommonOptions, RunOptions {
  readonly suite: readonly string[]
  readonly leg?: string
  readonly shard?: string
  readonly voucher?: string
  readonly keys?: string
}

export const registerTest: Register = (program, host) => {
  withRunOptions(
    withKeysOption(withCommonOptions(program.command('test'), 'test --suite tenant-isolation')),
    'the run that these parts belong to, the same on every machine (default: a new one)',
  )
    .description('run suites at the commit that is checked out and keep vouched-for run records')
    .argument(
      '[command...]',
      "after --: instead of the policy's command (the gate compares the two)",
    )
    .option('--suite <name>', 'a suite of the policy; may be repeated (default: all)', collect, [])
    .option('--leg <name>', 'which leg this machine is, in suites that declare legs')
    .option('--shard <i/n>', 'one shard of the suite (default: all, one after the other)')
    .option(
      '--voucher <socket>',
      'have the voucher at this socket run the suites and vouch for them',
    )
    .action((command: readonly string[], options: Options) =>
      answer(host, 'test', options, () =>
        inWorkspace(options, async (workspace) => {
          const [first, ...rest] = command
          const parts = parsePartOptions(options)
          const runs = await runSuites(workspace, {
            policy: await workingPolicy(workspace),
            suites: options.suite,
            ...parts,
            version: VERSION,
            ...(first === undefined ? {} : { command: [first, ...rest] as const }),
            vouching:
              options.voucher === undefined
                ? { kind: 'local', keyring: await readKeyring(workspace.repository, options.keys) }
                : { kind: 'voucher', socket: options.voucher },
            onOutput: (chunk) => void process.stderr.write(chunk),
            signal: host.signal,
          })
          return describe(runs)
        }),
      ),
    )
}

const collect = (value: string, before: readonly string[]): readonly string[] => [...before, value]

function describe(runs: readonly SuiteRun[]): CommandResult {
  const findings = runs.flatMap((run) => run.findings)
  return {
    outcome: findings.length === 0 ? 'passed' : 'blocked',
    findings,
    json: { runs: runs.map((run) => run.record) },
    text: runs.map(({ record, label, findings: found }) => {
      const seconds = ((Date.parse(record.endedAt) - Date.parse(record.startedAt)) / 1_000).toFixed(
        1,
      )
      return `${found.length === 0 ? '✓' : '✗'} ${label} at ${record.commit.slice(0, 12)}: ${seconds} s, ${record.reports.length} report(s) on record`
    }),
  }
}
