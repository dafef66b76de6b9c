import { type Command, InvalidArgumentError } from 'commander'
import { writeFile } from 'node:fs/promises'
import { writeVerifierPolicy } from '@bulkhead/ledger'
import {
  auditByPolicy,
  beatLedger,
  proveByPolicy,
  verifierOf,
  witnessLedger,
} from '@bulkhead/release'
import { type Finding, InputError } from '@bulkhead/vocabulary'
import { localActors } from '../actors.ts'
import type { CommandResult } from '../command-result.ts'
import {
  type EnvironmentOptions,
  environmentOf,
  withEnvironmentOptions,
} from '../environment-options.ts'
import { type Host, answer } from '../host.ts'
import { inWorkspace } from '../in-workspace.ts'
import { readKeyring, withKeysOption } from '../keys.ts'
import type { Workspace } from '@bulkhead/release'

interface Options extends EnvironmentOptions {
  readonly verifierPolicy?: string
  readonly witnessed?: string
}

const withPolicyOption = (command: Command, example: string): Command =>
  withEnvironmentOptions(command, example).option(
    '--verifier-policy <file>',
    'whom you trust: log keys, witnesses, quorum, roles (default: the ledger keys at the pinned genesis)',
  )

const withWitnessedOption = (command: Command): Command =>
  command.option('--witnessed <file>', 'a checkpoint with the lines of witnesses under it')

const questionOf = (workspace: Workspace, options: Options) => ({
  ...options,
  environment: () => environmentOf(workspace, options),
})

const result = (
  findings: readonly Finding[],
  json: CommandResult['json'],
  text: readonly string[],
): CommandResult => ({
  outcome: findings.length === 0 ? 'passed' : 'blocked',
  findings,
  json,
  text,
})

/** `ledger verify`: the whole log, or what is new since a checkpoint. */
export function registerVerify(ledger: Command, host: Host): void {
  const example = 'ledger verify --environment production'
  withWitnessedOption(withPolicyOption(ledger.command('verify'), example))
    .description(
      'check every signature, link, step, tile and checkpoint of the log by your own policy alone',
    )
    .option('--from <checkpoint>', 'what you verified before: only newer entries are read')
    .option('--save <file>', 'where to write the checkpoint of a log that verified')
    .action((options: Options & { readonly from?: string; readonly save?: string }) =>
      answer(host, 'ledger verify', options, () =>
        inWorkspace(options, async (workspace) => {
          const audit = await auditByPolicy(workspace, questionOf(workspace, options))
          const { findings, ...rest } = audit
          const verdict = findings.length === 0 ? 'VERIFIED' : 'REFUSED'
          const head = audit.head === null ? '' : `, head ${audit.head}`
          return result(findings, { verdict, ...rest }, [
            `${verdict}: ${audit.size} entries of ledger/${audit.environment}${head}`,
            ...(audit.steps === 'judged'
              ? []
              : [
                  `${audit.judged} new entries; what may follow what is judged only without --from`,
                ]),
          ])
        }),
      ),
    )
}

