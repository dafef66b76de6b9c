import type { Register } from '../host.ts'

/**
 * Every command, in the order in which help lists them: the way of a release. Each is loaded when it
 * is called: a check of signatures must not wait for proxies and report readers to load.
 */
const LOADERS: Readonly<Record<string, () => Promise<Register>>> = {
  init: async () => (await import('./init.ts')).registerInit,
  check: async () => (await import('./check.ts')).registerCheck,
  'verify-commits': async () => (await import('./verify-commits.ts')).registerVerifyCommits,
  'verify-tag': async () => (await import('./verify-tag.ts')).registerVerifyTag,
  signers: async () => (await import('./signers.ts')).registerSigners,
  hook: async () => (await import('./hook.ts')).registerHook,
  approve: async () => (await import('./approve.ts')).registerApprove,
  test: async () => (await import('./test.ts')).registerTest,
  reports: async () => (await import('./reports.ts')).registerReports,
  inventory: async () => (await import('./inventory.ts')).registerInventory,
  build: async () => (await import('./build.ts')).registerBuild,
  gate: async () => (await import('./gate.ts')).registerGate,
  attest: async () => (await import('./attest.ts')).registerAttest,
  plan: async () => (await import('./plan.ts')).registerPlan,
  queue: async () => (await import('./queue.ts')).registerQueue,
  ship: async () => (await import('./ship.ts')).registerShip,
  hotfix: async () => (await import('./hotfix.ts')).registerHotfix,
  resume: async () => (await import('./steer.ts')).registerResume,
  pause: async () => (await import('./steer.ts')).registerPause,
  abort: async () => (await import('./steer.ts')).registerAbort,
  rollback: async () => (await import('./steer.ts')).registerRollback,
  zone: async () => (await import('./zone.ts')).registerZone,
  status: async () => (await import('./status.ts')).registerStatus,
  simulate: async () => (await import('./simulate.ts')).registerSimulate,
  fleet: async () => (await import('./fleet.ts')).registerFleet,
  target: async () => (await import('./target.ts')).registerTarget,
  ledger: async () => (await import('./ledger.ts')).registerLedger,
  notify: async () => (await import('./notify.ts')).registerNotify,
  voucher: async () => (await import('./voucher.ts')).registerVoucher,
  completion: async () => (await import('./completion.ts')).registerCompletion,
}

/** Commands that are made from the whole tree. */
const OVERVIEWS = new Set(['completion', 'help'])

/** The command that these words call, or all of them where all are needed: help, completion, a slip. */
export function commandsFor(argv: readonly string[]): Promise<readonly Register[]> {
  const [name = ''] = argv
  const only = Object.hasOwn(LOADERS, name) && !OVERVIEWS.has(name) ? LOADERS[name] : undefined
  return Promise.all((only === undefined ? Object.values(LOADERS) : [only]).map((load) => load()))
}
