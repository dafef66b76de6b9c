import type { Signer, TrustedKey } from '@bulkhead/envelope'
import { DeniedError, type Digest, type Finding, InputError } from '@bulkhead/vocabulary'
import type { Clock } from '@bulkhead/world'
import type { Actor, EntryDraft, LedgerEntry } from './entry.ts'
import type { EnvironmentState } from './state/environment-state.ts'
import { type LeaseOutcome, acquireLease } from './lease.ts'
import type { LeaseRequest } from './lease-decision.ts'
import type { LedgerStore } from './ledger-store.ts'
import { type LogDates, MOST_AHEAD_MS } from './log-dates.ts'
import { LogWriter } from './log-writer.ts'
import { readEntry } from './entry-form.ts'

export interface OpenLedgerOptions {
  readonly store: LedgerStore
  readonly signer: Signer
  readonly trustedKeys: readonly TrustedKey[]
  /** Names this log among all logs; part of every signed entry. */
  readonly origin: string
  readonly environment: string
  readonly clock: Clock
  /** Who writes the genesis entry, if this is the first append. */
  readonly actors: readonly Actor[]
  readonly runner?: Readonly<Record<string, string>>
  readonly genesisDigest?: Digest
  /** An entry seen before, which the log must still hold. */
  readonly head?: { readonly index: number; readonly digest: Digest }
  /** Opens a log that is dated ahead of our clock too: for who is about to correct that. */
  readonly takesDatesAhead?: boolean
  /** Spreads retries. Default `Math.random`. */
  readonly random?: () => number
  /**
   * Told of what somebody wrote where the next entries would be. It is skipped, and the next append
   * takes its place, so that nobody who may write to the store can stop deploys. Default: told nobody.
   */
  readonly onJunk?: (finding: Finding) => void
}

/** Entries to append, or what is to be appended by what is on record. */
export type Drafts = readonly EntryDraft[] | ((known: EnvironmentState) => readonly EntryDraft[])

/** One environment's log, verified up to where it is read and written. */
export interface Ledger {
  /**
   * Appends all drafts or none, in one step. What is to be appended may be decided by what is on record
   * at that very place: it is asked again whenever others were first, and may be nothing.
   * @throws WorldError `ledger/illegal-step` when they may not follow what is on record,
   * `ledger/lost-race`, `ledger/append-failed`
   * @throws DeniedError when the log does not verify, or lost what was seen of it
   */
  append(drafts: Drafts): Promise<readonly LedgerEntry[]>
  /** Every entry up to now, oldest first, read anew: nothing is kept in memory. */
  entries(): AsyncIterable<LedgerEntry>
  /** What is on record now. @throws DeniedError when the log does not verify */
  state(): Promise<EnvironmentState>
  /** What was on record at the last append or look of this process; reads nothing. */
  known(): EnvironmentState
  acquireLease(request: LeaseRequest): Promise<LeaseOutcome>
}

/**
 * Opens the log of an environment and verifies all of it. Nothing is written until the first append,
 * which also writes the genesis entry.
 * @throws DeniedError when the log does not verify, or is dated ahead of our clock
 * @throws InputError `usage/wrong-key` when our own entries would not be trusted
 */
export async function openLedger(options: OpenLedgerOptions): Promise<Ledger> {
  const { store, signer, trustedKeys, clock } = options
  const writer = new LogWriter({
    ...options,
    trust: {
      keys: trustedKeys,
      ...(options.genesisDigest === undefined ? {} : { genesisDigest: options.genesisDigest }),
      ...(options.head === undefined ? {} : { head: options.head }),
    },
    runner: options.runner ?? {},
    random: options.random ?? Math.random,
    onJunk: options.onJunk ?? (() => undefined),
    genesis: genesisOf(options),
  })
  await writer.sync()
  requireTrustedSigner(signer, writer.keys)
  if (options.takesDatesAhead !== true) refuseClock(writer.dates, clock)
  return {
    async append(drafts) {
      const outcome = await writer.append((fold) => [
        ...(typeof drafts === 'function' ? drafts(fold.state()) : drafts),
      ])
      return 'entries' in outcome ? outcome.entries : []
    },
    async *entries() {
      await writer.sync()
      for await (const { bytes } of store.read(0, writer.position)) {
        const read = readEntry(bytes, writer.allKeys)
        if (read.kind === 'read') yield read.entry
      }
    },
    state: async () => (await writer.sync()).state(),
    known: () => writer.known.state(),
    acquireLease: (request) => acquireLease(writer, clock, request),
  }
}

/** Says whose signatures this log began with. For people: verifiers trust the keys of their caller. */
const genesisOf = ({ origin, trustedKeys, actors }: OpenLedgerOptions): EntryDraft => ({
  kind: 'genesis',
  actors,
  data: { origin, keys: trustedKeys.map(({ name, id }) => ({ name, id })) },
})

function requireTrustedSigner(signer: Signer, keys: readonly TrustedKey[]): void {
  if (keys.some((key) => key.id === signer.id)) return
  throw new InputError({
    code: 'usage/wrong-key',
    subject: signer.id,
    message: 'the ledger does not trust this key, so nobody would believe what it signs',
    remedy: `bring the private key of ${keys.map((key) => key.name).join(' or ') || 'a ledger key'}`,
  })
}

/** Dates only grow: what is appended after an entry dated ahead would carry its wrong date on. */
function refuseClock(dates: LogDates, clock: Clock): void {
  const now = clock.now()
  const { newest } = dates
  if (newest === '' || Date.parse(newest) <= now + MOST_AHEAD_MS) return
  const from = dates.aheadOf(now)
  const mend =
    from === undefined
      ? 'nothing is appended until that date has passed'
      : `\`bulkhead ledger clock correct ${from} --reason TEXT\` goes on from the right date, in your name and on record`
  throw new DeniedError([
    {
      code: 'ledger/wrong-clock',
      subject: 'the newest entry',
      message: `it is dated ${newest}, here it is ${new Date(now).toISOString()}`,
      remedy: `correct the clock of this machine; if it is right, find out who wrote the entry (\`bulkhead ledger log\`), then ${mend}`,
    },
  ])
}
