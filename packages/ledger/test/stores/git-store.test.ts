import { join } from 'node:path'
import { makeRepository, temporaryDirectory } from '@bulkhead/testkit'
import { afterAll, beforeAll, describe } from 'vitest'
import { type StoreBench, conformsToLedgerStore } from './conformance.ts'
import { writingProgram } from './writing-program.ts'

describe('a ledger in a git repository', () => {
  const stack = new AsyncDisposableStack()
  let bench: StoreBench
  let ledgers = 0

  beforeAll(async () => {
    const home = stack.use(await temporaryDirectory())
    const child = stack.use(await writingProgram()).path
    const hub = await makeRepository(join(home.path, 'hub'))
    const clone = await makeRepository(join(home.path, 'clone'))
    await clone.git('remote', 'add', 'hub', hub.path)
    await clone.git('remote', 'add', 'gone', join(home.path, 'gone'))
    bench = {
      child,
      fresh: async () => ({
        address: { store: 'git', remote: 'hub' },
        repository: clone.path,
        environment: `ledger-${(ledgers += 1)}`,
      }),
      unreachable: (place) => ({ ...place, address: { store: 'git', remote: 'gone' } }),
      // Ten processes of git an attempt.
      crowd: { processes: 50, attempts: 1 },
    }
  })
  afterAll(() => stack.disposeAsync())

  conformsToLedgerStore(() => bench)
})