/** `ledger proof INDEX` and `ledger proof verify FILE`. */
export function registerProof(ledger: Command, host: Host): void {
  const proof = withWitnessedOption(
    withPolicyOption(
      ledger.command('proof').argument('[index]', 'of the entry', readIndex),
      'ledger proof 7 --out entry.tlog-proof',
    ),
  )
    .description('prove that an entry is in the log, as text that anybody can check offline')
    .option('--out <file>', 'where to write the proof (default: as `proof`, or as text)')
    .action((index: number | undefined, options: Options & { readonly out?: string }) =>
      answer(host, 'ledger proof', options, () =>
        inWorkspace(options, async (workspace) => {
          if (index === undefined) throw noIndex()
          const made = await proveByPolicy.make(workspace, questionOf(workspace, options), index)
          if (made.kind === 'refused') return result(made.findings, { proof: null }, ['REFUSED'])
          if (options.out !== undefined) await writeNamed(options.out, made.text)
          const shown = options.out === undefined ? made.text.trimEnd().split('\n') : [options.out]
          return result([], { proof: made.text }, shown)
        }),
      ),
    )
  withPolicyOption(
    proof.command('verify').argument('<file>'),
    'ledger proof verify entry.tlog-proof',
  )
    .description('say what a proof proves, without the log')
    .action((file: string, _own: unknown, command: Command) => {
      const options: Options = command.optsWithGlobals()
      return answer(host, 'ledger proof verify', options, () =>
        inWorkspace(options, async (workspace) => {
          const judged = await proveByPolicy.judge(workspace, questionOf(workspace, options), file)
          const { entry, findings, size } = judged
          const about =
            entry === null ? null : { index: entry.index, kind: entry.kind, at: entry.at }
          const verdict = findings.length === 0 ? 'PROVEN' : 'REFUSED'
          const text = `${verdict}: entry ${entry?.index ?? '?'} in a log of ${size}`
          return result(findings, { verdict, size, entry: about }, [text])
        }),
      )
    })
}

/** `ledger heartbeat`: silence that is on record. */
export function registerHeartbeat(ledger: Command, host: Host): void {
  withKeysOption(withEnvironmentOptions(ledger.command('heartbeat'), 'ledger heartbeat'))
    .description('record that nothing else happened, so that an old view of the log shows its age')
    .action((options: EnvironmentOptions & { readonly keys?: string }) =>
      answer(host, 'ledger heartbeat', options, () =>
        inWorkspace(options, async (workspace) => {
          const { repository } = workspace
          const entry = await beatLedger(workspace, {
            environment: await environmentOf(workspace, options),
            ...(options.genesis === undefined ? {} : { genesis: options.genesis }),
            keyring: await readKeyring(repository, options.keys),
            actors: await localActors(repository, 'timekeeper'),
          })
          const index = entry?.index ?? null
          return result([], { index }, [`entry ${index}: heartbeat`])
        }),
      ),
    )
}

interface WitnessOptions extends Options {
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
          const question = { ...questionOf(workspace, options), name, key, state }
          const { findings, note, size, vkey } = await witnessLedger(workspace, question)
          if (note === undefined) return result(findings, { vkey }, ['REFUSED'])
          if (options.out !== undefined) await writeNamed(options.out, note)
          return result([], { size, vkey, checkpoint: note }, note.trimEnd().split('\n'))
        }),
      ),
    )
  withEnvironmentOptions(ledger.command('policy'), 'ledger policy > verifier.json')
    .description('print a verifier policy with the ledger keys at the pinned genesis')
    .action((options: EnvironmentOptions) =>
      answer(host, 'ledger policy', options, () =>
        inWorkspace(options, async (workspace) => {
          const text = writeVerifierPolicy(
            await verifierOf(workspace, questionOf(workspace, options)),
          )
          return result([], { policy: text }, text.trimEnd().split('\n'))
        }),
      ),
    )
}

function readIndex(text: string): number {
  if (/^(?:0|[1-9][0-9]{0,8})$/.test(text)) return Number(text)
  throw new InvalidArgumentError('an index is a whole number from 0 on')
}

const noIndex = (): InputError =>
  new InputError({
    code: 'usage/invalid-option',
    subject: 'bulkhead ledger proof',
    message: 'no entry is named',
    remedy: 'name its index: `bulkhead ledger proof 7` (`bulkhead ledger log` lists them)',
  })

async function writeNamed(file: string, text: string): Promise<void> {
  await writeFile(file, text).catch((cause: unknown) => {
    throw new InputError(
      {
        code: 'usage/unwritable-file',
        subject: file,
        message: 'cannot be written',
        remedy: 'check the path, its permissions and the disk',
      },
      { cause },
    )
  })
}
