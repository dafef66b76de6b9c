import type { Command } from 'commander'
import { writeVerifierPolicy } from '@bulkhead/ledger'
import { outputFile, outputFolder, verifierByNow, witnessLedger } from '@bulkhead/release'
import { type EnvironmentOptions, withEnvironmentOptions } from '../environment-options.ts'
import { type Host, answer } from '../host.ts'
import { inWorkspace } from '../in-workspace.ts'
import { type LedgerOptions, questionOf, result, withPolicyOption } from './ledger-evidence.ts'

interface WitnessOptions extends LedgerOptions {
  readonly key: string
  readonly name: string
  readonly state: string
  readonly checkpoint?: string
  readonly out?: string
}

/** `ledger witness`, and `ledger policy` from which a witness or auditor begins. */
export function registerWitness(ledger: Command, host: Host): void {
  const example = 'ledger witness --name example.net/w1 --key w1.pem --state ~/w1 --out checkpoint'
  withPolicyOption(ledger.command('witness'), example)
    .description('cosign the newest checkpoint, if it continues the last one that you cosigned')
    .requiredOption('--name <name>', 'your name as a witness, such as example.net/w1')
    .requiredOption('--key <file>', 'your Ed25519 private key in PEM; used for nothing else')
    .requiredOption('--state <dir>', 'what you remember; never share, restore or empty it')
    .option('--checkpoint <file>', 'cosign this one, with the lines that it has already')
    .option('--out <file>', 'where to write the cosigned checkpoint')
    .action((options: WitnessOptions) =>
      answer(host, 'ledger witness', options, () =>
        inWorkspace(options, async (workspace) => {
          const { name, key, state } = options
          await outputFolder(state)
          const out = options.out === undefined ? undefined : await outputFile(options.out)
          const question = { ...questionOf(workspace, options), name, key, state }
          const { findings, note, size, vkey } = await witnessLedger(workspace, question)
          if (note === undefined) return result(findings, { vkey }, ['REFUSED'])
          await out?.write(note)
          return result([], { size, vkey, checkpoint: note }, note.trimEnd().split('\n'))
        }),
      ),
    )
  withEnvironmentOptions(ledger.command('policy'), 'ledger policy > verifier.json')
    .description(
      'print a verifier policy: the ledger keys at the pinned genesis, and what became of them',
    )
    .action((options: EnvironmentOptions) =>
      answer(host, 'ledger policy', options, () =>
        inWorkspace(options, async (workspace) => {
          const text = writeVerifierPolicy(
            await verifierByNow(workspace, questionOf(workspace, options)),
          )
          return result([], { policy: text }, text.trimEnd().split('\n'))
        }),
      ),
    )
}
