import { isBlindToRetries } from '@bulkhead/test-reports'
import type { Finding } from '@bulkhead/vocabulary'
import type { JudgedSuite } from './judged-suite.ts'

/**
 * A test that failed and passed when it was tried again is a race that nobody mended. Formats that do
 * not show it are admitted to a mandatory suite only where the recorded command, or the kind of
 * runner, proves that there was no second try. The two other blind spots need no proof of their own:
 * the exit code tells of errors outside of tests, the inventory of tests that were left out.
 */
export function showsRetries({ name, policy, evidence }: JudgedSuite): readonly Finding[] {
  const { retries } = policy
  if (!policy.mandatory || retries?.kind === 'none-in-runner') return []
  const hidden = evidence.runs.filter(
    ({ run }) =>
      retries === undefined ||
      !retries.arguments.every((word) => run.record.command.slice(1).includes(word)),
  )
  const blind = hidden.flatMap(({ reports }) =>
    reports.flatMap(({ format }) =>
      format !== undefined && isBlindToRetries(format) ? [format] : [],
    ),
  )
  if (blind.length === 0) return []
  const formats = [...new Set(blind)].sort().join(', ')
  return [
    retries === undefined
      ? {
          code: 'gate/blind-format',
          subject: name,
          message: `${formats} does not show retries, and the policy names no proof that the runner had them off`,
          remedy: `in bulkhead.yml, suites.${name}: add \`retries: { off-by: [--retry=0] }\` with the argument of your runner, and the same argument to \`command\`; or \`retries: { none-in-runner: true }\` if it cannot retry`,
        }
      : {
          code: 'gate/blind-format',
          subject: name,
          message: `${formats} does not show retries, and the command that ran has not all of ${JSON.stringify(retries.arguments)}`,
          remedy: `in bulkhead.yml, suites.${name}: add ${retries.arguments.join(' ')} to \`command\``,
        },
  ]
}
