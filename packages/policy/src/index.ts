export { type InitialPolicy, type SuiteGuess, initialPolicyText } from './initial-policy.ts'
export { policyJsonSchema } from './json-schema.ts'
export { type DeclaredPrincipal, withPrincipal } from './declare-principal.ts'
export { loosenings } from './loosening/policy-rules.ts'
export { type Loosening, looseningDigest } from './loosening/loosening.ts'
export { loadPolicyFile } from './load-policy-file.ts'
export { loadPolicy } from './load-policy.ts'
export { type PolicyParse, parsePolicy } from './parse-policy.ts'
export { REPORT_FORMATS, type ReportFormat } from './suite-policy.ts'
export type { BakePolicy, EnvironmentPolicy } from './environment-policy.ts'
export type {
  ExecTargetPolicy,
  HaproxyTargetPolicy,
  HealthPolicy,
  LocalTargetPolicy,
  TargetPolicy,
} from './target-policy.ts'
export type {
  FileKeyPolicy,
  KeyPolicy,
  KeylessPolicy,
  VoucherJobPolicy,
  VoucherKeyPolicy,
  VoucherPolicy,
} from './key-policy.ts'
export type { LoadedPolicy, Mode, Policy } from './policy.ts'
export type {
  NotifyPolicy,
  PagerDutyIncidentsPolicy,
  PagerDutyPolicy,
  SlackPolicy,
  Urgency,
  WebhookPolicy,
} from './notify-policy.ts'
export type { PrincipalPolicy, SigningPolicy } from './signing-policy.ts'
export type { RetriesProof, SuitePolicy } from './suite-policy.ts'
export type {
  AnalysisPolicy,
  MetricPolicy,
  MetricSourcePolicy,
  ProbePolicy,
} from './analysis-policy.ts'
export { HOTFIX_STEPS, type HotfixPolicy, type HotfixStep } from './hotfix-form.ts'
export type { MigrationsPolicy, MixedTestPolicy } from './migrations-policy.ts'
export type { FreezeWindow, SchedulePolicy } from './schedule-policy.ts'
