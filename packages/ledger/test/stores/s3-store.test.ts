import {
  DeleteObjectCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3'
import { temporaryDirectory } from '@bulkhead/testkit'
import { InputError } from '@bulkhead/vocabulary'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { cephIsAbsent, startCeph } from '../engines/ceph.ts'
import { freePort } from '../engines/engine.ts'
import { ledgerKey, open, writeRelease } from '../log-fixture.ts'
import { anyRepository } from './any-repository.ts'
import { conformsToLedgerStore } from './conformance.ts'
import { cutProxy } from './cut-proxy.ts'
import { survivesNoRoom } from './full-store.ts'
import type { StoreBench } from './store-bench.ts'
import { type StorePlace, openPlace } from './store-place.ts'
import { writingProgram } from './writing-program.ts'

describe.skipIf(cephIsAbsent)('a ledger in S3, on Ceph', () => {
  const stack = new AsyncDisposableStack()
  let engine: Awaited<ReturnType<typeof startCeph>>
  let bench: StoreBench
  let place: (bucket: string, name: string, port?: number) => StorePlace
  let ledgers = 0

  beforeAll(async () => {
    const home = stack.use(await temporaryDirectory())
    const child = stack.use(await writingProgram()).path
    const repository = stack.use(await anyRepository()).path
    engine = stack.use(await startCeph(home.path))
    for (const [name, value] of Object.entries(engine.env)) process.env[name] = value
    const proxy = stack.use(await cutProxy(engine.port))
    const closed = await freePort()
    const shared = await engine.makeBucket('ledgers')
    place = (bucket, name, port = engine.port) => ({
      repository,
      environment: 'production',
      address: {
        store: 's3',
        bucket,
        region: 'us-east-1',
        endpoint: `http://127.0.0.1:${port}`,
        name,
      },
    })
    const moved = ({ address }: StorePlace, port: number) =>
      place(shared, ('name' in address && address.name) || '', port)
    bench = {
      child,
      steps: ['what is sent'],
      fresh: async () => place(shared, `ledger-${(ledgers += 1)}`),
      line: { proxy, through: (at) => moved(at, proxy.port) },
      unreachable: (at) => moved(at, closed),
      // Ten thousand attempts in all.
      crowd: { processes: 50, attempts: 200 },
    }
  }, 120_000)
  afterAll(() => stack.disposeAsync())

  conformsToLedgerStore(() => bench)

  survivesNoRoom(() => ({
    fresh: () => bench.fresh(),
    fill: () => Promise.resolve(engine.limitObjects(1)),
    free: () => Promise.resolve(engine.limitObjects(undefined)),
    says: /QuotaExceeded/,
  }))

  const versioned = (bucket: string) =>
    engine.client.send(
      new PutBucketVersioningCommand({
        Bucket: bucket,
        VersioningConfiguration: { Status: 'Enabled' },
      }),
    )

  it('tells an entry that was written again or deleted, and what is no part of a ledger', async () => {
    const bucket = await engine.makeBucket('tampered')
    await using opened = await openPlace(place(bucket, 'production'))
    await writeRelease(await open(opened.store, ledgerKey()))
    await versioned(bucket)
    expect(await opened.store.inspect()).toEqual([])
    const put = (Key: string) =>
      engine.client.send(new PutObjectCommand({ Bucket: bucket, Key, Body: 'x' }))
    await put('production/entries/000000003')
    await put('production/README.md')
    await put('production/entries/3')
    const gone = { Bucket: bucket, Key: 'production/entries/000000000' }
    await engine.client.send(new DeleteObjectCommand(gone))
    const told = await opened.store.inspect()
    expect(told.map(({ code, subject }) => `${code} ${subject}`).sort()).toEqual([
      'ledger/foreign-path README.md',
      'ledger/foreign-path entries/3',
      'ledger/rewritten entries/000000000',
      'ledger/rewritten entries/000000000',
      'ledger/rewritten entries/000000003',
    ])
  })

  it('is not begun in a bucket that writes an object twice in spite of the condition', async () => {
    const bucket = await engine.makeBucket('unconditional')
    await versioned(bucket)
    await using opened = await openPlace(place(bucket, 'production'))
    const ledger = await open(opened.store, ledgerKey())
    await expect(writeRelease(ledger)).rejects.toThrow(InputError)
    expect(await opened.store.head()).toEqual({ tip: null })
  })
})
