import { runAction } from '@bulkhead/action-kit'
import { action } from './action.ts'

// The executor is a chunk of its own: a wrong input is answered before it is read.
await runAction(action, async (context) => (await import('./deployment.ts')).deploy(context))
