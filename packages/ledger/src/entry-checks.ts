import type { Finding } from '@bulkhead/vocabulary'
import type { EntryOnRecord } from './entry.ts'
import { against } from './ledger-findings.ts'
import type { LogChain } from './log-chain.ts'

/** One check of an entry in its place. The verifier is a list of them, so that a test can miss one. */
export interface EntryCheck {
  readonly name: string
  judge(chain: LogChain, entry: EntryOnRecord, index: number): Finding | undefined
}

type Judge = EntryCheck['judge']

const checkIndex: Judge = (chain, entry, index) => {
  if (index !== chain.size) {
    return against(index, 'ledger/broken-chain', `entry ${chain.size} is missing before it`)
  }
  return entry.index === index
    ? undefined
    : against(index, 'ledger/broken-chain', `it says that it is entry ${entry.index}`)
}

const checkPrevious: Judge = (chain, entry, index) =>
  entry.previous === chain.head
    ? undefined
    : against(
        index,
        'ledger/broken-chain',
        `it follows ${entry.previous ?? 'nothing'}, the entry before it is ${chain.head ?? 'none'}`,
      )

const checkOrigin: Judge = ({ identity }, entry, index) => {
  if (entry.origin !== identity.origin) {
    return against(index, 'ledger/wrong-origin', `it is of ${entry.origin}, not ${identity.origin}`)
  }
  return entry.environment === identity.environment
    ? undefined
    : against(
        index,
        'ledger/wrong-origin',
        `it is of ${entry.environment}, not ${identity.environment}`,
      )
}

const checkDate: Judge = ({ dates }, entry, index) => {
  const objection = dates.objection(entry)
  const code = entry.kind === 'clock.corrected' ? 'ledger/illegal-step' : 'ledger/broken-chain'
  return objection === undefined ? undefined : against(index, code, objection)
}

const checkGenesis: Judge = ({ identity }, entry, index) => {
  if ((entry.kind === 'genesis') !== (index === 0)) {
    return against(index, 'ledger/wrong-genesis', 'a log has one genesis entry, its first')
  }
  const { genesisDigest } = identity.trust
  return index > 0 || genesisDigest === undefined || genesisDigest === entry.digest
    ? undefined
    : against(index, 'ledger/wrong-genesis', `it is ${entry.digest}, pinned is ${genesisDigest}`)
}

/** A key that was ended signs nothing from there on, whatever date it writes. */
const checkRevocation: Judge = ({ keys }, { signer }, index) =>
  index < keys.endOf(signer)
    ? undefined
    : against(
        index,
        'ledger/revoked-key',
        `${signer} signs nothing from entry ${keys.endOf(signer)} on`,
      )

/** Only keys of the log bring in others, as the caller's rules for keys say. */
const checkKeys: Judge = ({ keys }, entry, index) => {
  const objection = keys.objection(entry)
  return objection === undefined ? undefined : against(index, 'ledger/illegal-step', objection)
}

/** What may follow what; judged last, and only while all that came before is known and sound. */
export const STEP_CHECK: EntryCheck = {
  name: 'step',
  judge: ({ fold }, entry, index) => {
    const objection = fold.objection(entry)
    return objection === undefined ? undefined : against(index, 'ledger/illegal-step', objection)
  },
}

/** After form and signature, which `readEntry` judges: the order of the annex, §6. */
export const ENTRY_CHECKS: readonly EntryCheck[] = [
  { name: 'index', judge: checkIndex },
  { name: 'previous', judge: checkPrevious },
  { name: 'origin', judge: checkOrigin },
  { name: 'date', judge: checkDate },
  { name: 'genesis', judge: checkGenesis },
  { name: 'revocation', judge: checkRevocation },
  { name: 'keys', judge: checkKeys },
  STEP_CHECK,
]
