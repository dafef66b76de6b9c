import { type Command, InvalidArgumentError } from 'commander'
import { lanesWhenLong } from '@bulkhead/ledger'
import {
  type PolicyAudit,
  auditByPolicy,
  auditMirror,
  beatLedger,
  outputFile,
  proveByPolicy,
} from '@bulkhead/release'
import { type Finding, InputError, counted, printable } from '@bulkhead/vocabulary'
import { localActors } from '../actors.ts'
import type { CommandResult } from '../command-result.ts'
import {
  type EnvironmentOptions,
  environmentOf,
  withEnvironmentOptions,
} from '../environment-options.ts'
import { type Host, answer, exampleText } from '../host.ts'
import { inWorkspace } from '../in-workspace.ts'
import { readKeyring, withKeysOption } from '../keys.ts'
import { laneProgram } from '../lane-program.ts'
import type { Workspace } from '@bulkhead/release'
import { entriesOf } from './ledger-filter.ts'

export interface LedgerOptions extends EnvironmentOptions {
  readonly verifierPolicy?: string
  readonly witnessed?: string
}

export const withPolicyOption = (command: Command, example: string): Command =>
  withEnvironmentOptions(command, example).option(
    '--verifier-policy <file>',
    'whom you trust: log keys, witnesses, quorum, roles (default: the ledger keys at the pinned genesis)',
  )

const withWitnessedOption = (command: Command): Command =>
  command.option('--witnessed <file>', 'a checkpoint with the lines of witnesses under it')

export const questionOf = (workspace: Workspace, options: LedgerOptions) => ({
  ...options,
  environment: () => environmentOf(workspace, options),
})

/** What a command about a ledger answers. Its findings stay in the order of the log, as `verify.mjs` has them. */
export const result = (
  findings: readonly Finding[],
  json: CommandResult['json'],
  text: readonly string[],
): CommandResult => ({
  outcome: findings.length === 0 ? 'passed' : 'blocked',
  findings,
  inOrder: true,
  json,
  text,
})

interface VerifyOptions extends LedgerOptions {
  readonly from?: string
  readonly save?: string
  readonly at?: number
  readonly log?: string
  readonly snapshot?: string
}

/** `ledger verify`: the whole log, or what is new since it was last verified. */
export function registerVerify(ledger: Command, host: Host): void {
  const example = 'ledger verify --environment production'
  withWitnessedOption(withPolicyOption(ledger.command('verify'), example))
    .description(
      'check every signature, link, step, tile and checkpoint of the log by your own policy alone',
    )
    .option('--from <file>', 'what --save wrote before: only newer entries are read')
    .option('--save <file>', 'where to write what the next --from needs, of a log that verified')
    .option('--at <index>', 'judge the log as it was when this entry was its newest', readIndex)
    .option(
      '--snapshot <file>',
      'what runs, by somebody else than the ledger: finds deploys that no entry tells (docs/ledger.md)',
    )
    .option(
      '--log <dir>',
      'a mirror written by `ledger export --mirror` instead of a repository (needs --verifier-policy)',
    )
    .action((options: VerifyOptions) =>
      answer(host, 'ledger verify', options, async () => {
        // What --save writes is written beside its place, and that at the end.
        if (options.save === undefined) host.onlyReads()
        return describeAudit(await audit(options, host))
      }),
    )
}

async function audit(options: VerifyOptions, host: Host): Promise<PolicyAudit> {
  const { log, verifierPolicy, at, from, save, snapshot } = options
  if (at !== undefined && (from !== undefined || save !== undefined)) {
    throw wrongOption('--at', 'looks back; --from and --save look on', 'leave them out, or --at')
  }
  if (snapshot !== undefined && (at !== undefined || from !== undefined)) {
    throw wrongOption(
      '--snapshot',
      'is held against every entry up to the newest',
      'leave out --from and --at',
    )
  }
  await using reader = lanesWhenLong(laneProgram())
  const means = { reader, progress: progressOf(host) }
  try {
    if (log === undefined) {
      return await inWorkspace(options, (workspace) =>
        auditByPolicy(workspace, questionOf(workspace, options), means),
      )
    }
    if (verifierPolicy === undefined) {
      throw wrongOption(
        '--log',
        'is judged by a policy of yours, for there is no repository to pin one in',
        'add `--verifier-policy FILE`, as `bulkhead ledger policy` prints it',
      )
    }
    return await auditMirror({ ...options, log, verifierPolicy }, means)
  } finally {
    means.progress.end()
  }
}

export const wrongOption = (subject: string, message: string, remedy: string): InputError =>
  new InputError({ code: 'usage/invalid-option', subject, message, remedy })

/** Drawn in place, and only where somebody watches. */
function progressOf({ interactive }: Host) {
  let shown = 0
  const show = (judged: number) => {
    if (!interactive || judged - shown < PROGRESS_EVERY) return
    shown = judged
    process.stderr.write(`\r${judged.toLocaleString('en')} entries verified`)
  }
  return Object.assign(show, {
    end: () => void (shown > 0 && process.stderr.write('\r\u001b[K')),
  })
}

