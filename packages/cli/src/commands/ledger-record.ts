import { type Command, InvalidArgumentError } from 'commander'
import type { LedgerEntry } from '@bulkhead/ledger'
import {
  type RecordRequest,
  type Workspace,
  acknowledgeVoided,
  annotateEntry,
  auditLedger,
  breakLease,
  correctClock,
  revokeKey,
  rotateKey,
} from '@bulkhead/release'
import { type FencingToken, fencingToken, printable } from '@bulkhead/vocabulary'
import { localActors } from '../actors.ts'
import {
  type EnvironmentOptions,
  environmentOf,
  withEnvironmentOptions,
} from '../environment-options.ts'
import { type Host, answer, exampleText } from '../host.ts'
import { inWorkspace } from '../in-workspace.ts'
import { readKeyring, withKeysOption } from '../keys.ts'
import { result } from './ledger-evidence.ts'

interface RecordOptions extends EnvironmentOptions {
  readonly keys?: string
}

/** Runs what appends one entry, by the person whose repository this is. */
function recorded(
  host: Host,
  command: string,
  options: RecordOptions,
  role: string,
  append: (workspace: Workspace, request: RecordRequest) => Promise<LedgerEntry>,
): Promise<void> {
  return answer(host, command, options, () =>
    inWorkspace(options, async (workspace) => {
      const { repository } = workspace
      const { index, kind } = await append(workspace, {
        environment: await environmentOf(workspace, options),
        ...(options.genesis === undefined ? {} : { genesis: options.genesis }),
        keyring: await readKeyring(repository, options.keys),
        actors: await localActors(repository, role),
      })
      return result([], { index, kind }, [`entry ${index}: ${kind}`])
    }),
  )
}

const recording = (command: Command, example: string): Command =>
  withKeysOption(withEnvironmentOptions(command, example))

/** `ledger annotate INDEX TEXT`. */
export function registerAnnotate(ledger: Command, host: Host): void {
  recording(ledger.command('annotate'), 'ledger annotate 17 "the drill of Tuesday"')
    .description('say something about an entry, on record; the entry itself stays as it is')
    .argument('<index>', 'of the entry', wholeNumber)
    .argument('<text>', 'for everybody who will ever read the log: no personal data', words)
    .action((about: number, text: string, options: RecordOptions) =>
      recorded(host, 'ledger annotate', options, 'annotator', (workspace, request) =>
        annotateEntry(workspace, request, { about, text }),
      ),
    )
}

/** `ledger lease` and `ledger lease break TOKEN`. */
export function registerLease(ledger: Command, host: Host): void {
  const lease = ledger.command('lease').description('who may touch the environment now')
  lease.addHelpText('after', exampleText('ledger lease show'))
  withEnvironmentOptions(lease.command('show', { isDefault: true }), 'ledger lease show')
    .description('every live lease: region, holder, fencing token, term, newest sign of life')
    .action((options: EnvironmentOptions) =>
      answer(host, 'ledger lease show', options, () =>
        inWorkspace(options, async (workspace) => {
          const environment = await environmentOf(workspace, options)
          const audit = await auditLedger(workspace, environment, options.genesis)
          const { leases } = audit.state
          const lines = leases.map(({ region, holder, token, since, ttlMs, lastSign, stuck }) =>
            printable(
              `${region}: ${holder} since ${since}, token ${token}, term ${ttlMs / 1_000} s, newest sign of life entry ${lastSign}${stuck ? ', STUCK: break it after a look at the fleet' : ''}`,
              240,
            ),
          )
          return result(
            audit.findings,
            { environment, leases },
            lines.length > 0 ? lines : [audit.findings.length > 0 ? 'REFUSED' : 'free'],
          )
        }),
      ),
    )
  recording(lease.command('break'), 'ledger lease break 17 --reason "its runner is gone"')
    .description('end the lease of somebody who is gone, in your name and for a reason, on record')
    .argument('<token>', 'its fencing token', tokenOf)
    .requiredOption('--reason <text>', 'why; it stays on record', words)
    .action((token: FencingToken, options: RecordOptions & { readonly reason: string }) =>
      recorded(host, 'ledger lease break', options, 'lease-breaker', (workspace, request) =>
        breakLease(workspace, request, { token, reason: options.reason }),
      ),
    )
}

