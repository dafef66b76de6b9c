import { formatDuration } from '@bulkhead/vocabulary'
import { stringify } from 'yaml'
import { printAnalysis } from './analysis-arbitrary.ts'
import type {
  EnvironmentPolicy,
  HealthPolicy,
  HotfixPolicy,
  KeyPolicy,
  NotifyPolicy,
  Policy,
  SchedulePolicy,
  SigningPolicy,
  SuitePolicy,
  TargetPolicy,
  VoucherPolicy,
} from '../src/index.ts'

/** Writes a policy as YAML, the other way round than the parser; knows nothing of its code. */
export function printPolicy(policy: Policy): string {
  const form = {
    version: policy.version,
    mode: policy.mode,
    ...without({ signers: policy.signers }),
    signing: signingForm(policy.signing),
    suites: mapped(policy.suites, suiteForm),
    build: without({ command: policy.build.command, artifacts: policy.build.artifacts }),
    keys: {
      ...policy.keys,
      voucher: policy.keys.voucher.map(voucherForm),
      builder: policy.keys.builder.map(signerForm),
      gate: policy.keys.gate.map(signerForm),
    },
    verdict: { expires: formatDuration(policy.verdictExpires) },
    environments: mapped(policy.environments, environmentForm),
    approvals: without({ 'policy-change': policy.approvals.policyChange }),
    notify: policy.notify.map(channelForm),
    hotfix: hotfixForm(policy.hotfix),
  }
  return stringify(form, { aliasDuplicateObjects: false })
}

const hotfixForm = ({ slo, ...hotfix }: HotfixPolicy) =>
  without({
    approvals: hotfix.approvals,
    'approval-expires': formatDuration(hotfix.approvalExpires),
    slo: mapped(slo, formatDuration),
    quota: hotfix.quota,
    'most-diff': hotfix.mostDiff,
    paths: hotfix.paths,
    grace: formatDuration(hotfix.grace),
    'review-grace': formatDuration(hotfix.reviewGrace),
    'yield-within': formatDuration(hotfix.yieldWithin),
    proof: hotfix.proof,
  })

const signerForm = (key: KeyPolicy) =>
  'sigstore' in key
    ? {
        sigstore: without({
          issuer: key.sigstore.issuer,
          identity: key.sigstore.identity,
          'repository-id': key.sigstore.repositoryId,
          'trusted-root': key.sigstore.trustedRoot,
        }),
      }
    : key

const voucherForm = (voucher: VoucherPolicy) =>
  'github' in voucher
    ? {
        github: {
          'repository-id': voucher.github.repositoryId,
          workflow: voucher.github.workflow,
          job: voucher.github.job,
          'app-id': voucher.github.appId,
        },
      }
    : voucher

const channelForm = (channel: NotifyPolicy) =>
  Object.fromEntries(
    Object.entries(channel).map(([key, value]) => [CHANNEL_KEYS[key] ?? key, value]),
  )

const CHANNEL_KEYS: Readonly<Record<string, string>> = {
  urlFrom: 'url-from',
  secretFrom: 'secret-from',
  routingKeyFrom: 'routing-key-from',
  tokenFrom: 'token-from',
}

const signingForm = ({ revoked, principals, x509, sigstore, rules }: SigningPolicy) =>
  without({
    revoked,
    principals: mapped(principals, ({ openpgp, x509: emails, gitsign, ...rest }) => ({
      ...rest,
      ...listed({ openpgp, x509: emails, gitsign }),
    })),
    x509: x509 && without(x509),
    sigstore:
      sigstore && without({ 'trusted-root': sigstore.trustedRoot, proofs: sigstore.proofs }),
    rules: {
      author: rules.author,
      touch: rules.touch,
      tags: rules.tags,
      'rsa-bits': rules.rsaBits,
      forge: rules.forge,
    },
  })

/** An empty list is left out: as it stands it would be an error. */
const listed = (lists: Readonly<Record<string, readonly unknown[]>>) =>
  Object.fromEntries(Object.entries(lists).filter(([, list]) => list.length > 0))

