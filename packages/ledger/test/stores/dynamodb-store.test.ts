import type { IncomingMessage } from 'node:http'
import { temporaryDirectory } from '@bulkhead/testkit'
import { afterAll, beforeAll, describe, expect } from 'vitest'
import { TABLE, dynamoIsAbsent, startDynamo } from '../engines/dynamodb.ts'
import { freePort } from '../engines/engine.ts'
import { anyRepository } from './any-repository.ts'
import { conformsToLedgerStore } from './conformance.ts'
import { cutProxy } from './cut-proxy.ts'
import { survivesNoRoom } from './full-store.ts'
import { type RefusingProxy, refusingProxy } from './refusing-proxy.ts'
import type { StoreBench } from './store-bench.ts'
import type { StorePlace } from './store-place.ts'
import { writingProgram } from './writing-program.ts'

const NAMES = 'com.amazonaws.dynamodb.v20120810#'
const cancelled = (Code: string) => ({
  __type: `${NAMES}TransactionCanceledException`,
  Message: `Transaction cancelled, please refer cancellation reasons for specific reasons [None, ${Code}]`,
  CancellationReasons: [{ Code: 'None' }, { Code, Message: 'no room' }],
})
/** What DynamoDB says when it has no room for a write, or no capacity; DynamoDB Local has always both. */
const REFUSALS = [
  ['ItemCollectionSizeLimitExceeded', cancelled('ItemCollectionSizeLimitExceeded')],
  ['ProvisionedThroughputExceeded', cancelled('ProvisionedThroughputExceeded')],
  [
    'ProvisionedThroughputExceededException',
    { __type: `${NAMES}ProvisionedThroughputExceededException`, message: 'Rate exceeded' },
  ],
] as const
const isWrite = ({ headers }: IncomingMessage) =>
  headers['x-amz-target'] === 'DynamoDB_20120810.TransactWriteItems'

describe.skipIf(dynamoIsAbsent)('a ledger in DynamoDB', () => {
  const stack = new AsyncDisposableStack()
  let bench: StoreBench
  let refusing: RefusingProxy
  let moved: (place: StorePlace, port: number) => StorePlace
  let ledgers = 0

  beforeAll(async () => {
    const home = stack.use(await temporaryDirectory())
    const child = stack.use(await writingProgram()).path
    const repository = stack.use(await anyRepository()).path
    const engine = stack.use(await startDynamo(home.path))
    for (const [name, value] of Object.entries(engine.env)) process.env[name] = value
    const proxy = stack.use(await cutProxy(engine.port))
    refusing = stack.use(await refusingProxy(engine.port))
    const closed = await freePort()
    const at = (name: string, port: number): StorePlace => ({
      repository,
      environment: 'production',
      address: {
        store: 'dynamodb',
        table: TABLE,
        region: 'us-east-1',
        endpoint: `http://127.0.0.1:${port}`,
        name,
      },
    })
    moved = ({ address }, port) => at(('name' in address && address.name) || '', port)
    bench = {
      child,
      steps: ['what is sent'],
      fresh: async () => at(`ledger-${(ledgers += 1)}`, engine.port),
      line: { proxy, through: (place) => moved(place, proxy.port) },
      unreachable: (place) => moved(place, closed),
      // Ten thousand attempts in all.
      crowd: { processes: 50, attempts: 200 },
    }
  })
  afterAll(() => stack.disposeAsync())

  conformsToLedgerStore(() => bench)

  describe.each(REFUSALS)('%s', (says, refusal) => {
    survivesNoRoom(() => ({
      fresh: async () => moved(await bench.fresh(), refusing.port),
      fill: () => Promise.resolve(refusing.refuse(isWrite, { status: 400, body: refusal })),
      free: () => {
        expect(refusing.relent()).toBeGreaterThan(1)
        return Promise.resolve()
      },
      says: new RegExp(says),
    }))
  })
})
