export { type PolicyParse, parsePolicy } from './parse-policy.ts'
export type {
  BakePolicy,
  EnvironmentPolicy,
  KeyPolicy,
  LoadedPolicy,
  LocalTargetPolicy,
  Mode,
  Policy,
  SuitePolicy,
  TargetPolicy,
  VoucherPolicy,
} from './policy.ts'