const PROGRESS_EVERY = 2_000

function describeAudit(judged: PolicyAudit): CommandResult {
  const { findings, state, reservations: _reservations, ...rest } = judged
  const { lease, leases, released, rollout } = state
  const verdict = findings.length === 0 ? 'VERIFIED' : 'REFUSED'
  const head = rest.head === null ? '' : `, head ${rest.head}`
  return result(findings, { verdict, ...rest, state: { lease, leases, released, rollout } }, [
    printable(`${verdict}: ${entriesOf(rest.size, rest.environment)}${head}`),
    ...(rest.judged === rest.size
      ? []
      : [
          `${counted(rest.judged, 'new entry', 'new entries')}; what came before was verified before`,
        ]),
    ...(rest.witnessed === null
      ? []
      : [`witnessed: ${counted(rest.witnessed, 'entry', 'entries')}`]),
    ...rest.acknowledged.map(acknowledgedLine),
    ...(released === null ? [] : [`released: ${released.commit} (entry ${released.index})`]),
    ...leases.map(({ region, holder, token }) =>
      printable(`lease: ${region} by ${holder} (token ${token})`, 240),
    ),
  ])
}

/** What somebody has looked at: it is told, and refuses nothing. */
export const acknowledgedLine = ({ subject, message }: Finding): string =>
  printable(`acknowledged: ${subject}: ${message}`, 240)

/** `ledger proof INDEX` and `ledger proof verify FILE`. */
export function registerProof(ledger: Command, host: Host): void {
  const proof = ledger
    .command('proof')
    .description('proofs of single entries, for people who do not have the log')
    .addHelpText('after', exampleText('ledger proof make 7 --out entry.tlog-proof'))
  const make = proof
    .command('make', { isDefault: true })
    .argument('<index>', 'of the entry', readIndex)
  withWitnessedOption(withPolicyOption(make, 'ledger proof make 7 --out entry.tlog-proof'))
    .description('prove that an entry is in the log, as text that anybody can check offline')
    .option('--out <file>', 'where to write the proof (default: print it)')
    .action((index: number, options: LedgerOptions & { readonly out?: string }) =>
      answer(host, 'ledger proof make', options, () =>
        inWorkspace(options, async (workspace) => {
          const out = options.out === undefined ? undefined : await outputFile(options.out)
          const made = await proveByPolicy.make(workspace, questionOf(workspace, options), index)
          if (made.kind === 'refused') return result(made.findings, { proof: null }, ['REFUSED'])
          await out?.write(made.text)
          const shown = options.out === undefined ? made.text.trimEnd().split('\n') : [options.out]
          return result([], { proof: made.text }, shown)
        }),
      ),
    )
  const verify = proof.command('verify').argument('<file>', 'with the proof')
  withPolicyOption(verify, 'ledger proof verify entry.tlog-proof')
    .description('say what a proof proves, without the log')
    .action((file: string, options: LedgerOptions) =>
      answer(host, 'ledger proof verify', options, () =>
        inWorkspace(options, async (workspace) => {
          const judged = await proveByPolicy.judge(workspace, questionOf(workspace, options), file)
          const { entry, findings, size } = judged
          const about =
            entry === null ? null : { index: entry.index, kind: entry.kind, at: entry.at }
          const verdict = findings.length === 0 ? 'PROVEN' : 'REFUSED'
          const text = `${verdict}: entry ${entry?.index ?? '?'} in a log of ${counted(size, 'entry', 'entries')}`
          return result(findings, { verdict, size, entry: about }, [text])
        }),
      ),
    )
}

/** `ledger heartbeat`: silence that is on record. */
export function registerHeartbeat(ledger: Command, host: Host): void {
  withKeysOption(withEnvironmentOptions(ledger.command('heartbeat'), 'ledger heartbeat'))
    .description('record that nothing else happened, so that an old view of the log shows its age')
    .action((options: EnvironmentOptions & { readonly keys?: string }) =>
      answer(host, 'ledger heartbeat', options, () =>
        inWorkspace(options, async (workspace) => {
          const { repository } = workspace
          const { index, kind } = await beatLedger(workspace, {
            environment: await environmentOf(workspace, options),
            ...(options.genesis === undefined ? {} : { genesis: options.genesis }),
            keyring: await readKeyring(repository, options.keys),
            actors: await localActors(repository, 'timekeeper'),
          })
          return result([], { index, kind }, [`entry ${index}: ${kind}`])
        }),
      ),
    )
}

function readIndex(text: string): number {
  if (/^(?:0|[1-9][0-9]{0,8})$/.test(text)) return Number(text)
  throw new InvalidArgumentError('an index is a whole number from 0 on')
}
