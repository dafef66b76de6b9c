import { runAction } from '@bulkhead/action-kit'
import { action } from './action.ts'

// What reads the log is a chunk of its own: a wrong input is answered before it is read.
await runAction(action, async (context) => (await import('./ledger-work.ts')).doLedgerWork(context))
