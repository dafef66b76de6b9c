import { chown } from 'node:fs/promises'
import { join } from 'node:path'
import { temporaryDirectory } from '@bulkhead/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freePort } from '../engines/engine.ts'
import { postgresIsAbsent, startPostgres } from '../engines/postgres.ts'
import { anyRepository } from './any-repository.ts'
import { conformsToLedgerStore } from './conformance.ts'
import { cutProxy } from './cut-proxy.ts'
import { type FullStore, survivesNoRoom } from './full-store.ts'
import { smallDisk } from './small-disk.ts'
import type { StoreBench } from './store-bench.ts'
import { type StorePlace, openPlace } from './store-place.ts'
import { writingProgram } from './writing-program.ts'
import { ledgerKey, open, writeRelease } from '../log-fixture.ts'

describe.skipIf(postgresIsAbsent)('a ledger in PostgreSQL', () => {
  const stack = new AsyncDisposableStack()
  let engine: Awaited<ReturnType<typeof startPostgres>>
  let bench: StoreBench
  let full: FullStore | undefined
  let ledgers = 0

  beforeAll(async () => {
    const home = stack.use(await temporaryDirectory())
    const child = stack.use(await writingProgram()).path
    const repository = stack.use(await anyRepository()).path
    const path = join(home.path, 'disk')
    const disk = stack.use(await smallDisk(path, { megabytes: 4 }))
    engine = stack.use(await startPostgres(home.path))
    for (const [name, value] of Object.entries(engine.env)) process.env[name] = value
    const proxy = stack.use(await cutProxy(engine.port))
    const closed = await freePort()
    const at = (place: StorePlace, port: number): StorePlace => ({
      ...place,
      address: {
        store: 'postgres',
        url: `postgres://127.0.0.1:${port}/postgres`,
        ...nameOf(place),
      },
    })
    const { uid } = engine
    if (disk !== undefined && uid !== undefined) await chown(path, uid, uid)
    full = disk && {
      ...disk,
      fresh: () => {
        const address = { store: 'postgres', url: engine.databaseIn(path) } as const
        return Promise.resolve({ address, repository, environment: 'production' })
      },
      says: /No space left on device/,
    }
    bench = {
      child,
      steps: ['what is sent'],
      fresh: async () => {
        ledgers += 1
        const address = { store: 'postgres', url: engine.url, name: `ledger-${ledgers}` } as const
        return { address, repository, environment: 'production' }
      },
      line: { proxy, through: (place) => at(place, proxy.port) },
      unreachable: (place) => at(place, closed),
      // Ten thousand attempts in all.
      crowd: { processes: 50, attempts: 200 },
    }
  })
  afterAll(() => stack.disposeAsync())

  conformsToLedgerStore(() => bench)

  survivesNoRoom(() => full)

  it('may not be changed by who writes it, nor by the owner without taking the guard away', async () => {
    await using opened = await openPlace(await bench.fresh())
    await writeRelease(await open(opened.store, ledgerKey()))
    const statements = [
      `UPDATE bulkhead_ledger.entries SET bytes = ''`,
      'DELETE FROM bulkhead_ledger.entries',
      'TRUNCATE bulkhead_ledger.entries',
    ]
    for (const statement of statements) {
      expect(() => engine.asOwner(`SET ROLE deployer; ${statement}`)).toThrow(/permission denied/)
      expect(() => engine.asOwner(statement)).toThrow(/the ledger only grows/)
    }
  })
})

const nameOf = ({ address }: StorePlace) => ('name' in address ? { name: address.name ?? '' } : {})