const suiteForm = (suite: SuitePolicy) =>
  without({
    ...suite,
    retries: retriesForm(suite.retries),
    timeout: formatDuration(suite.timeout),
    legs: suite.legs.length === 0 ? undefined : suite.legs,
  })

const retriesForm = (retries: SuitePolicy['retries']) =>
  retries?.kind === 'off-by'
    ? { 'off-by': retries.arguments }
    : retries && { 'none-in-runner': true }

const healthForm = (health: HealthPolicy) => ({
  path: health.path,
  'build-field': health.buildField,
  interval: formatDuration(health.interval),
  deadline: formatDuration(health.deadline),
})

function targetForm(target: TargetPolicy): object {
  switch (target.kind) {
    case 'local': {
      const { kind, command, env, health, listen, drain } = target
      const host = listen.host.includes(':') ? `[${listen.host}]` : listen.host
      return {
        kind,
        command,
        env,
        health: healthForm(health),
        listen: `${host}:${listen.port}`,
        drain: formatDuration(drain),
      }
    }
    case 'haproxy': {
      const { timeout, health, drain, slowStart, fence, spare, ...rest } = target
      return {
        ...rest,
        timeout: formatDuration(timeout),
        health: healthForm(health),
        drain: formatDuration(drain),
        'slow-start': formatDuration(slowStart),
        ...(fence === undefined ? {} : { fence }),
        ...(spare === undefined ? {} : { spare }),
      }
    }
    case 'exec':
      return { ...target, timeout: formatDuration(target.timeout) }
  }
}

const environmentForm = ({
  target,
  regions,
  bake,
  analysis,
  ledger,
  ...rest
}: EnvironmentPolicy) => ({
  ...(ledger && { ledger }),
  ...(analysis && { analysis: printAnalysis(analysis) }),
  queue: { coalesce: rest.coalesce },
  ...(rest.migrations && { migrations: migrationsForm(rest.migrations) }),
  ...(rest.mixedTest && {
    'mixed-test': {
      command: rest.mixedTest.command,
      timeout: formatDuration(rest.mixedTest.timeout),
    },
  }),
  target: targetForm(target),
  regions,
  capacity: capacityForm(rest),
  schedule: scheduleForm(rest.schedule),
  bake: {
    'baseline-error-rate': percent(bake.baselineErrorRate),
    'detect-error-rate': percent(bake.detectErrorRate),
    'false-alarm': percent(bake.falseAlarm),
    power: percent(bake.power),
    'requests-per-second': bake.requestsPerSecond,
    floor: formatDuration(bake.floor),
    deadline: formatDuration(bake.deadline),
  },
})

const migrationsForm = ({ paths, expand }: NonNullable<EnvironmentPolicy['migrations']>) => ({
  paths,
  ...(expand.length > 0 && { expand }),
})

const capacityForm = ({
  required,
  requiredIn,
  singleZone,
  surge,
}: Pick<EnvironmentPolicy, 'required' | 'requiredIn' | 'singleZone' | 'surge'>) => ({
  required,
  ...(Object.keys(requiredIn).length > 0 && { 'required-in': requiredIn }),
  ...(singleZone && { zones: 1 }),
  ...(surge > 0 && { surge }),
})

const scheduleForm = ({ timeZone, freeze, mostAtOnce, spacing }: SchedulePolicy) =>
  without({
    'time-zone': timeZone,
    freeze:
      freeze.length === 0
        ? undefined
        : freeze.map((window) => ({
            from: momentText(window.from),
            to: momentText(window.to),
            reason: window.reason,
          })),
    'most-at-once': mostAtOnce,
    spacing: formatDuration(spacing),
  })

const momentText = (moment: number | string): string => {
  if (typeof moment === 'string') return moment
  const two = (value: number) => String(value).padStart(2, '0')
  const day = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'][Math.floor(moment / 1440)]
  return `${day} ${two(Math.floor((moment % 1440) / 60))}:${two(moment % 60)}`
}

/** Rates of the tests have four decimals of a percent at most. */
const percent = (rate: number): string => `${Number((rate * 100).toFixed(4))}%`

const mapped = <In, Out>(record: Readonly<Record<string, In>>, convert: (value: In) => Out) =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, convert(value)]))

const without = (record: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined))
