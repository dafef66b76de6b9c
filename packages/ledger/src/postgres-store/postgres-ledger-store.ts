import type { Pool, PoolClient } from 'pg'
import { readName } from '../append-name.ts'
import type { LedgerStore, StorePosition, StoredEntry } from '../ledger-store.ts'
import {
  type RecordAppend,
  type Settled,
  recordAppend,
  settle,
  sizeAt,
  told,
  whole,
} from '../record-store.ts'
import { MAX_REMARKS, foreignPath, storeFailed } from '../store-findings.ts'
import { isTile, readTile } from '../stored-tile.ts'
import { CHECKPOINT } from '../stored-tree.ts'

export interface PostgresLedgerStoreOptions {
  /** `postgres://host:port/database`; user and password come from `PGUSER` and `PGPASSWORD`. */
  readonly url: string
  /** Names the ledger among those of the database. */
  readonly ledger: string
}

const PAGE = 500
const CONNECT_MS = 10_000
const QUERY_MS = 60_000

/**
 * A ledger in the tables of `sql/postgres.sql`: one transaction an append, which moves the row of the
 * head from the expected tip to the new one, or finds it moved.
 */
export function postgresLedgerStore({ url, ledger }: PostgresLedgerStoreOptions): LedgerStore {
  const pool = lazyPool(url)
  const subject = `ledger ${ledger} in PostgreSQL`
  const ask = async <Row extends object>(sql: string, ...values: unknown[]) => {
    try {
      return (await (await pool.open()).query<Row>(sql, [ledger, ...values])).rows
    } catch (error) {
      throw storeFailed(subject, told(error), error)
    }
  }
  const head = async (): Promise<StorePosition> => {
    const [row] = await ask<{ tip: string }>(HEAD)
    return { tip: row?.tip ?? null }
  }
  async function* pages(from: number, size: number): AsyncGenerator<StoredEntry> {
    for (let next = from; next < size; next += PAGE) {
      yield* await ask<StoredEntry>(ENTRIES, next, Math.min(size, next + PAGE))
    }
  }
  return {
    head,
    async *read(from, at) {
      const size = sizeAt(at ?? (await head()))
      yield* whole(pages(from, size), from, size)
    },
    append(request) {
      const record = recordAppend(request)
      const transact = async () => inTransaction(await pool.open(), ledger, record)
      const look = async () => lookFor(await pool.open(), ledger, record)
      return settle(subject, record, transact, look)
    },
    async readFile(path, at) {
      const read = async (tile: string) => (await ask<{ bytes: Buffer }>(TILE, tile))[0]?.bytes
      if (path !== CHECKPOINT) return readTile(path, read)
      const { tip } = at ?? (await head())
      const name = tip === null ? null : readName(tip)
      if (name === null) return undefined
      const [row] = await ask<{ checkpoint: Buffer | null }>(CHECKPOINT_AT, name.size - 1, name.id)
      return row?.checkpoint ?? undefined
    },
    async inspect() {
      const size = sizeAt(await head())
      const rows = await ask<{ index: number; attempt: number }>(REPLACED, size)
      const tiles = await ask<{ path: string }>(TILE_PATHS)
      const foreign = tiles.filter(({ path }) => !isTile(path)).map(({ path }) => path)
      return [
        ...rows.map(({ index, attempt }) => `entries ${index}, attempt ${attempt}`),
        ...foreign,
      ]
        .slice(0, MAX_REMARKS)
        .map(foreignPath)
    },
    close: () => pool.close(),
  }
}

const HEAD = 'SELECT tip FROM bulkhead_ledger.heads WHERE ledger = $1'
const ENTRIES = `SELECT DISTINCT ON (index) index, bytes FROM bulkhead_ledger.entries
  WHERE ledger = $1 AND index >= $2 AND index < $3 ORDER BY index, attempt DESC`
const TILE = 'SELECT bytes FROM bulkhead_ledger.tiles WHERE ledger = $1 AND path = $2'
const CHECKPOINT_AT = `SELECT checkpoint FROM bulkhead_ledger.entries
  WHERE ledger = $1 AND index = $2 AND append = $3`
