import type { Register } from '../host.ts'
import { registerAttest } from './attest.ts'
import { registerBuild } from './build.ts'
import { registerCheck } from './check.ts'
import { registerCompletion } from './completion.ts'
import { registerFleet } from './fleet.ts'
import { registerGate } from './gate.ts'
import { registerInit } from './init.ts'
import { registerInventory } from './inventory.ts'
import { registerLedger } from './ledger.ts'
import { registerPlan } from './plan.ts'
import { registerShip } from './ship.ts'
import { registerStatus } from './status.ts'
import { registerTest } from './test.ts'
import { registerVerifyCommits } from './verify-commits.ts'
import { registerVoucher } from './voucher.ts'

/** Every command, in the order in which help lists them: the way of a release. */
export const commands: readonly Register[] = [
  registerInit,
  registerCheck,
  registerVerifyCommits,
  registerTest,
  registerInventory,
  registerBuild,
  registerGate,
  registerAttest,
  registerPlan,
  registerShip,
  registerStatus,
  registerFleet,
  registerLedger,
  registerVoucher,
  registerCompletion,
]
