import type { Signer, TrustedKey } from '@bulkhead/envelope'
import { DeniedError, type Finding, WorldError } from '@bulkhead/vocabulary'
import type { Clock } from '@bulkhead/world'
import type { EntryDraft, LedgerEntry } from './entry.ts'
import { MAX_ENTRY_BYTES, sealEntry } from './entry-form.ts'
import type { EnvironmentFold } from './state/environment-fold.ts'
import type {
  AppendOutcome,
  AppendRequest,
  LedgerStore,
  StorePosition,
  StoredFile,
} from './ledger-store.ts'
import { checkpointFile, fileOfTile, newEdge, outgrown } from './stored-tree.ts'
import type { LogDates } from './log-dates.ts'
import { TreeReconciliation } from './tree-reconciliation.ts'
import { type EntryJudgement, type LedgerIdentity, LogChain } from './log-chain.ts'

export interface LogWriterOptions extends LedgerIdentity {
  readonly store: LedgerStore
  readonly signer: Signer
  readonly clock: Clock
  readonly runner: Readonly<Record<string, string>>
  /** Numbers from 0 to 1 that spread retries; they decide nothing else. */
  readonly random: () => number
  /** The genesis entry, written before the first other one. */
  readonly genesis: EntryDraft
  /** Told of what lies in the log's own places and is skipped. */
  readonly onJunk: (finding: Finding) => void
}

/** What to append after looking at what is on record, or why nothing is to be appended. */
export type Proposal = EntryDraft[] | { readonly refused: readonly Finding[] }

type Propose = (fold: EnvironmentFold) => Proposal
type Appended = { readonly refused: readonly Finding[] } | { readonly entries: LedgerEntry[] }

/**
 * One attempt on the record as we know it. Success is final. A refusal only means something on a
 * record that was just read, so it is settled by who knows that.
 */
type Attempt =
  | { readonly kind: 'done'; readonly outcome: Appended }
  | { readonly kind: 'refused'; settle(): Appended }
  | Extract<AppendOutcome, { readonly kind: 'lost-race' }>

const MAX_ATTEMPTS = 12
const MAX_FINDINGS = 1_000
const MAX_WORDS = 1_000
const FIRST_PAUSE_MS = 20
const LONGEST_PAUSE_MS = 2_000

/**
 * Appends to a log that it has verified itself up to the very entry it builds on. Calls follow each
 * other, so that one process never races with itself.
 */
export class LogWriter {
  readonly #options: LogWriterOptions
  #chain: LogChain
  #position: StorePosition | undefined
  #repairs: readonly StoredFile[] = []
  #last: Promise<unknown> = Promise.resolve()

  constructor(options: LogWriterOptions) {
    this.#options = options
    this.#chain = new LogChain(options)
  }

  get position(): StorePosition | undefined {
    return this.#position
  }

  /** The record as of the last append or {@link sync}. */
  get known(): EnvironmentFold {
    return this.#chain.fold
  }

  /** The dates on record. */
  get dates(): LogDates {
    return this.#chain.dates
  }

  /** Keys that may sign the next entry. */
  get keys(): readonly TrustedKey[] {
    return this.#chain.keys.validAt(this.#chain.size + 1)
  }

  /** Keys by which entries up to now are read, ended ones too. */
  get allKeys(): readonly TrustedKey[] {
    return this.#chain.keys.all
  }