const REPLACED = `SELECT index, attempt FROM bulkhead_ledger.entries e
  WHERE ledger = $1 AND (index >= $2 OR EXISTS (SELECT FROM bulkhead_ledger.entries l
    WHERE l.ledger = e.ledger AND l.index = e.index AND l.attempt > e.attempt))
  ORDER BY index, attempt LIMIT ${MAX_REMARKS}`
const TILE_PATHS = `SELECT path FROM bulkhead_ledger.tiles WHERE ledger = $1
  AND path !~ '^tile/[0-9]{1,2}/(x[0-9]{3}/)*[0-9]{3}$' LIMIT ${MAX_REMARKS}`
/** Whoever looks for a lost answer waits until the transaction that it is about has ended. */
const LOCK = 'SELECT pg_advisory_xact_lock(hashtextextended($1, 0))'
const BEGIN_HEAD = `INSERT INTO bulkhead_ledger.heads (ledger, tip) VALUES ($1, $2)
  ON CONFLICT DO NOTHING`
const MOVE_HEAD = 'UPDATE bulkhead_ledger.heads SET tip = $2 WHERE ledger = $1 AND tip = $3'
const ADD_ENTRY = `INSERT INTO bulkhead_ledger.entries
  (ledger, index, attempt, append, bytes, checkpoint)
  SELECT $1, $2, coalesce(max(attempt) + 1, 0), $3, $4, $5
  FROM bulkhead_ledger.entries WHERE ledger = $1 AND index = $2`
const PUT_TILE = `INSERT INTO bulkhead_ledger.tiles (ledger, path, bytes) VALUES ($1, $2, $3)
  ON CONFLICT (ledger, path) DO UPDATE SET bytes = excluded.bytes`

/** One transaction on a connection of its own, which is thrown away when anything goes wrong on it. */
async function transaction<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect()
  try {
    await client.query('BEGIN')
    const done = await work(client)
    await client.query('COMMIT')
    client.release()
    return done
  } catch (error) {
    client.release(true)
    throw error
  }
}

const inTransaction = (
  pool: Pool,
  ledger: string,
  record: RecordAppend,
): Promise<'done' | 'lost-race'> =>
  transaction(pool, async (client) => {
    const { expected, tip, name, entries, tiles, checkpoint = null } = record
    await client.query(LOCK, [ledger])
    const moved =
      expected === null
        ? await client.query(BEGIN_HEAD, [ledger, tip])
        : await client.query(MOVE_HEAD, [ledger, tip, expected])
    if (moved.rowCount !== 1) return 'lost-race'
    for (const { index, bytes } of entries) {
      const note = index === name.size - 1 ? checkpoint : null
      await client.query(ADD_ENTRY, [ledger, index, name.id, bytes, note])
    }
    for (const { path, bytes } of tiles) await client.query(PUT_TILE, [ledger, path, bytes])
    return 'done'
  })

const lookFor = (pool: Pool, ledger: string, { name }: RecordAppend): Promise<Settled> =>
  transaction(pool, async (client) => {
    await client.query(LOCK, [ledger])
    const { rows } = await client.query<{ tip: string }>(HEAD, [ledger])
    const found = await client.query(CHECKPOINT_AT, [ledger, name.size - 1, name.id])
    return { ours: found.rowCount === 1, tip: rows[0]?.tip ?? null }
  })

/** Opened when first needed; whoever reads no PostgreSQL loads no client for it. */
function lazyPool(url: string) {
  let opened: Promise<Pool> | undefined
  const create = async (): Promise<Pool> => {
    const { default: pg } = await import('pg')
    const pool = new pg.Pool({
      connectionString: url,
      max: 2,
      connectionTimeoutMillis: CONNECT_MS,
      query_timeout: QUERY_MS,
      allowExitOnIdle: true,
    })
    // A connection that breaks fails the question on it, and is replaced at the next. The event beside
    // that must not end the process.
    pool.on('error', () => undefined)
    pool.on('connect', (client) => client.on('error', () => undefined))
    return pool
  }
  return {
    open: () => (opened ??= create()),
    close: async () => {
      if (opened !== undefined) await (await opened).end()
      opened = undefined
    },
  }
}
