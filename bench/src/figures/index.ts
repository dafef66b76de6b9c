import type { Figure } from '../figure.ts'
import { actions } from './actions.ts'
import { coldStart } from './cold-start.ts'
import { deploys } from './deploys.ts'
import { gate } from './gate.ts'
import { largeGoJson, largeJestJson, largePlaywrightJson } from './json-reports.ts'
import { largeTap, smallReports } from './other-reports.ts'
import { hotfixFleet } from './hotfix-fleet.ts'
import { hotfix } from './hotfix.ts'
import { judge } from './judge.ts'
import { ledgerStore } from './ledger-store.ts'
import { ledgerVerify } from './ledger-verify.ts'
import { plan } from './plan.ts'
import { reports, reportsWithChildren } from './reports.ts'
import { rollout } from './rollout.ts'
import { signatures } from './signatures.ts'

export const figures: readonly Figure[] = [
  ...signatures,
  reports,
  reportsWithChildren,
  smallReports,
  largeJestJson,
  largePlaywrightJson,
  largeGoJson,
  largeTap,
  plan,
  ...ledgerVerify,
  ...ledgerStore,
  ...judge,
  rollout,
  ...hotfix,
  hotfixFleet,
  deploys,
  ...gate,
  ...actions,
  coldStart,
]
