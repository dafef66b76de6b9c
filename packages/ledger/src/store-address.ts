import type { Repository } from '@bulkhead/git'
import { gitData } from '@bulkhead/github'
import { httpExchange, systemClock } from '@bulkhead/world'
import { dynamoLedgerStore } from './dynamodb-store/dynamodb-ledger-store.ts'
import { gitLedgerStore } from './git-store/git-ledger-store.ts'
import { checkedName } from './git-store/layout.ts'
import { githubLedgerStore } from './github-store/github-ledger-store.ts'
import type { LedgerStore } from './ledger-store.ts'
import { postgresLedgerStore } from './postgres-store/postgres-ledger-store.ts'
import { s3LedgerStore } from './s3-store/s3-ledger-store.ts'
import type { TreeReader } from './git-store/tree-growth.ts'

/** Where the ledger of an environment lies: names and addresses, never credentials. */
export type StoreAddress =
  /** The branch `ledger/<environment>`; of this repository alone, or of a remote that decides. */
  | { readonly store: 'git'; readonly remote?: string | undefined }
  /** The same branch, through GitHub's API. */
  | { readonly store: 'github'; readonly repository: string; readonly api?: string | undefined }
  | SharedStore<{
      store: 's3'
      bucket: string
      region?: string | undefined
      endpoint?: string | undefined
    }>
  | SharedStore<{
      store: 'dynamodb'
      table: string
      region?: string | undefined
      endpoint?: string | undefined
    }>
  | SharedStore<{ store: 'postgres'; url: string }>

/** A place that keeps several ledgers apart by name. Default: the name of the environment. */
type SharedStore<Place> = Readonly<Place> & { readonly name?: string | undefined }

export interface OpenStoreOptions {
  readonly repository: TreeReader & Pick<Repository, 'findTip' | 'gitDirectory' | 'readFile'>
  readonly environment: string
}

/**
 * Opens the store at an address. The clients of other people's servers are loaded when they are first
 * needed, and take credentials from where they usually do (AWS: environment, profile, role; PostgreSQL:
 * `PGUSER`, `PGPASSWORD`; GitHub: `GITHUB_TOKEN`, `GH_TOKEN`).
 * @throws InputError `usage/invalid-option`
 */
export function openStore(
  address: StoreAddress,
  { repository, environment }: OpenStoreOptions,
): LedgerStore {
  if (address.store === 'git') {
    const { remote } = address
    return gitLedgerStore({ repository, environment, ...(remote === undefined ? {} : { remote }) })
  }
  if (address.store === 'github') return atGitHub(address, environment)
  const ledger = checkedName(address.name ?? environment)
  switch (address.store) {
    case 's3':
      return s3LedgerStore({ ...address, ledger })
    case 'dynamodb':
      return dynamoLedgerStore({ ...address, ledger })
    case 'postgres':
      return postgresLedgerStore({ url: address.url, ledger })
  }
}

const GITHUB_API = 'https://api.github.com'

function atGitHub(
  { repository, api }: Extract<StoreAddress, { store: 'github' }>,
  environment: string,
): LedgerStore {
  const { GITHUB_TOKEN, GH_TOKEN, GITHUB_API_URL } = process.env
  const data = gitData({
    repository,
    api: api ?? GITHUB_API_URL ?? GITHUB_API,
    token: GITHUB_TOKEN ?? GH_TOKEN,
    http: httpExchange({ fetch, clock: systemClock, random: Math.random }),
  })
  return githubLedgerStore({ data, environment })
}