/** `ledger clock correct INDEX`. */
export function registerClock(ledger: Command, host: Host): void {
  const clock = ledger.command('clock').description('set right what a wrong clock has dated ahead')
  const example = 'ledger clock correct 17 --reason "the runner was a day ahead"'
  clock.addHelpText('after', exampleText(example))
  recording(clock.command('correct'), example)
    .description('go on from the right date after entries that were dated ahead, on record')
    .argument('<index>', 'of the first entry that was dated ahead', wholeNumber)
    .requiredOption('--reason <text>', 'why; it stays on record', words)
    .action((from: number, options: RecordOptions & { readonly reason: string }) =>
      recorded(host, 'ledger clock correct', options, 'clock-keeper', (workspace, request) =>
        correctClock(workspace, request, { from, reason: options.reason }),
      ),
    )
}

/** `ledger keys rotate` and `ledger keys revoke`. */
export function registerKeys(ledger: Command, host: Host): void {
  const keys = ledger.command('keys').description('replace and end the keys of the ledger')
  keys.addHelpText(
    'after',
    exampleText('ledger keys revoke --key stolen.pub --from 120 --reason TEXT'),
  )
  const example = 'ledger keys rotate --old ledger.pub --new next.pub --name ledger-2027'
  recording(keys.command('rotate'), example)
    .description('put a new key in the place of an old one, which signs this as its last')
    .requiredOption('--old <file>', 'the public key that is replaced')
    .requiredOption('--new <file>', 'the public key that comes after it')
    .requiredOption('--name <name>', 'what findings and records call the new key')
    .action((options: RecordOptions & { old: string; new: string; name: string }) =>
      recorded(host, 'ledger keys rotate', options, 'key-keeper', (workspace, request) =>
        rotateKey(workspace, request, { old: options.old, next: options.new, name: options.name }),
      ),
    )
  recording(keys.command('revoke'), 'ledger keys revoke --key stolen.pub --from 120 --reason TEXT')
    .description('end a key: from the next entry on, or from an entry in the past on')
    .requiredOption('--key <file>', 'the public key')
    .requiredOption('--reason <text>', 'why; it stays on record', words)
    .option(
      '--from <index>',
      'the first entry that it could not sign: those do not count',
      wholeNumber,
    )
    .action((options: RecordOptions & { key: string; from?: number; reason: string }) =>
      recorded(host, 'ledger keys revoke', options, 'key-keeper', (workspace, request) =>
        revokeKey(workspace, request, options),
      ),
    )
  recording(keys.command('acknowledge'), 'ledger keys acknowledge 131 --reason "all were drills"')
    .description('say that you have looked at what a revocation took back, so that verify passes')
    .argument('<index>', 'of the entry that revoked the key', wholeNumber)
    .requiredOption('--reason <text>', 'what you found; it stays on record', words)
    .action((revocation: number, options: RecordOptions & { readonly reason: string }) =>
      recorded(host, 'ledger keys acknowledge', options, 'key-keeper', (workspace, request) =>
        acknowledgeVoided(workspace, request, { revocation, reason: options.reason }),
      ),
    )
}

/** What is said on record must say something. */
function words(text: string): string {
  if (text.trim() !== '') return text
  throw new InvalidArgumentError('it is empty\nsay it in words: it stays on record')
}

function wholeNumber(text: string): number {
  if (/^(?:0|[1-9][0-9]{0,8})$/.test(text)) return Number(text)
  throw new InvalidArgumentError('an index is a whole number from 0 on')
}

const tokenOf = (text: string): FencingToken => fencingToken(wholeNumber(text))
