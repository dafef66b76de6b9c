import { type Milliseconds, parseDuration } from '@bulkhead/vocabulary'
import { analysisOfForm } from './analysis-of-form.ts'
import type { EnvironmentForm } from './environment-form.ts'
import { splitAddress } from './forms.ts'
import type { TargetForm } from './target-form.ts'
import { hotfixOfForm } from './hotfix-form.ts'
import { fraction } from './fraction.ts'
import { type SchedulePolicy, scheduleOfForm } from './schedule-policy.ts'
import type { NotifyForm } from './notify-form.ts'
import type { BakePolicy, EnvironmentPolicy } from './environment-policy.ts'
import type { HealthPolicy, TargetPolicy } from './target-policy.ts'
import type { KeyPolicy, VoucherPolicy } from './key-policy.ts'
import type { NotifyPolicy } from './notify-policy.ts'
import type { Policy } from './policy.ts'
import type { PrincipalPolicy, SigningPolicy } from './signing-policy.ts'
import type { RetriesProof, SuitePolicy } from './suite-policy.ts'
import type { KeysForm, StatementSignerForm, VoucherForm } from './key-forms.ts'
import type { PrincipalForm, SigningForm } from './signing-form.ts'
import type { PolicyForm, SuiteForm } from './schema.ts'

/** The policy as the other rooms read it, from a form that has no defects. */
export function policyOfForm(form: PolicyForm): Policy {
  return {
    version: form.version,
    mode: form.mode,
    signers: form.signers,
    signing: signingOfForm(form.signing),
    suites: mapEntries(form.suites, suiteOfForm),
    build: {
      command: form.build.command && atLeastOne(form.build.command),
      artifacts: atLeastOne(form.build.artifacts),
    },
    approvals: { policyChange: form.approvals['policy-change'] },
    keys: keysOfForm(form.keys),
    verdictExpires: span(form.verdict.expires),
    environments: mapEntries(form.environments, environmentOfForm),
    notify: form.notify.map(channelOfForm),
    hotfix: hotfixOfForm(form.hotfix, span),
  }
}

const keysOfForm = (form: KeysForm): Policy['keys'] => ({
  voucher: form.voucher.map(voucherOfForm),
  builder: form.builder.map(signerOfForm),
  gate: form.gate.map(signerOfForm),
  ledger: form.ledger,
})

function signerOfForm({ file, kms, sigstore }: StatementSignerForm): KeyPolicy {
  if (sigstore === undefined) return { file: required(file), ...(kms === undefined ? {} : { kms }) }
  return {
    sigstore: {
      issuer: sigstore.issuer,
      identity: sigstore.identity,
      repositoryId: sigstore['repository-id'],
      trustedRoot: sigstore['trusted-root'],
    },
  }
}

function voucherOfForm({ file, separation, github }: VoucherForm): VoucherPolicy {
  if (github === undefined) return { file: required(file), separation: required(separation) }
  return {
    github: {
      repositoryId: github['repository-id'],
      workflow: github.workflow,
      job: github.job,
      appId: github['app-id'],
    },
  }
}

const signingOfForm = (form: SigningForm): SigningPolicy => ({
  revoked: form.revoked,
  principals: mapEntries(form.principals, principalOfForm),
  x509: form.x509 && { roots: form.x509.roots, crls: form.x509.crls },
  sigstore: form.sigstore && {
    trustedRoot: form.sigstore['trusted-root'],
    proofs: form.sigstore.proofs,
  },
  rules: {
    author: form.rules.author,
    touch: form.rules.touch,
    tags: form.rules.tags,
    rsaBits: form.rules['rsa-bits'],
    forge: form.rules.forge,
  },
})

const principalOfForm = (form: PrincipalForm): PrincipalPolicy => ({
  role: form.role,
  committers: form.committers,
  openpgp: form.openpgp ?? [],
  x509: form.x509 ?? [],
  gitsign: form.gitsign ?? [],
})

const suiteOfForm = (form: SuiteForm): SuitePolicy => ({
  mandatory: form.mandatory,
  command: atLeastOne(form.command),
  reports: atLeastOne(form.reports),
  format: form.format,
  retries: retriesOfForm(form.retries),
  inventory: form.inventory,
  timeout: span(form.timeout),
  legs: form.legs ?? [],
  shards: form.shards,
})

/** Where both are written, the one that can be checked is demanded. */
function retriesOfForm(form: SuiteForm['retries']): RetriesProof | undefined {
  const off = form?.['off-by']
  if (off !== undefined) return { kind: 'off-by', arguments: atLeastOne(off) }
  return form?.['none-in-runner'] ? { kind: 'none-in-runner' } : undefined
}

