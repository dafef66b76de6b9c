import { writeSync } from 'node:fs'
import { parsePrivateKey, parsePublicKey } from '@bulkhead/envelope'
import { systemClock } from '@bulkhead/world'
import {
  type EntryDraft,
  type LeaseOnRecord,
  type Ledger,
  type LedgerStore,
  openLedger,
} from '../../src/index.ts'
import { ACTORS, ORIGIN } from '../log-fixture.ts'
import { type KillPoint, killAtStep } from './kill-points.ts'
import { type StorePlace, openPlace } from './store-place.ts'

/** A process of its own that writes to a ledger, and may be killed outright on the way. */
export interface WritingOrder {
  readonly place: StorePlace
  readonly privateKey: string
  readonly publicKey: string
  readonly name: string
  /** Which of its steps it is killed before. A step is whatever the world can see. */
  readonly killAt?: KillPoint
  /** What it does: holds a lease and writes in between, or appends so much at once that git packs it. */
  readonly work?: 'lease' | 'pack'
  /** Appends so often, once each; a lost race is counted and not tried again. */
  readonly attempts?: number
}

/** More entries than are written as objects of their own. */
const PACKED = 110

const order = JSON.parse(process.argv[2] ?? '') as WritingOrder
const say = (word: string) => writeSync(1, `${word}\n`)

await using opened = await openPlace(order.place)
await (order.attempts === undefined ? write(opened.store) : tryOften(opened.store, order.attempts))

function open(store: LedgerStore) {
  return openLedger({
    store,
    signer: parsePrivateKey(order.privateKey, 'ledger.pem'),
    trustedKeys: [parsePublicKey(order.publicKey, 'ledger.pub')],
    origin: ORIGIN,
    environment: 'production',
    clock: systemClock,
    actors: ACTORS,
  })
}

/** Says what it was told is on record. */
async function write(store: LedgerStore): Promise<void> {
  const ledger = await open(store)
  const held = (await ledger.state()).lease
  // Reading changes nothing: steps count from the first that could write.
  if (order.killAt !== undefined) await killAtStep(order.killAt)
  await (order.work === 'pack' ? appendMany(ledger) : holdLease(ledger, held))
}

async function holdLease(ledger: Ledger, held: LeaseOnRecord | null): Promise<void> {
  const breaking = held === null ? {} : { breaking: { token: held.token, reason: 'it was killed' } }
  const outcome = await ledger.acquireLease({ region: 'eu', actors: ACTORS, ...breaking })
  if (outcome.kind === 'refused') throw new Error(JSON.stringify(outcome.findings))
  say(`lease ${outcome.lease.token}`)
  await ledger.append([note(order.name)])
  say(`note ${order.name}`)
  await outcome.lease.release()
  say(`released ${outcome.lease.token}`)
}

async function appendMany(ledger: Ledger): Promise<void> {
  const names = Array.from({ length: PACKED }, (_, n) => `${order.name}, ${n}`)
  await ledger.append(names.map(note))
  for (const name of names) say(`note ${name}`)
}

function note(text: string): EntryDraft {
  return { kind: 'deploy.refused', actors: ACTORS, data: { text } }
}

/** Each attempt is on what was read just before. What was won is said, the rest was lost. */
async function tryOften(store: LedgerStore, attempts: number): Promise<void> {
  await new Promise((resolve) => process.stdin.once('data', resolve))
  process.stdin.destroy()
  const { attemptAppend } = await import('./one-attempt.ts')
  const signer = parsePrivateKey(order.privateKey, 'ledger.pem')
  for (let n = 0; n < attempts; n += 1) {
    const text = `${order.name} ${n}`
    if (await attemptAppend(store, signer, text)) say(text)
  }
}
