import { reasonsOf } from './reason.ts'

export const notifyReasons = reasonsOf({
  'notify/undelivered': {
    cause: 'A channel did not take a notice. Nothing was stopped because of it.',
    remedy: 'Tell people by another way; then mend the channel (`bulkhead notify test`).',
  },
})
