import { openRepository } from '@bulkhead/git'
import { type LedgerStore, type StoreAddress, openStore } from '../../src/index.ts'

/** One empty ledger of a store under test, as plain data: another process can open it too. */
export interface StorePlace {
  readonly address: StoreAddress
  /** Path of a repository: the git store's own, for others any. */
  readonly repository: string
  readonly environment: string
}

export interface OpenPlace extends AsyncDisposable {
  readonly store: LedgerStore
}

export async function openPlace(place: StorePlace): Promise<OpenPlace> {
  const repository = await openRepository(place.repository)
  const store = openStore(place.address, { repository, environment: place.environment })
  return {
    store,
    async [Symbol.asyncDispose]() {
      await store.close?.()
      await repository.close()
    },
  }
}
