import { temporaryDirectory } from '@bulkhead/testkit'
import { afterAll, beforeAll, describe } from 'vitest'
import { TABLE, dynamoIsAbsent, startDynamo } from '../engines/dynamodb.ts'
import { freePort } from '../engines/engine.ts'
import { anyRepository } from './any-repository.ts'
import { conformsToLedgerStore } from './conformance.ts'
import { cutProxy } from './cut-proxy.ts'
import type { StoreBench } from './store-bench.ts'
import type { StorePlace } from './store-place.ts'
import { writingProgram } from './writing-program.ts'

describe.skipIf(dynamoIsAbsent)('a ledger in DynamoDB', () => {
  const stack = new AsyncDisposableStack()
  let bench: StoreBench
  let ledgers = 0

  beforeAll(async () => {
    const home = stack.use(await temporaryDirectory())
    const child = stack.use(await writingProgram()).path
    const repository = stack.use(await anyRepository()).path
    const engine = stack.use(await startDynamo(home.path))
    for (const [name, value] of Object.entries(engine.env)) process.env[name] = value
    const proxy = stack.use(await cutProxy(engine.port))
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
    const moved = ({ address }: StorePlace, port: number) =>
      at(('name' in address && address.name) || '', port)
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
})
