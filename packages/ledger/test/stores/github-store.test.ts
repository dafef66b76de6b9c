import { join } from 'node:path'
import { makeRepository, temporaryDirectory } from '@bulkhead/testkit'
import { WorldError } from '@bulkhead/vocabulary'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freePort } from '../engines/engine.ts'
import { githubStandIn } from '../engines/github-stand-in.ts'
import { ledgerKey, open, writeRelease } from '../log-fixture.ts'
import { anyRepository } from './any-repository.ts'
import { conformsToLedgerStore } from './conformance.ts'
import { cutProxy } from './cut-proxy.ts'
import { type RefusingProxy, refusingProxy } from './refusing-proxy.ts'
import { type StoreBench, auditFindings, key, note, textsOf } from './store-bench.ts'
import { type StorePlace, openPlace } from './store-place.ts'
import { writingProgram } from './writing-program.ts'

/** What GitHub's documentation has for a branch that it does not move, though nobody else was first. */
const REFUSALS: readonly (readonly [number, string, RegExp])[] = [
  [401, 'Bad credentials', /contents: write/],
  [403, 'Resource not accessible by integration', /contents: write/],
  [403, 'API rate limit exceeded for installation ID 1.', /wait until the limit is over/],
  [403, 'You have exceeded a secondary rate limit.', /wait until the limit is over/],
  [404, 'Not Found', /contents: write/],
  [409, 'Git Repository is locked', /run the command again/],
  [422, 'Repository rule violations found', /rulesets/],
  [422, 'Reference update failed', /rulesets/],
  [429, 'Too Many Requests', /wait until the limit is over/],
  [500, 'Server Error', /GitHub can be reached/],
  [503, 'Service Unavailable', /GitHub can be reached/],
]
/** Who is told to come again at once is not waited for. */
const AT_ONCE = { 'retry-after': '0' }

describe('a ledger at GitHub, through its API', () => {
  const stack = new AsyncDisposableStack()
  let bench: StoreBench
  let hub: Awaited<ReturnType<typeof makeRepository>>
  let refusing: RefusingProxy
  let at: (environment: string, port: number) => StorePlace
  let ledgers = 0

  beforeAll(async () => {
    const home = stack.use(await temporaryDirectory())
    const child = stack.use(await writingProgram()).path
    const repository = stack.use(await anyRepository()).path
    hub = await makeRepository(join(home.path, 'hub'))
    const standIn = stack.use(await githubStandIn(join(hub.path, '.git')))
    const proxy = stack.use(await cutProxy(standIn.port))
    refusing = stack.use(await refusingProxy(standIn.port))
    const closed = await freePort()
    at = (environment, port) => ({
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
      // Two thousand attempts in all: every request ends in a git.
      crowd: { processes: 50, attempts: 40 },
    }
  })
  afterAll(() => stack.disposeAsync())

  conformsToLedgerStore(() => bench)

  it.each(REFUSALS)(
    'is told why GitHub does not move the branch (%i %s), appends nothing, and soon stops to ask',
    async (status, message, remedy) => {
      const place = await bench.fresh()
      await using opened = await openPlace(place)
      await (await open(opened.store, key)).append([note('one')])
      await using refused = await openPlace(at(place.environment, refusing.port))
      const ledger = await open(refused.store, key)
      refusing.refuse(({ method }) => method === 'PATCH', {
        status,
        body: { message },
        headers: AT_ONCE,
      })
      const told: unknown = await ledger.append([note('two')]).catch((error: unknown) => error)
      expect(refusing.relent()).toBe(status === 429 || status >= 500 ? 4 : 1)
      if (!(told instanceof WorldError)) throw new Error('it was appended')
      expect(told.findings).toEqual([
        {
          code: 'ledger/append-failed',
          subject: `ledger/${place.environment} at GitHub`,
          message: expect.stringContaining(String(status)),
          remedy: expect.stringMatching(remedy),
        },
      ])
      expect(await textsOf(opened.store)).toEqual(['one'])
      await ledger.append([note('three')])
      expect(await textsOf(opened.store)).toEqual(['one', 'three'])
      expect(await auditFindings(opened.store)).toEqual([])
    },
    60_000,
  )

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