  /** Reads and verifies what is new. @throws DeniedError when the log does not verify */
  sync(): Promise<EnvironmentFold> {
    return this.#inTurn(async () => {
      await this.#catchUp()
      return this.#chain.fold
    })
  }

  /**
   * Asks for a proposal on the newest verified record and appends it. A lost race asks again.
   * @throws WorldError `ledger/illegal-step`, `ledger/lost-race`, `ledger/append-failed`
   * @throws DeniedError when the log does not verify
   */
  append(propose: Propose): Promise<Appended> {
    return this.#inTurn(async () => {
      const hasty = this.#position === undefined ? undefined : await this.#attempt(propose)
      if (hasty?.kind === 'done') return hasty.outcome
      let held: string | undefined
      for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
        await this.#catchUp()
        const tried = await this.#attempt(propose)
        if (tried.kind === 'done') return tried.outcome
        if (tried.kind === 'refused') return tried.settle()
        held = tried.held
        await this.#options.clock.sleep(pause(attempt, this.#options.random()))
      }
      throw lostRace(this.#options.environment, held)
    })
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work)
    this.#last = turn.catch(() => undefined)
    return turn
  }

  async #catchUp(): Promise<void> {
    const { store } = this.#options
    const position = await store.head()
    if (this.#position !== undefined && position.tip === this.#position.tip) {
      this.#position = position
      return
    }
    const { chain, findings, junk, repairs } = await this.#readOn(position)
    // Junk that covers what a signed entry or checkpoint says was there is no junk, but a rewritten log.
    if (findings.length > 0) throw new DeniedError([...junk, ...findings].slice(0, MAX_FINDINGS))
    for (const finding of junk.slice(0, MAX_FINDINGS)) this.#options.onJunk(finding)
    this.#chain = chain
    this.#repairs = repairs
    this.#position = position
  }

  /** Judges the new entries; the last known one is read again, for the log must still hold it. */
  async #readOn(position: StorePosition): Promise<{
    readonly chain: LogChain
    readonly findings: readonly Finding[]
    /** What lies there and is no part of the log. */
    readonly junk: readonly Finding[]
    readonly repairs: readonly StoredFile[]
  }> {
    const known = this.#chain.size
    const chain = this.#chain.fork()
    const findings: Finding[] = []
    const junk: Finding[] = []
    const tree = new TreeReconciliation(this.#options.store, position)
    await tree.begin()
    let seen = known === 0
    for await (const { index, bytes } of this.#options.store.read(
      Math.max(0, known - 1),
      position,
    )) {
      if (index < known) {
        seen = chain.stillHolds(index, bytes)
      } else {
        const judged = chain.judgeUnlessJunk(index, bytes)
        ;(judged.junk ? junk : findings).push(...judged.findings)
      }
      await tree.follow(chain)
    }
    const { repairs } = tree
    if (!seen) return { chain, findings: [chain.rewritten()], junk, repairs }
    findings.push(...chain.judgeEnd(), ...(await tree.end(chain)))
    return { chain, findings, junk, repairs }
  }

  async #attempt(propose: Propose): Promise<Attempt> {
    const proposal = propose(this.#chain.fold)
    if ('refused' in proposal) return { kind: 'refused', settle: () => proposal }
    if (proposal.length === 0) return { kind: 'refused', settle: () => ({ entries: [] }) }
    const chain = this.#chain.fork()
    const first = chain.size === 0 ? [this.#options.genesis] : []
    const entries: LedgerEntry[] = []
    for (const draft of [...first, ...proposal]) {
      const { entry, findings } = await this.#extend(chain, draft)
      const [finding] = findings
      if (finding !== undefined || entry === null)
        return { kind: 'refused', settle: failWith(finding) }
      entries.push(entry)
    }
    return this.#store(chain, entries, first.length)
  }

  async #store(chain: LogChain, entries: readonly LedgerEntry[], skip: number): Promise<Attempt> {
    const position = this.#position
    if (position === undefined) throw new TypeError('appending to a log that was not read')
    const files = await this.#filesOf(chain)
    const request = { expected: position, entries, at: chain.lastAt, ...files }
    const outcome = await this.#options.store.append(request)
    if (outcome.kind === 'lost-race') return outcome
    this.#chain = chain
    this.#position = outcome.position
    this.#repairs = []
    return { kind: 'done', outcome: { entries: entries.slice(skip) } }
  }

  /** What follows from the entries: only what this append changes, so that its cost does not grow. */
  async #filesOf(chain: LogChain): Promise<Pick<AppendRequest, 'files' | 'removed'>> {
    const { origin, signer } = this.#options
    const full = chain.drainTiles()
    const removed = outgrown(full)
    const tiles = [...full, ...newEdge(chain.tree, this.#chain.size)].map(fileOfTile)
    const repairs = this.#repairs.filter(
      ({ path }) => !removed.some((folder) => path.startsWith(`${folder}/`)),
    )
    const checkpoint = await checkpointFile(chain.tree, origin, chain.keys.all, signer)
    return { files: [...repairs, ...tiles, checkpoint], removed }
  }

  /** Seals a draft at the end of a chain, and judges it as every reader will. */
  async #extend(chain: LogChain, draft: EntryDraft): Promise<EntryJudgement> {
    const { origin, environment, clock, runner, signer } = this.#options
    const now = new Date(clock.now()).toISOString()
    const index = chain.size
    // Another machine's clock may be ahead of ours: dates never go back, so that order stays plain.
    const at = now > chain.lastAt || draft.kind === 'clock.corrected' ? now : chain.lastAt
    const place = { origin, environment, index, previous: chain.head, at, runner }
    const bytes = await sealEntry(draft, place, signer)
    if (bytes.byteLength > MAX_ENTRY_BYTES) throw tooLarge(draft, bytes.byteLength)
    return chain.judge(index, bytes)
  }
}

const failWith = (finding: Finding | undefined) => (): never => {
  throw finding === undefined
    ? new TypeError('an entry was refused without a finding')
    : new WorldError(finding)
}

/** Grows from attempt to attempt, and is spread so that losers do not meet again. */
const pause = (attempt: number, random: number): number =>
  Math.ceil(Math.min(FIRST_PAUSE_MS * 2 ** attempt, LONGEST_PAUSE_MS) * (0.5 + random / 2))

const lostRace = (environment: string, held: string | undefined): WorldError =>
  new WorldError({
    code: 'ledger/lost-race',
    subject: `ledger/${environment}`,
    ...(held === undefined
      ? {
          message: `others appended first, ${MAX_ATTEMPTS} times in a row`,
          remedy: 'run the command again',
        }
      : {
          message: `it stays locked, also after ${MAX_ATTEMPTS} attempts: ${held.trim().slice(0, MAX_WORDS)}`,
          remedy:
            'when no git is at work in that repository, remove the lock file that it names; then run the command again',
        }),
  })

const tooLarge = (draft: EntryDraft, bytes: number): WorldError =>
  new WorldError({
    code: 'ledger/append-failed',
    subject: draft.kind,
    message: `the entry would have ${bytes} bytes, the limit is ${MAX_ENTRY_BYTES}`,
    remedy: 'record less: a digest of the data instead of the data',
  })
