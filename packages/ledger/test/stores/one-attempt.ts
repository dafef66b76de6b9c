import { type Signer, sha256 } from '@bulkhead/envelope'
import { sealEntry } from '../../src/entry-form.ts'
import type { LedgerStore } from '../../src/index.ts'
import { ACTORS, ORIGIN } from '../log-fixture.ts'

/** Signs an entry on top of the newest one and appends it once. @returns whether it is in the log */
export async function attemptAppend(
  store: LedgerStore,
  signer: Signer,
  text: string,
): Promise<boolean> {
  const position = await store.head()
  const last = await newest(store, position)
  const at = new Date().toISOString()
  const place = {
    origin: ORIGIN,
    environment: 'production',
    index: last.index + 1,
    previous: sha256(last.bytes),
    at: last.at > at ? last.at : at,
    runner: {},
  }
  const draft = { kind: 'deploy.refused', actors: ACTORS, data: { text } } as const
  const bytes = await sealEntry(draft, place, signer)
  const entries = [{ index: place.index, bytes }]
  const outcome = await store.append({ expected: position, entries, at: place.at })
  return outcome.kind === 'appended'
}

const known = new WeakMap<LedgerStore, number>()

async function newest(store: LedgerStore, at: Awaited<ReturnType<LedgerStore['head']>>) {
  let last
  for await (const entry of store.read(known.get(store) ?? 0, at)) last = entry
  if (last === undefined) throw new Error('the log is empty')
  known.set(store, last.index)
  return { ...last, at: dateOf(last.bytes) }
}

/** The date that an entry says of itself. */
function dateOf(bytes: Buffer): string {
  const envelope = JSON.parse(bytes.toString()) as { payload: string }
  const payload = Buffer.from(envelope.payload, 'base64').toString()
  const dates = /"at":"([^"]+)"/.exec(payload)
  return dates?.[1] ?? ''
}
