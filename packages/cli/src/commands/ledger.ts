import { auditLedger } from '@bulkhead/release'
import { printable } from '@bulkhead/vocabulary'
import type { CommandResult } from '../command-result.ts'
import {
  type EnvironmentOptions,
  environmentOf,
  withEnvironmentOptions,
} from '../environment-options.ts'
import { type Register, answer, exampleText } from '../host.ts'
import { inWorkspace } from '../in-workspace.ts'
import { registerHeartbeat, registerProof, registerVerify } from './ledger-evidence.ts'
import { registerWitness } from './ledger-witness.ts'

export const registerLedger: Register = (program, host) => {
  const ledger = program
    .command('ledger')
    .description('the append-only record of everything decided and done')
    .addHelpText('after', exampleText('ledger verify --environment production'))
  withEnvironmentOptions(ledger.command('log'), 'ledger log --environment production')
    .description('list the entries, oldest first; refused like verify when the log does not verify')
    .action((options: EnvironmentOptions) =>
      answer(host, 'ledger log', options, () => listEntries(options)),
    )
  registerVerify(ledger, host)
  registerProof(ledger, host)
  registerHeartbeat(ledger, host)
  registerWitness(ledger, host)
}

function listEntries(options: EnvironmentOptions): Promise<CommandResult> {
  return inWorkspace(options, async (workspace) => {
    const environment = await environmentOf(workspace, options)
    const { entries, findings, head } = await auditLedger(workspace, environment, options.genesis)
    const verdict = findings.length === 0 ? 'VERIFIED' : 'REFUSED'
    return {
      outcome: findings.length === 0 ? 'passed' : 'blocked',
      findings,
      json: {
        verdict,
        environment,
        size: entries.length,
        head,
        entries: entries.map(({ bytes: _bytes, ...entry }) => entry),
      },
      text: [
        ...entries.map((entry) => {
          const about = entry.release === undefined ? '' : ` ${entry.release.commit.slice(0, 12)}`
          const who = entry.actors
            .map((actor) => `${actor.role} ${actor.provider}:${actor.id}`)
            .join(', ')
          return printable(
            `${String(entry.index).padStart(4)} ${entry.at} ${entry.kind.padEnd(16)}${about} ${detailOf(entry.data)} (${who})`,
            240,
          )
        }),
        `${verdict}: ${entries.length} entries of ledger/${environment}${head === null ? '' : `, head ${head}`}`,
      ],
    }
  })
}

/** The few words of an entry's data that tell most. */
function detailOf(data: Readonly<Record<string, unknown>>): string {
  const words = ['outcome', 'result', 'step', 'direction', 'decision'].map((key) => data[key])
  return words.filter((word) => typeof word === 'string').join(' ')
}
