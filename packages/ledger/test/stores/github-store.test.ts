import { join } from 'node:path'
import { makeRepository, temporaryDirectory } from '@bulkhead/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freePort } from '../engines/engine.ts'
import { githubStandIn } from '../engines/github-stand-in.ts'
import { ledgerKey, open, writeRelease } from '../log-fixture.ts'
import { anyRepository } from './any-repository.ts'
import { conformsToLedgerStore } from './conformance.ts'
import { cutProxy } from './cut-proxy.ts'
import type { StoreBench } from './store-bench.ts'
import { type StorePlace, openPlace } from './store-place.ts'
import { writingProgram } from './writing-program.ts'

describe('a ledger at GitHub, through its API', () => {
  const stack = new AsyncDisposableStack()
  let bench: StoreBench
  let hub: Awaited<ReturnType<typeof makeRepository>>
  let ledgers = 0

  beforeAll(async () => {
    const home = stack.use(await temporaryDirectory())
    const child = stack.use(await writingProgram()).path
    const repository = stack.use(await anyRepository()).path
    hub = await makeRepository(join(home.path, 'hub'))
    const standIn = stack.use(await githubStandIn(join(hub.path, '.git')))
    const proxy = stack.use(await cutProxy(standIn.port))
    const closed = await freePort()
    const at = (environment: string, port: number): StorePlace => ({
      repository,
      environment,
      address: { store: 'github', repository: 'acme/shop', api: `http://127.0.0.1:${port}` },
    })
    bench = {
      child,
      steps: ['what is sent'],
      fresh: async () => at(`ledger-${(ledgers += 1)}`, standIn.port),
      line: { proxy, through: ({ environment }) => at(environment, proxy.port) },
      unreachable: ({ environment }) => at(environment, closed),
      // The stand-in starts some processes of git a request, one after the other: 0.1 s an attempt.
      crowd: { processes: 50, attempts: 4 },
    }
  })
  afterAll(() => stack.disposeAsync())

  conformsToLedgerStore(() => bench)

  it('is the same branch as that of the git store: git finds it sound, and reads it', async () => {
    const place = await bench.fresh()
    await using opened = await openPlace(place)
    await writeRelease(await open(opened.store, ledgerKey()))
    const branch = `ledger/${place.environment}`
    const names = await hub.git('ls-tree', '-r', '--name-only', branch, 'entries')
    expect(names.trim().split('\n')).toHaveLength(8)
    expect(await hub.git('fsck', '--strict', '--no-dangling')).toBe('')
    const local: StorePlace = { ...place, address: { store: 'git' }, repository: hub.path }
    await using here = await openPlace(local)
    expect(await here.store.head()).toEqual(await opened.store.head())
  })
})
