import type { MixedTestPolicy } from '../migrations-policy.ts'
import type { SchedulePolicy } from '../schedule-policy.ts'
import type { BakePolicy, EnvironmentPolicy } from '../environment-policy.ts'
import type {
  ExecTargetPolicy,
  HaproxyTargetPolicy,
  HealthPolicy,
  LocalTargetPolicy,
  TargetPolicy,
} from '../target-policy.ts'
import {
  type Compare,
  fixed,
  free,
  kept,
  named,
  notBelow,
  notHigher,
  notLower,
  optional,
  part,
} from './comparison.ts'

const health = part<HealthPolicy>({
  path: fixed,
  buildField: fixed,
  interval: free,
  deadline: notHigher,
})

const localTarget = part<LocalTargetPolicy>({
  kind: fixed,
  // How the program is started is the program's own business: what ships could do it itself.
  command: free,
  env: free,
  health,
  listen: free,
  drain: notLower,
})

// What the controlling machine runs, it runs with the keys of a deploy: any change needs approvals.
const haproxyTarget = part<HaproxyTargetPolicy>({
  kind: fixed,
  proxies: fixed,
  backend: fixed,
  server: fixed,
  replace: fixed,
  env: fixed,
  timeout: notHigher,
  health,
  drain: notLower,
  slowStart: notLower,
  fence: optional(fixed, { coming: 'free', going: 'loosens' }),
  spare: optional(fixed, { coming: 'loosens', going: 'free' }),
})

const execTarget = part<ExecTargetPolicy>({
  kind: fixed,
  command: fixed,
  env: fixed,
  timeout: notHigher,
})

/** A new engine needs a case here, and says with it what of its keys could be loosened. */
const target: Compare<TargetPolicy> = (was, becomes, place) => {
  switch (was.kind) {
    case 'local':
      return becomes.kind === 'local'
        ? localTarget(was, becomes, place)
        : fixed(was.kind, becomes.kind, place)
    case 'haproxy':
      return becomes.kind === 'haproxy'
        ? haproxyTarget(was, becomes, place)
        : fixed(was.kind, becomes.kind, place)
    case 'exec':
      return becomes.kind === 'exec'
        ? execTarget(was, becomes, place)
        : fixed(was.kind, becomes.kind, place)
  }
}

const bake = part<BakePolicy>({
  baselineErrorRate: notHigher,
  detectErrorRate: notHigher,
  falseAlarm: notLower,
  power: notLower,
  // More requests than there are would make the bake shorter.
  requestsPerSecond: notHigher,
  floor: notLower,
  // Later, the same evidence is still needed; sooner, the release is taken back.
  deadline: free,
})

const schedule = part<SchedulePolicy>({
  timeZone: fixed,
  freeze: kept,
  mostAtOnce: optional(notHigher, { coming: 'free', going: 'loosens' }),
  spacing: notLower,
})

const mixedTest = part<MixedTestPolicy>({
  // As above: it runs with the keys of a deploy.
  command: fixed,
  timeout: notHigher,
})

export const environment = part<EnvironmentPolicy>(
  {
    name: free, // The key of the mapping, which is compared there.
    target,
    regions: named(named(notLower)),
    required: notLower,
    // A region's own number may be above or below its share: no order is stricter than another.
    requiredIn: fixed,
    singleZone: notBelow<boolean>((declared) => (declared ? 0 : 1)),
    surge: free,
    after: optional(fixed, { coming: 'free', going: 'loosens' }),
    artifact: free,
    // Which migrations there are, and which contract: any change may open a way back that is none.
    migrations: optional(fixed, { coming: 'free', going: 'loosens' }),
    mixedTest: optional(mixedTest, { coming: 'loosens', going: 'loosens' }),
    coalesce: free,
    schedule,
    bake,
    // Which metrics have a say, and how much: no order is stricter than another.
    analysis: optional(fixed, { coming: 'free', going: 'loosens' }),
    // A ledger that moves leaves its past behind.
    ledger: optional(fixed, { coming: 'loosens', going: 'loosens' }),
  },
  {
    required: 'capacity.required',
    coalesce: 'queue.coalesce',
    requiredIn: 'capacity.required-in',
    singleZone: 'capacity.zones',
    surge: 'capacity.surge',
  },
)
