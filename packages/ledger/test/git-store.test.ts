import { temporaryDirectory } from '@bulkhead/testkit'
import { describe, expect, it } from 'vitest'
import { foldEnvironment, verifyLedger } from '../src/index.ts'
import { ORIGIN, gitStore, ledgerKey, open, release, writeRelease } from './log-fixture.ts'

const key = ledgerKey()
const identity = { trust: { keys: [key.key] }, origin: ORIGIN, environment: 'production' }

describe.each(['sha1', 'sha256'] as const)('a ledger in a %s repository', (objectFormat) => {
  it('is written, read back, verified and folded', async () => {
    await using home = await temporaryDirectory()
    await using git = await gitStore(home.path, { objectFormat })
    await writeRelease(await open(git.store, key))
    const verified = await verifyLedger({ ...identity, entries: git.store.read(0) })
    expect(verified.findings).toEqual([])
    expect(verified.entries.map(({ kind }) => kind)).toEqual([
      'genesis',
      'gate.verdict',
      'lease.acquired',
      'deploy.started',
      'deploy.step',
      'deploy.step',
      'deploy.finished',
      'lease.released',
    ])
    expect(foldEnvironment(verified.entries)).toMatchObject({ released: release(), lease: null })
    expect(await git.store.listForeign()).toEqual([])
    await git.fixture.git('fsck', '--strict', '--no-dangling')
  })
})
