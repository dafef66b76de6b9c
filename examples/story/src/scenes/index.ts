import { deletedTest } from './deleted-test.ts'
import { forgedVerdict } from './forged-verdict.ts'
import { hotfix } from './hotfix.ts'
import { killedDeployer } from './killed-deployer.ts'
import { ledgerOfAllThis } from './ledger-of-all-this.ts'
import { productionErrors } from './production-errors.ts'
import { rollingRelease } from './rolling-release.ts'
import type { Scene } from './scene.ts'
import { tenantLeak } from './tenant-leak.ts'
import { wrongSigners } from './wrong-signers.ts'

/** In the order in which they are played: each starts where the one before it ended. */
export const scenes: readonly Scene[] = [
  rollingRelease,
  tenantLeak,
  wrongSigners,
  deletedTest,
  forgedVerdict,
  productionErrors,
  killedDeployer,
  hotfix,
  ledgerOfAllThis,
]
