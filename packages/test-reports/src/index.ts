export { CAPABILITIES, type Capability, isBlindToRetries } from './capabilities.ts'
export { namedBelowTop } from './below-top.ts'
export {
  type Inventory,
  type InventoryDifference,
  type TestFile,
  diffInventory,
  inventoryDigest,
  judgeId,
  makeInventory,
  uniteTests,
} from './inventory.ts'
export {
  type ParsedInventory,
  isListablePath,
  parseInventory,
  printInventory,
} from './inventory-file.ts'
export { likenessOf } from './likeness.ts'
export { READ_LIMITS, type ReadLimits } from './read-limits.ts'
export { type ScanOptions, readReport, readableFormats, scanReport } from './readers.ts'
export { type RunPart, WHOLE_SUITE, isLeg, isShard, partLabel, partOptions } from './run-part.ts'
export {
  type Separation,
  RUN_RECORD_TYPE,
  type RunEnd,
  type RunIdentity,
  type RunRecord,
  type VouchedRun,
} from './run-record.ts'
export { isRunIdentity } from './run-record-form.ts'
export { idKey, idLabel } from './test-identity.ts'
export type {
  ReportSummary,
  TestCase,
  TestCounts,
  TestId,
  TestReport,
  TestStatus,
} from './test-run.ts'
export {
  type ForgeVouched,
  type OpenedRunRecord,
  type Voucher,
  openRunRecord,
  signRunRecord,
} from './run-statement.ts'
export { type StoredEvidence, type StoredReport, readSuiteEvidence } from './suite-evidence.ts'
export { type SuitePlan, type SuiteRunRequest, type SuiteRunResult, runSuite } from './suite-run.ts'
export {
  type Checkout,
  type RunSummary,
  type VouchedRunRequest,
  runVouchedSuite,
} from './vouched-run.ts'
export { type VouchedRunOrder, requestVouchedRun } from './voucher-client.ts'
export { type VoucherOptions, serveVoucher } from './voucher-server.ts'
