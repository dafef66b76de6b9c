// Appends to a ledger one by one, each on record before the next: a process of its own, as `bulkhead ship` is.
import { gitLedgerStore } from '@bulkhead/ledger'
import { openRepository } from '@bulkhead/git'
import { bulkKeyOf, openBulkLedger } from '../ledger/bulk-log.ts'

const [path = '', privateKey = '', appends = '0'] = process.argv.slice(2)

await using repository = await openRepository(path)
const store = gitLedgerStore({ repository, environment: 'production' })
const ledger = await openBulkLedger(store, bulkKeyOf(privateKey))
const times: number[] = []
for (let n = 0; n < Number(appends); n += 1) {
  const from = performance.now()
  await ledger.append([{ kind: 'heartbeat', actors: [], data: {} }])
  times.push(performance.now() - from)
}
process.stdout.write(JSON.stringify(times))
