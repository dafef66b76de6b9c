import { join } from 'node:path'
import {
  type Signer,
  type TrustedKey,
  generateKeyPair,
  parsePrivateKey,
  parsePublicKey,
} from '@bulkhead/envelope'
import { openRepository } from '@bulkhead/git'
import { makeRepository } from '@bulkhead/testkit'
import { type FencingToken, commitId, digest } from '@bulkhead/vocabulary'
import { type Clock, systemClock } from '@bulkhead/world'
import {
  type Actor,
  type EntryDraft,
  type GitLedgerStoreOptions,
  type Ledger,
  type LedgerStore,
  type OpenLedgerOptions,
  type ReleaseOnRecord,
  type StoredEntry,
  gitLedgerStore,
  openLedger,
} from '../src/index.ts'

export const ORIGIN = 'bulkhead.dev/ledger/test/production'
export const ACTORS: readonly Actor[] = [{ provider: 'git', id: 'ada', role: 'release-manager' }]

export interface LedgerKey {
  readonly signer: Signer
  readonly key: TrustedKey
  readonly pem: { readonly privateKey: string; readonly publicKey: string }
}

export function ledgerKey(name = 'ledger.pub'): LedgerKey {
  const pem = generateKeyPair()
  const key = parsePublicKey(pem.publicKey, name)
  return { signer: parsePrivateKey(pem.privateKey, name), key, pem }
}

/** A release whose commit and artifact are told by one hex digit. */
export const release = (digit = 'a'): ReleaseOnRecord => ({
  commit: commitId(digit.repeat(40)),
  artifacts: [{ name: 'app.tgz', digest: digest(`sha256:${digit.repeat(64)}`) }],
})

export const verdict = (about = release(), outcome: unknown = 'PASS'): EntryDraft => ({
  kind: 'gate.verdict',
  release: about,
  actors: ACTORS,
  data: { outcome },
})

export const deploy = (
  kind: 'deploy.started' | 'deploy.step' | 'deploy.finished' | 'rollback.started',
  fence: FencingToken,
  data: EntryDraft['data'] = {},
  about = release(),
): EntryDraft => ({ kind, release: about, fence, actors: ACTORS, data })

/** A clock that stands still until it is moved; sleeping moves it. */
export class HandClock implements Clock {
  #now: number
  constructor(now = Date.parse('2026-01-31T12:00:00.000Z')) {
    this.#now = now
  }
  now(): number {
    return this.#now
  }
  monotonic(): number {
    return this.#now
  }
  move(ms: number): void {
    this.#now += ms
  }
  sleep(ms: number): Promise<void> {
    this.move(ms)
    return Promise.resolve()
  }
}

export async function all<T>(items: AsyncIterable<T>): Promise<readonly T[]> {
  const list: T[] = []
  for await (const item of items) list.push(item)
  return list
}

/** A store in memory that decides races as the git store does. */
export class MemoryStore implements LedgerStore {
  entries: readonly StoredEntry[] = []
  readonly files = new Map<string, Buffer>()
  #commits = 0
  /** Called before each append, to lose races on purpose. */
  beforeAppend: () => void | Promise<void> = () => undefined

  #position() {
    return { tip: this.#commits === 0 ? null : String(this.#commits) }
  }

  head() {
    return Promise.resolve(this.#position())
  }

  async *read(from: number): AsyncGenerator<StoredEntry> {
    for (const entry of this.entries) if (entry.index >= from) yield entry
  }

  async append(request: Parameters<LedgerStore['append']>[0]) {
    const { expected, entries, files = [], removed = [] } = request
    await this.beforeAppend()
    if (expected.tip !== this.#position().tip) return { kind: 'lost-race' } as const
    for (const path of this.files.keys()) {
      if (removed.some((folder) => path.startsWith(`${folder}/`))) this.files.delete(path)
    }
    for (const { path, bytes } of files) this.files.set(path, bytes)
    const first = entries[0]?.index ?? 0
    this.entries = [
      ...this.entries.filter(({ index }) => index < first),
      ...entries.map(({ index, bytes }) => ({ index, bytes })),
    ]
    this.#commits += 1
    return { kind: 'appended', position: this.#position() } as const
  }

  /** Adds to the log what somebody with write access could; tiles and checkpoint stay. */
  junk(entry: StoredEntry): void {
    this.entries = [...this.entries, entry]
    this.#commits += 1
  }

  /** Replaces the whole log, as somebody with write access could; tiles and checkpoint are gone. */
  put(entries: readonly StoredEntry[]): void {
    this.files.clear()
    this.entries = entries
    this.#commits += 1
  }

  readFile(path: string) {
    return Promise.resolve(this.files.get(path))
  }

  inspect() {
    return Promise.resolve([])
  }
}

export const open = (
  store: LedgerStore,
  key: LedgerKey,
  options: Partial<OpenLedgerOptions> = {},
): Promise<Ledger> =>
  openLedger({
    store,
    signer: key.signer,
    trustedKeys: [key.key],
    origin: ORIGIN,
    environment: 'production',
    clock: systemClock,
    actors: ACTORS,
    random: () => 0.5,
    ...options,
  })

/** Writes a log of one whole, successful release: eight entries. */
export async function writeRelease(ledger: Ledger, about = release()): Promise<void> {
  await ledger.append([verdict(about)])
  const outcome = await ledger.acquireLease({ region: 'eu', actors: ACTORS })
  if (outcome.kind === 'refused') throw new Error(JSON.stringify(outcome.findings))
  const { lease } = outcome
  await ledger.append([deploy('deploy.started', lease.token, {}, about)])
  await ledger.append([
    deploy('deploy.step', lease.token, { step: 'batch-intended' }, about),
    deploy('deploy.step', lease.token, { step: 'batch-done' }, about),
  ])
  await ledger.append([deploy('deploy.finished', lease.token, { result: 'released' }, about)])
  await lease.release()
}

/** A real repository below `directory`, with the store on it. */
export async function gitStore(
  directory: string,
  options: Partial<GitLedgerStoreOptions> & { readonly objectFormat?: 'sha1' | 'sha256' } = {},
) {
  const { objectFormat = 'sha1', ...rest } = options
  const fixture = await makeRepository(join(directory, 'repo'), { objectFormat })
  const repository = await openRepository(fixture.path)
  const store = gitLedgerStore({ repository, environment: 'production', ...rest })
  return { fixture, repository, store, [Symbol.asyncDispose]: () => repository.close() }
}
