import { reasonsOf } from './reason.ts'

export const hotfixShipReasons = reasonsOf({
  'hotfix/unknown': {
    cause: 'There is no such hotfix, none is open, or several are.',
    remedy: 'See `bulkhead hotfix status`; name one with --hotfix N, or declare one.',
  },
  'hotfix/not-everywhere': {
    cause: 'A hotfix was rolled out, and some unit does not say that it runs it.',
    remedy: 'Look at the units (`bulkhead status`); then run `bulkhead hotfix ship` again.',
  },
  'hotfix/proof-not-failing': {
    cause: 'The proof command passes on what runs before the hotfix, or cannot tell.',
    remedy: 'Mend `hotfix.proof` until it exits with 1 on what runs now.',
  },
  'hotfix/proof-failing': {
    cause: 'The fix is everywhere and the proof command still gets in, or cannot tell.',
    remedy:
      'Declare another hotfix on top of this one; or mend the command and run `bulkhead hotfix ship` again.',
  },
})
