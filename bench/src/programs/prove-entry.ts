// Proves one entry, from nothing but a path: repository, tip, checkpoint and its signature, tiles, entry, check, text.
import {
  gitLedgerStore,
  logAt,
  newestCheckpoint,
  openKnownCheckpoint,
  proveEntry,
} from '@bulkhead/ledger'
import { openRepository } from '@bulkhead/git'
import { bulkPolicy } from '../ledger/bulk-log.ts'

const [path = '', vkey = '', index = '0'] = process.argv.slice(2)

const from = performance.now()
await using repository = await openRepository(path)
const log = await logAt(gitLedgerStore({ repository, environment: 'production' }))
const policy = bulkPolicy(vkey)
const checkpoint = openKnownCheckpoint(await newestCheckpoint(log, policy), policy, 'checkpoint')
const made = await proveEntry(log, Number(index), checkpoint)
if (made.kind !== 'proven') throw new Error(JSON.stringify(made))
process.stdout.write(JSON.stringify(performance.now() - from))
