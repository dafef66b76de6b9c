import type { AttributeValue, DynamoDBClient, TransactWriteItem } from '@aws-sdk/client-dynamodb'
import { readName } from '../append-name.ts'
import type { LedgerStore, StorePosition, StoredEntry } from '../ledger-store.ts'
import { type RecordAppend, recordAppend, settle, sizeAt, told, whole } from '../record-store.ts'
import { MAX_REMARKS, foreignPath, storeFailed } from '../store-findings.ts'
import { isTile, readTile } from '../stored-tile.ts'
import { CHECKPOINT } from '../stored-tree.ts'

export interface DynamoLedgerStoreOptions {
  readonly table: string
  /** Names the ledger among those of the table: the partition key. */
  readonly ledger: string
  readonly region?: string | undefined
  /** Another server than the region's own, as a URL. */
  readonly endpoint?: string | undefined
}

type Item = Record<string, AttributeValue>

const HEAD = 'head'
/** Most actions in one TransactWriteItems. */
const MAX_ACTIONS = 100

/**
 * A ledger in one partition of a table: items `head`, `entry#<index>#<attempt>` and `tile/…`. One
 * TransactWriteItems an append: it moves the head from the expected tip, or is cancelled as a whole.
 */
export function dynamoLedgerStore(options: DynamoLedgerStoreOptions): LedgerStore {
  const table = new LedgerTable(options)
  const head = async (): Promise<StorePosition> => ({
    tip: (await table.get(HEAD))?.['tip']?.S ?? null,
  })
  return {
    head,
    async *read(from, at) {
      const size = sizeAt(at ?? (await head()))
      yield* whole(table.entries(from, size), from, size)
    },
    append(request) {
      const record = recordAppend(request)
      const look = async () => ({
        ours: await table.holds(record),
        tip: (await head()).tip,
      })
      return settle(table.subject, record, () => table.transact(record), look)
    },
    async readFile(path, at) {
      if (path !== CHECKPOINT) {
        return readTile(path, async (tile) => bytesOf(await table.get(tile)))
      }
      const { tip } = at ?? (await head())
      const name = tip === null ? null : readName(tip)
      const note = name === null ? undefined : await table.lastOf(name.size - 1, name.id)
      return bytesOf(note, 'checkpoint')
    },
    async inspect() {
      const size = sizeAt(await head())
      const foreign: string[] = []
      for await (const item of table.remarkable(size)) {
        foreign.push(item)
        if (foreign.length >= MAX_REMARKS) break
      }
      return foreign.map(foreignPath)
    },
    close: () => table.close(),
  }
}

const bytesOf = (item: Item | undefined, name = 'bytes'): Buffer | undefined => {
  const value = item?.[name]?.B
  return value === undefined ? undefined : Buffer.from(value)
}

const INDEX_DIGITS = 9
const entryKey = (index: number, attempt?: number): string =>
  `entry#${String(index).padStart(INDEX_DIGITS, '0')}#${attempt === undefined ? '' : String(attempt).padStart(3, '0')}`
const ENTRY = /^entry#([0-9]{9})#([0-9]{3})$/

const placeOf = (item: Item): { readonly index: number; readonly attempt: number } | undefined => {
  const [, index, attempt] = ENTRY.exec(item['item']?.S ?? '') ?? []
  return index === undefined ? undefined : { index: Number(index), attempt: Number(attempt) }
}

/** The partition of one ledger. */
class LedgerTable {
  readonly subject: string
  readonly #options: DynamoLedgerStoreOptions
  #client: Promise<DynamoDBClient> | undefined

  constructor(options: DynamoLedgerStoreOptions) {
    this.#options = options
    this.subject = `ledger ${options.ledger} in the table ${options.table}`
  }

  async get(item: string): Promise<Item | undefined> {
    const { GetItemCommand } = await import('@aws-sdk/client-dynamodb')
    const command = new GetItemCommand({
      TableName: this.#options.table,
      Key: this.#key(item),
      ConsistentRead: true,
    })
    const client = await this.#open()
    return this.#told(client.send(command)).then(({ Item: found }) => found)
  }

  /** Entries in order; of several attempts at an index, the last. */
  async *entries(from: number, size: number): AsyncGenerator<StoredEntry> {
    let held: StoredEntry | undefined
    for await (const item of this.#between(entryKey(from), entryKey(size))) {
      const index = placeOf(item)?.index
      const bytes = bytesOf(item)
      if (index === undefined || bytes === undefined) continue
      if (held !== undefined && held.index !== index) yield held
      held = { index, bytes }
    }
    if (held !== undefined) yield held
  }

  /** Names of items that are no part of the log: replaced attempts, entries past the head, strangers. */
  async *remarkable(size: number): AsyncGenerator<string> {
    let held: string | undefined
    for await (const item of this.#between(' ', '~')) {
      const name = item['item']?.S ?? ''
      const place = placeOf(item)
      const again = place !== undefined && held?.startsWith(entryKey(place.index)) === true
      if (again && held !== undefined) yield held
      if (place === undefined ? !isTile(name) && name !== HEAD : place.index >= size) yield name
      held = place === undefined || place.index >= size ? undefined : name
    }
  }

