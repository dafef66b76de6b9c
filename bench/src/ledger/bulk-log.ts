import { createPublicKey } from 'node:crypto'
import {
  type Signer,
  type TrustedKey,
  generateKeyPair,
  parsePrivateKey,
  parsePublicKey,
  sha256,
} from '@bulkhead/envelope'
import {
  type EntryDraft,
  type Ledger,
  type LedgerStore,
  type ReleaseOnRecord,
  type StoredEntry,
  type VerifierPolicy,
  noteKey,
  openLedger,
  parseVerifierPolicy,
  sealEntry,
  sealLogCheckpoint,
  writeMirror,
  writeVerifierKey,
} from '@bulkhead/ledger'
import { type Digest, commitId, digest, fencingToken } from '@bulkhead/vocabulary'
import { systemClock } from '@bulkhead/world'

const BULK_ORIGIN = `bulkhead.dev/ledger/${'c'.repeat(40)}/production`
const BULK_ENVIRONMENT = 'production'

const ACTORS = [{ provider: 'git', id: 'ada@example.net', role: 'release-manager' }]
const RUNNER = { repository_id: '123456', run_id: '987654321', run_attempt: '1' }
const BEGAN = Date.UTC(2020, 0, 1)
const SECOND = 1_000
/** Of one rollout: each batch is said before it is done, and after. */
const BATCHES = 18

/** A year of releases, one after another, as `bulkhead ship` records them. */
function* drafts(): Generator<EntryDraft> {
  yield { kind: 'genesis', actors: ACTORS, data: {} }
  for (let index = 1, n = 0; ; n += 1) {
    const about = releaseNumber(n)
    const token = fencingToken(index + 1)
    const under = (kind: EntryDraft['kind'], data: EntryDraft['data']): EntryDraft => ({
      kind,
      release: about,
      fence: token,
      actors: ACTORS,
      data,
    })
    const verdict = { outcome: 'PASS', lane: 'standard', policy: sha256('policy'), findings: [] }
    const lease = { region: 'eu', holder: 'git:ada', ttlMs: 600_000, takesOver: null }
    const release: readonly EntryDraft[] = [
      { kind: 'gate.verdict', release: about, actors: ACTORS, data: verdict },
      { kind: 'lease.acquired', actors: ACTORS, data: lease },
      under('deploy.started', {
        attestation: sha256(`attestation ${n}`),
        plan: { lane: 'standard' },
      }),
      ...Array.from({ length: BATCHES }, (_, batch) => batch).flatMap((batch) =>
        ['batch-intended', 'batch-done'].map((step) =>
          under('deploy.step', {
            step,
            wave: 'canary',
            direction: 'forward',
            batch: batchNumber(batch),
          }),
        ),
      ),
      under('deploy.finished', { result: 'released', findings: [] }),
      { kind: 'lease.released', fence: token, actors: ACTORS, data: {} },
    ]
    yield* release
    index += release.length
  }
}

const batchNumber = (n: number) => ({
  region: 'eu',
  zone: `eu-${n % 3}`,
  count: 4,
  units: Array.from({ length: 4 }, (_, unit) => `unit-${n * 4 + unit}`),
})

function releaseNumber(n: number): ReleaseOnRecord {
  const hex = n.toString(16)
  const artifact = digest(`sha256:${hex.padStart(64, '0')}`)
  return {
    commit: commitId(hex.padStart(40, '0')),
    artifacts: [{ name: 'app.tgz', digest: artifact }],
  }
}

/** Whose log it is. */
export interface BulkKey {
  readonly signer: Signer
  readonly key: TrustedKey
  /** Passed to other processes: the key in PEM, and its public half as notes know it. */
  readonly privateKey: string
  readonly vkey: string
}

export const newBulkKey = (): BulkKey => bulkKeyOf(generateKeyPair().privateKey)

export function bulkKeyOf(privateKey: string): BulkKey {
  const publicKey = createPublicKey(privateKey).export({ format: 'pem', type: 'spki' })
  const key = parsePublicKey(publicKey.toString(), 'ledger.pub')
  const vkey = writeVerifierKey(noteKey(BULK_ORIGIN, key.publicKey))
  return { signer: parsePrivateKey(privateKey, 'ledger'), key, privateKey, vkey }
}

export const bulkPolicyText = (vkey: string): string =>
  JSON.stringify({
    version: 1,
    origin: BULK_ORIGIN,
    environment: BULK_ENVIRONMENT,
    logKeys: [{ name: 'ledger.pub', vkey }],
  })

export const bulkPolicy = (vkey: string): VerifierPolicy =>
  parseVerifierPolicy(Buffer.from(bulkPolicyText(vkey)), 'bench')

/** Signs and links entries. One names the digest of the one before it: this is one core's work. */
async function* bulkEntries(size: number, { signer }: BulkKey): AsyncGenerator<StoredEntry> {
  let previous: Digest | null = null
  let index = 0
  for (const draft of drafts()) {
    if (index === size) return
    const at = new Date(BEGAN + index * SECOND).toISOString()
    const identity = { origin: BULK_ORIGIN, environment: BULK_ENVIRONMENT, runner: RUNNER }
    const bytes: Buffer = await sealEntry(draft, { ...identity, index, previous, at }, signer)
    yield { index, bytes }
    previous = sha256(bytes)
    index += 1
  }
}

export const writeBulkLog = (directory: string, size: number, bulk: BulkKey): Promise<number> =>
  writeMirror(directory, bulkEntries(size, bulk), (tree) =>
    sealLogCheckpoint(tree, BULK_ORIGIN, bulk.key, bulk.signer),
  )

const AT_ONCE = 10_000

/** The same into a store, many entries in each of its steps. Tiles come with the next append. */
export async function writeBulkStore(
  store: LedgerStore,
  size: number,
  bulk: BulkKey,
): Promise<void> {
  let expected = await store.head()
  let batch: StoredEntry[] = []
  const flush = async () => {
    const outcome = await store.append({
      expected,
      entries: batch,
      at: new Date(BEGAN).toISOString(),
    })
    if (outcome.kind === 'lost-race') throw new Error('nobody else writes here')
    expected = outcome.position
    batch = []
  }
  for await (const entry of bulkEntries(size, bulk)) {
    batch.push(entry)
    if (batch.length === AT_ONCE) await flush()
  }
  if (batch.length > 0) await flush()
  const ledger = await openBulkLedger(store, bulk)
  await ledger.append([{ kind: 'heartbeat', actors: ACTORS, data: {} }])
}

export const openBulkLedger = (store: LedgerStore, { signer, key }: BulkKey): Promise<Ledger> =>
  openLedger({
    store,
    signer,
    trustedKeys: [key],
    origin: BULK_ORIGIN,
    environment: BULK_ENVIRONMENT,
    clock: systemClock,
    actors: ACTORS,
  })
