import { runAction } from '@bulkhead/action-kit'
import { action } from './action.ts'

// The judges are a chunk of their own: a wrong input is answered before they are read.
await runAction(action, async (context) =>
  (await import('./commit-check.ts')).checkCommits(context),
)