const environmentOfForm = (form: EnvironmentForm, name: string): EnvironmentPolicy => ({
  name,
  target: targetOfForm(form.target),
  regions: mapEntries(form.regions, (zones) => mapEntries(zones, (count) => count)),
  required: form.capacity.required,
  requiredIn: mapEntries(form.capacity['required-in'] ?? {}, (count) => count),
  singleZone: form.capacity.zones === 1,
  surge: form.capacity.surge ?? 0,
  after: form.after,
  coalesce: form.queue.coalesce,
  artifact: form.artifact,
  migrations: form.migrations && {
    paths: form.migrations.paths,
    expand: form.migrations.expand ?? [],
  },
  mixedTest: form['mixed-test'] && {
    command: atLeastOne(form['mixed-test'].command),
    timeout: span(form['mixed-test'].timeout),
  },
  schedule: form.schedule === undefined ? ALWAYS : scheduleOfForm(form.schedule, span),
  bake: bakeOfForm(form.bake),
  analysis: form.analysis && analysisOfForm(form.analysis, span),
  ledger: form.ledger,
})

const ALWAYS: SchedulePolicy = {
  timeZone: 'UTC',
  freeze: [],
  mostAtOnce: undefined,
  spacing: span('0s'),
}

function targetOfForm(form: TargetForm): TargetPolicy {
  const env = mapEntries(form.env, (value) => value)
  switch (form.kind) {
    case 'local': {
      const { kind, listen, drain } = form
      const command = atLeastOne(form.command)
      const health = healthOfForm(form.health)
      return { kind, command, env, health, listen: splitAddress(listen), drain: span(drain) }
    }
    case 'haproxy':
      return haproxyOfForm(form, env)
    case 'exec': {
      const { kind, timeout } = form
      return { kind, command: atLeastOne(form.command), env, timeout: span(timeout) }
    }
  }
}

const haproxyOfForm = (
  form: Extract<TargetForm, { kind: 'haproxy' }>,
  env: Readonly<Record<string, string>>,
): TargetPolicy => ({
  kind: 'haproxy',
  proxies: mapEntries(form.proxies, (addresses) => addresses),
  backend: form.backend,
  server: form.server,
  replace: atLeastOne(form.replace),
  env,
  timeout: span(form.timeout),
  health: healthOfForm(form.health),
  drain: span(form.drain),
  slowStart: span(form['slow-start']),
  fence: form.fence && atLeastOne(form.fence),
  spare: form.spare && { server: form.spare.server, retire: atLeastOne(form.spare.retire) },
})

const healthOfForm = (form: Extract<TargetForm, { kind: 'local' }>['health']): HealthPolicy => ({
  path: form.path,
  buildField: form['build-field'],
  interval: span(form.interval),
  deadline: span(form.deadline),
})

const bakeOfForm = (form: EnvironmentForm['bake']): BakePolicy => ({
  baselineErrorRate: fraction(form['baseline-error-rate']),
  detectErrorRate: fraction(form['detect-error-rate']),
  falseAlarm: fraction(form['false-alarm']),
  power: fraction(form.power),
  requestsPerSecond: form['requests-per-second'],
  floor: span(form.floor),
  deadline: span(form.deadline),
})

function channelOfForm(form: NotifyForm): NotifyPolicy {
  const { urgency } = form
  switch (form.kind) {
    case 'slack':
      return { kind: 'slack', urlFrom: form['url-from'], urgency }
    case 'webhook':
      return { kind: 'webhook', url: form.url, secretFrom: form['secret-from'], urgency }
    case 'pagerduty': {
      const { region, 'routing-key-from': routingKeyFrom } = form
      return { kind: 'pagerduty', routingKeyFrom, region, urgency }
    }
    case 'pagerduty-incidents': {
      const { kind, service, from, region, 'token-from': tokenFrom } = form
      return { kind, tokenFrom, service, from, region, urgency }
    }
  }
}

/** Without a prototype: asking for a suite that is not there gives undefined, whatever its name. */
function mapEntries<In, Out>(
  record: Readonly<Record<string, In>>,
  convert: (value: In, name: string) => Out,
): Record<string, Out> {
  const mapped: Record<string, Out> = Object.create(null)
  for (const [name, value] of Object.entries(record)) mapped[name] = convert(value, name)
  return mapped
}

function required<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new TypeError('a form without it has a defect')
  return value
}

function atLeastOne<Item>(list: readonly Item[]): readonly [Item, ...Item[]] {
  const [first, ...rest] = list
  if (first === undefined) throw new TypeError('the schema lets no empty list through')
  return [first, ...rest]
}

function span(text: string): Milliseconds {
  const parsed = parseDuration(text)
  if (parsed === undefined) throw new TypeError(`the schema lets no such duration through: ${text}`)
  return parsed
}
