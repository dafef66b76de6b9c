import { runAction } from '@bulkhead/action-kit'
import { action } from './action.ts'

// Everything else is a chunk of its own: a wrong input is answered before it is read.
await runAction(action, async (context) => (await import('./hotfix-work.ts')).doHotfixWork(context))
