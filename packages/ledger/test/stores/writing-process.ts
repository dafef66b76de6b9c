import { writeSync } from 'node:fs'
import { Socket } from 'node:net'
import { parsePrivateKey, parsePublicKey } from '@bulkhead/envelope'
import { systemClock } from '@bulkhead/world'
import { type LedgerStore, openLedger } from '../../src/index.ts'
import { ACTORS, ORIGIN } from '../log-fixture.ts'
import { type StorePlace, openPlace } from './store-place.ts'

/** A process of its own that writes to a ledger, and may be killed outright on the way. */
export interface WritingOrder {
  readonly place: StorePlace
  readonly privateKey: string
  readonly publicKey: string
  readonly name: string
  /** Before which of its steps it is killed, counted from 1. A step is whatever the world can see. */
  readonly killAt?: number
  /** Waits until it reads a line: then all processes start at once. */
  readonly gate?: boolean
  /** Appends so often, once each; a lost race is counted and not tried again. */
  readonly attempts?: number
}

const order = JSON.parse(process.argv[2] ?? '') as WritingOrder
const say = (word: string) => writeSync(1, `${word}\n`)

await using opened = await openPlace(order.place)
await (order.attempts === undefined
  ? holdLease(opened.store)
  : tryOften(opened.store, order.attempts))

/** Counts whatever goes out to a server or a child process, and dies instead of the n-th. */
function killAtStep(last: number): void {
  let step = 0
  const dieAtLast = () => {
    step += 1
    if (step === last) process.kill(process.pid, 'SIGKILL')
  }
  for (const name of ['_write', '_writev', '_final']) {
    const original: unknown = Reflect.get(Socket.prototype, name)
    if (typeof original !== 'function') continue
    Reflect.set(Socket.prototype, name, function (this: Socket, ...args: unknown[]) {
      dieAtLast()
      return Reflect.apply(original, this, args) as unknown
    })
  }
}

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
async function holdLease(store: LedgerStore): Promise<void> {
  const ledger = await open(store)
  const held = (await ledger.state()).lease
  // Reading changes nothing: steps count from the first that could write.
  if (order.killAt !== undefined) killAtStep(order.killAt)
  const breaking = held === null ? {} : { breaking: { token: held.token, reason: 'it was killed' } }
  const outcome = await ledger.acquireLease({ region: 'eu', actors: ACTORS, ...breaking })
  if (outcome.kind === 'refused') throw new Error(JSON.stringify(outcome.findings))
  say(`lease ${outcome.lease.token}`)
  await ledger.append([{ kind: 'deploy.refused', actors: ACTORS, data: { text: order.name } }])
  say(`note ${order.name}`)
  await outcome.lease.release()
  say(`released ${outcome.lease.token}`)
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
