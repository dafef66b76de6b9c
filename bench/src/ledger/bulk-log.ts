import {
  type EntryDraft,
  type StoredEntry,
  type ReleaseOnRecord,
  sealEntry,
  sealLogCheckpoint,
  writeMirror,
} from '@bulkhead/ledger'
import {
  type TrustedKey,
  generateKeyPair,
  parsePrivateKey,
  parsePublicKey,
  sha256,
} from '@bulkhead/envelope'
import { type Digest, commitId, digest, fencingToken } from '@bulkhead/vocabulary'

export const BULK_ORIGIN = `bulkhead.dev/ledger/${'c'.repeat(40)}/production`
export const BULK_ENVIRONMENT = 'production'

const ACTORS = [{ provider: 'git', id: 'ada@example.net', role: 'release-manager' }]
const RUNNER = { repository_id: '123456', run_id: '987654321', run_attempt: '1' }
const BEGAN = Date.UTC(2020, 0, 1)
const SECOND = 1_000
/** Steps of one rollout: each batch is said before it is done, and after. */
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

export interface BulkLog {
  readonly key: TrustedKey
  readonly size: number
}

/** Signs and links `size` entries. One entry names the digest of the one before it: one core's work. */
export async function writeBulkLog(directory: string, size: number): Promise<BulkLog> {
  const pair = generateKeyPair()
  const signer = parsePrivateKey(pair.privateKey, 'ledger')
  const key = parsePublicKey(pair.publicKey, 'ledger.pub')
  async function* entries(): AsyncGenerator<StoredEntry> {
    let previous: Digest | null = null
    let index = 0
    for (const draft of drafts()) {
      if (index === size) return
      const at = new Date(BEGAN + index * SECOND).toISOString()
      const place = {
        origin: BULK_ORIGIN,
        environment: BULK_ENVIRONMENT,
        index,
        previous,
        at,
        runner: RUNNER,
      }
      const bytes: Buffer = await sealEntry(draft, place, signer)
      yield { index, bytes }
      previous = sha256(bytes)
      index += 1
    }
  }
  await writeMirror(directory, entries(), (tree) =>
    sealLogCheckpoint(tree, BULK_ORIGIN, key, signer),
  )
  return { key, size }
}
