import { type Register, exampleText } from '../host.ts'
import { registerHeartbeat, registerProof, registerVerify } from './ledger-evidence.ts'
import { registerExport, registerLog } from './ledger-read.ts'
import { registerAnnotate, registerClock, registerKeys, registerLease } from './ledger-record.ts'
import { registerWitness } from './ledger-witness.ts'

export const registerLedger: Register = (program, host) => {
  const ledger = program
    .command('ledger')
    .description('the append-only record of everything decided and done')
    .addHelpText('after', exampleText('ledger verify --environment production'))
  registerLog(ledger, host)
  registerExport(ledger, host)
  registerVerify(ledger, host)
  registerProof(ledger, host)
  registerHeartbeat(ledger, host)
  registerAnnotate(ledger, host)
  registerLease(ledger, host)
  registerKeys(ledger, host)
  registerClock(ledger, host)
  registerWitness(ledger, host)
}
