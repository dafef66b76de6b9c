import { type SuiteRun, runSuites, workingPolicy } from '@bulkhead/release'
import type { CommandResult } from '../command-result.ts'
import { type CommonOptions, type Register, answer, withCommonOptions } from '../host.ts'
import { inWorkspace } from '../in-workspace.ts'
import { readKeyring, withKeysOption } from '../keys.ts'

interface Options extends CommonOptions {
  readonly suite: readonly string[]
  readonly voucher?: string
  readonly keys?: string
}

export const registerTest: Register = (program, host) => {
  withKeysOption(withCommonOptions(program.command('test'), 'test --suite tenant-isolation'))
    .description('run suites at the commit that is checked out and keep vouched-for run records')
    .argument(
      '[command...]',
      "after --: instead of the policy's command (the gate compares the two)",
    )
    .option('--suite <name>', 'a suite of the policy; may be repeated (default: all)', collect, [])
    .option(
      '--voucher <socket>',
      'have the voucher at this socket run the suites and vouch for them',
    )
    .action((command: readonly string[], options: Options) =>
      answer(host, 'test', options, () =>
        inWorkspace(options, async (workspace) => {
          const [first, ...rest] = command
          const runs = await runSuites(workspace, {
            policy: await workingPolicy(workspace),
            suites: options.suite,
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
    text: runs.map(({ record, findings: found }) => {
      const seconds = ((Date.parse(record.endedAt) - Date.parse(record.startedAt)) / 1_000).toFixed(
        1,
      )
      return `${found.length === 0 ? '✓' : '✗'} ${record.suite} at ${record.commit.slice(0, 12)}: ${seconds} s, ${record.reports.length} report(s) on record`
    }),
  }
}