  /** The item of an append at an index. */
  async lastOf(index: number, append: string): Promise<Item | undefined> {
    for await (const item of this.#between(entryKey(index), entryKey(index + 1))) {
      if (item['append']?.S === append) return item
    }
    return undefined
  }

  async holds({ name }: RecordAppend): Promise<boolean> {
    return (await this.lastOf(name.size - 1, name.id)) !== undefined
  }

  async transact(record: RecordAppend): Promise<'done' | 'lost-race'> {
    const { TransactWriteItemsCommand, TransactionCanceledException } =
      await import('@aws-sdk/client-dynamodb')
    const client = await this.#open()
    const attempts = await this.#attempts(record)
    const items = this.#actions(record, attempts)
    // The token makes the SDK's own retries one append: a lost answer is given again (10 minutes long).
    const command = new TransactWriteItemsCommand({
      TransactItems: items,
      ClientRequestToken: record.name.id,
    })
    try {
      await client.send(command)
      return 'done'
    } catch (error) {
      if (!(error instanceof TransactionCanceledException)) throw error
      const codes = (error.CancellationReasons ?? []).map(({ Code }) => Code)
      if (codes[0] === 'ConditionalCheckFailed' || codes.includes('TransactionConflict')) {
        return 'lost-race'
      }
      // The head is where we expect it and our place is taken: not by an entry of the log.
      if (codes.includes('ConditionalCheckFailed') && !record.replaces) {
        return this.transact({ ...record, replaces: true })
      }
      throw error
    }
  }

  async close(): Promise<void> {
    ;(await this.#client)?.destroy()
    this.#client = undefined
  }

  #actions(record: RecordAppend, attempts: ReadonlyMap<number, number>): TransactWriteItem[] {
    const { expected, tip, name, entries, checkpoint, tiles } = record
    const TableName = this.#options.table
    const head = {
      TableName,
      Key: this.#key(HEAD),
      UpdateExpression: 'SET tip = :tip',
      ...(expected === null
        ? { ConditionExpression: 'attribute_not_exists(tip)' }
        : { ConditionExpression: 'tip = :expected' }),
      ExpressionAttributeValues: {
        ':tip': { S: tip },
        ...(expected === null ? {} : { ':expected': { S: expected } }),
      },
    }
    const puts = entries.map(({ index, bytes }) => ({
      TableName,
      Item: {
        ...this.#key(entryKey(index, attempts.get(index) ?? 0)),
        append: { S: name.id },
        bytes: { B: bytes },
        ...(index === name.size - 1 && checkpoint !== undefined
          ? { checkpoint: { B: checkpoint } }
          : {}),
      },
      ConditionExpression: 'attribute_not_exists(bytes)',
    }))
    const files = tiles.map(({ path, bytes }) => ({
      TableName,
      Item: { ...this.#key(path), bytes: { B: bytes } },
    }))
    const items = [{ Update: head }, ...[...puts, ...files].map((Put) => ({ Put }))]
    if (items.length <= MAX_ACTIONS) return items
    const message = `${entries.length} entries and ${tiles.length} tiles are more than DynamoDB writes in one step (${MAX_ACTIONS})`
    throw storeFailed(this.subject, message)
  }

  /** For each index where something lies that is no entry, the attempt to be made. */
  async #attempts({ entries, replaces }: RecordAppend): Promise<ReadonlyMap<number, number>> {
    const attempts = new Map<number, number>()
    const [first, last] = [entries[0]?.index ?? 0, entries.at(-1)?.index ?? 0]
    if (!replaces) return attempts
    for await (const item of this.#between(entryKey(first), entryKey(last + 1))) {
      const place = placeOf(item)
      if (place !== undefined) attempts.set(place.index, place.attempt + 1)
    }
    return attempts
  }

  async *#between(low: string, high: string): AsyncGenerator<Item> {
    if (low >= high) return
    const { paginateQuery } = await import('@aws-sdk/client-dynamodb')
    const pages = paginateQuery(
      { client: await this.#open() },
      {
        TableName: this.#options.table,
        ConsistentRead: true,
        KeyConditionExpression: 'ledger = :ledger AND #item BETWEEN :low AND :high',
        ExpressionAttributeNames: { '#item': 'item' },
        ExpressionAttributeValues: {
          ':ledger': { S: this.#options.ledger },
          ':low': { S: low },
          ':high': { S: high },
        },
      },
    )
    try {
      for await (const { Items = [] } of pages) yield* Items
    } catch (error) {
      throw storeFailed(this.subject, told(error), error)
    }
  }

  #key = (item: string): Item => ({ ledger: { S: this.#options.ledger }, item: { S: item } })

  async #told<T>(answer: Promise<T>): Promise<T> {
    try {
      return await answer
    } catch (error) {
      throw storeFailed(this.subject, told(error), error)
    }
  }

  #open(): Promise<DynamoDBClient> {
    return (this.#client ??= this.#connect())
  }

  async #connect(): Promise<DynamoDBClient> {
    const { DynamoDBClient: Client } = await import('@aws-sdk/client-dynamodb')
    const { region, endpoint } = this.#options
    return new Client({
      ...(region === undefined ? {} : { region }),
      ...(endpoint === undefined ? {} : { endpoint }),
    })
  }
}
