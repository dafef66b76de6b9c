import { type Milliseconds, parseDuration } from '@bulkhead/vocabulary'
import * as fc from 'fast-check'
import { REPORT_FORMATS } from '../src/index.ts'
import { analysis } from './analysis-arbitrary.ts'
import type {
  BakePolicy,
  EnvironmentPolicy,
  FreezeWindow,
  KeyPolicy,
  ExecTargetPolicy,
  HaproxyTargetPolicy,
  LocalTargetPolicy,
  NotifyPolicy,
  Policy,
  SchedulePolicy,
  SigningPolicy,
  SuitePolicy,
  VoucherPolicy,
} from '../src/index.ts'

const name = fc
  .stringMatching(/^[a-z0-9][a-z0-9-]{0,62}$/)
  .filter((text) => !['constructor', 'prototype'].includes(text))

const segment = fc
  .stringMatching(/^[A-Za-z0-9_. @#:{}&*!'"%,ü-]{1,12}$/)
  .filter((text) => !/^\.{1,2}$/.test(text))
const path = fc.array(segment, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'))

const word = fc.string({ unit: 'grapheme', maxLength: 12 }).filter((text) => !text.includes('\0'))
const command = fc
  .tuple(fc.stringMatching(/^[a-z]{1,8}$/), fc.array(word, { maxLength: 4 }))
  .map(([first, rest]): readonly [string, ...string[]] => [first, ...rest])

const span = (least: number, most: number): fc.Arbitrary<Milliseconds> =>
  fc.integer({ min: least, max: most }).map((ms) => {
    const parsed = parseDuration(`${ms}ms`)
    if (parsed === undefined) throw new Error(`no duration: ${ms}`)
    return parsed
  })

/** A rate of `units` ten-thousandths of a percent, rounded once. */
const rate = (least: number, most: number) =>
  fc.integer({ min: least, max: most }).map((units) => Number(`${units}e-6`))

const bake: fc.Arbitrary<BakePolicy> = fc.record({
  baselineErrorRate: rate(0, 400_000),
  detectErrorRate: rate(400_001, 1_000_000),
  falseAlarm: rate(1, 499_999),
  power: rate(500_000, 999_999),
  requestsPerSecond: fc.integer({ min: 1, max: 1_000_000 }),
  floor: span(0, 60_000),
  deadline: span(60_000, 999_999_999),
})

const localTarget: fc.Arbitrary<LocalTargetPolicy> = fc.record({
  kind: fc.constant('local' as const),
  command: command.map(([first, ...rest]): readonly [string, ...string[]] => [
    first,
    ...rest,
    '{artifact}',
  ]),
  env: fc.dictionary(
    fc.stringMatching(/^[A-Z_]{1,10}$/).filter((key) => key !== 'PORT'),
    word,
    { maxKeys: 3 },
  ),
  health: fc.record({
    path: fc.stringMatching(/^\/[a-z0-9/?&=%.-]{0,20}$/),
    buildField: fc.stringMatching(/^[A-Za-z][A-Za-z0-9_-]{0,20}$/),
    interval: span(1, 1000),
    deadline: span(1000, 999_999_999),
  }),
  listen: fc.record({
    host: fc.constantFrom('127.0.0.1', 'localhost', '::1', '0.0.0.0', 'a.example'),
    port: fc.integer({ min: 0, max: 65_535 }),
  }),
  drain: span(0, 999_999_999),
})

const environmentVariables = fc.dictionary(fc.stringMatching(/^[A-Z_]{1,10}$/), word, {
  maxKeys: 3,
})
const installed = fc.array(word, { maxLength: 3 })

const execTarget: fc.Arbitrary<ExecTargetPolicy> = fc.record({
  kind: fc.constant('exec' as const),
  command: installed.map((words): readonly [string, ...string[]] => ['/opt/driver', ...words]),
  env: environmentVariables.filter((env) => !Object.hasOwn(env, 'PORT')),
  timeout: span(1, 999_999_999),
})

/** In front of exactly the regions of its environment. */
const haproxyTarget = (regionNames: readonly string[]): fc.Arbitrary<HaproxyTargetPolicy> =>
  fc.record({
    kind: fc.constant('haproxy' as const),
    proxies: fc
      .array(fc.constantFrom('/run/haproxy.sock', '127.0.0.1:9999', '[::1]:9'), { minLength: 1 })
      .map((addresses) =>
        Object.fromEntries(regionNames.map((region) => [region, addresses.slice(0, 16)])),
      ),
    backend: fc.constantFrom('app', 'be_1.x:y-z'),
    server: fc.constantFrom('{region}-{zone}-{number}', 'srv.{zone}_{number}'),
    replace: installed.map((words): readonly [string, ...string[]] => [
      'ssh',
      ...words,
      '{commit}',
    ]),
    env: environmentVariables.filter((env) => !Object.hasOwn(env, 'PORT')),
    timeout: span(1, 999_999_999),
    health: localTarget.map((target) => target.health),
    drain: span(0, 999_999_999),
    slowStart: span(0, 999_999_999),
    fence: fc.option(fc.constant(['keep-token', '{region}', '{token}'] as const), {
      nil: undefined,
    }),
    spare: fc.option(
      installed.map((words) => ({
        server: '{zone}-spare-{number}',
        retire: ['ssh', ...words] as const,
      })),
      { nil: undefined },
    ),
  })

const regions = fc.dictionary(
  name,
  fc.dictionary(name, fc.integer({ min: 1, max: 1000 }), { minKeys: 1, maxKeys: 4 }),
  {
    minKeys: 1,
    maxKeys: 3,
  },
)

const ledger = fc.constantFrom<NonNullable<EnvironmentPolicy['ledger']>[]>(
  { store: 'git' },
  { store: 'git', remote: 'origin' },
  { store: 'github', repository: 'acme/shop', api: 'https://github.example.com/api/v3' },
  { store: 's3', bucket: 'acme-ledger', region: 'eu-central-1', name: 'shop' },
  { store: 'dynamodb', table: 'bulkhead-ledger', endpoint: 'http://127.0.0.1:8000' },
  { store: 'postgres', url: 'postgres://db.example.net:5432/ledger?sslmode=verify-full' },
)

const minute = fc.integer({ min: 0, max: 10_079 })
const freezeWindow: fc.Arbitrary<FreezeWindow> = fc.oneof(
  fc
    .record({ kind: fc.constant('weekly' as const), from: minute, to: minute, reason: name })
    .filter(({ from, to }) => from !== to),
  fc.constant({
    kind: 'once' as const,
    from: '2026-12-20 18:00',
    to: '2027-01-04 08:00',
    reason: 'holidays',
  }),
)
const schedule: fc.Arbitrary<SchedulePolicy> = fc.record({
  timeZone: fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York'),
  freeze: fc.array(freezeWindow, { maxLength: 3 }),
  mostAtOnce: fc.option(fc.integer({ min: 1, max: 64 }), { nil: undefined }),
  spacing: span(0, 86_400_000),
})

const environment = fc
  .record({
    regions,
    bake,
    analysis: fc.option(analysis, { nil: undefined }),
    ledger: fc.option(ledger, { nil: undefined }),
    share: fc.integer({ min: 1, max: 100 }),
    own: fc.boolean(),
    surge: fc.nat(5),
    coalesce: fc.integer({ min: 1, max: 1_000 }),
    schedule,
    migrations: fc.option(
      fc.constantFrom(
        { paths: ['db/**'], expand: [] },
        { paths: ['db/a/**', 'db/b.sql'], expand: ['db/a/*.expand.sql'] },
      ),
      { nil: undefined },
    ),
    mixedTest: fc.option(fc.record({ command, timeout: span(1, 999_999_999) }), {
      nil: undefined,
    }),
  })
  .map(({ share, own, ...rest }) => {
    const units = Object.values(rest.regions).flatMap((zones) => Object.values(zones))
    const total = units.reduce((sum, count) => sum + count, 0)
    const [first = ''] = Object.keys(rest.regions)
    return {
      ...rest,
      required: Math.max(1, Math.floor((total * share) / 100)),
      requiredIn: own ? { [first]: share } : {},
      singleZone: Object.values(rest.regions).some((zones) => Object.keys(zones).length === 1),
      after: undefined,
      artifact: undefined,
    }
  })
  .chain((rest): fc.Arbitrary<Omit<EnvironmentPolicy, 'name'>> =>
    fc
      .oneof(localTarget, execTarget, haproxyTarget(Object.keys(rest.regions)))
      .map((target) => ({ ...rest, target })),
  )

const suite: fc.Arbitrary<Omit<SuitePolicy, 'reports' | 'inventory'>> = fc.record({
  mandatory: fc.boolean(),
  command,
  format: fc.constantFrom(...REPORT_FORMATS),
  retries: fc.constantFrom<SuitePolicy['retries'][]>(
    undefined,
    { kind: 'none-in-runner' },
    { kind: 'off-by', arguments: ['--retry=0', '--'] },
  ),
  timeout: span(1, 999_999_999),
  legs: fc.uniqueArray(name, { maxLength: 3 }),
  shards: fc.integer({ min: 1, max: 1000 }),
})

const principal = fc.record({
  role: fc.constantFrom('person' as const, 'bot' as const, 'forge' as const),
  certified: fc.boolean(),
  x509: fc.array(fc.constantFrom('ada@example.test', 'b+c@d.test'), { maxLength: 2 }),
  gitsign: fc.array(
    fc.record({
      issuer: fc.constantFrom('https://accounts.example.test', 'https://token.example.test/a'),
      identity: fc.constantFrom(
        'ada@example.test',
        'https://example.test/workflow@refs/heads/main',
      ),
    }),
    { maxLength: 2 },
  ),
})
type MadePrincipal = typeof principal extends fc.Arbitrary<infer Made> ? Made : never

/** Emails are told apart by the principal's name: none may have two owners. */
const assembleSigning = (
  principals: Readonly<Record<string, MadePrincipal>>,
  rules: SigningPolicy['rules'],
  next: () => string,
): SigningPolicy => ({
  revoked: next(),
  principals: Object.fromEntries(
    Object.entries(principals).map(([key, { certified, ...rest }]) => [
      key,
      {
        ...rest,
        committers: [`${key}@example.test`, `${key}@users.example.test`],
        openpgp: certified ? [next()] : [],
      },
    ]),
  ),
  x509: { roots: next(), crls: next() },
  sigstore: { trustedRoot: next(), proofs: next() },
  rules,
})

const urgency = fc.constantFrom('info' as const, 'warning' as const, 'page' as const)
const variable = fc.stringMatching(/^[A-Z][A-Z0-9_]{0,20}$/).filter((text) => text !== 'PORT')

const channel: fc.Arbitrary<NotifyPolicy> = fc.oneof(
  fc.record({ kind: fc.constant('slack' as const), urlFrom: variable, urgency }),
  fc.record({
    kind: fc.constant('webhook' as const),
    url: fc.webUrl({ validSchemes: ['https'] }),
    secretFrom: variable,
    urgency,
  }),
  fc.record({
    kind: fc.constant('pagerduty' as const),
    routingKeyFrom: variable,
    region: fc.constantFrom('us' as const, 'eu' as const),
    urgency,
  }),
  fc.record({
    kind: fc.constant('pagerduty-incidents' as const),
    tokenFrom: variable,
    service: fc.stringMatching(/^P[A-Z0-9]{5,20}$/),
    from: fc.constantFrom('oncall@example.com', 'ops+1@example.test'),
    region: fc.constantFrom('us' as const, 'eu' as const),
    urgency,
  }),
)

const hotfix: fc.Arbitrary<Policy['hotfix']> = fc.record({
  approvals: fc.integer({ min: 2, max: 16 }),
  approvalExpires: span(1, 3_600_000),
  slo: fc.record({
    acknowledged: span(1, 999_999_999),
    approved: span(1, 999_999_999),
    gated: span(1, 999_999_999),
    everywhere: span(1, 999_999_999),
  }),
  quota: fc.integer({ min: 1, max: 100 }),
  mostDiff: fc.integer({ min: 1, max: 1_000_000 }),
  paths: fc.option(fc.array(path, { minLength: 1, maxLength: 3 }), { nil: undefined }),
  grace: span(1, 999_999_999),
  reviewGrace: span(1, 999_999_999),
  yieldWithin: span(1, 999_999_999),
  proof: fc.option(command, { nil: undefined }),
})

/** Policies without defects; every path is given once, since files have one use. */
export const rightPolicy: fc.Arbitrary<Policy> = fc
  .record({
    mode: fc.constantFrom('enforce' as const, 'observe' as const),
    paths: fc.uniqueArray(path, { minLength: 34, maxLength: 34 }),
    suites: fc.dictionary(name, suite, { minKeys: 1, maxKeys: 4 }),
    build: fc.option(command, { nil: undefined }),
    separation: fc.constantFrom('process' as const, 'local' as const),
    hasSigners: fc.boolean(),
    principals: fc.dictionary(name, principal, { minKeys: 1, maxKeys: 3 }),
    rules: fc.record({
      author: fc.constantFrom('any' as const, 'committer' as const),
      touch: fc.constantFrom('required' as const, 'not-required' as const),
      tags: fc.constantFrom('any' as const, 'signed' as const),
      rsaBits: fc.integer({ min: 2048, max: 16_384 }),
      forge: fc.constantFrom('clean-merges' as const, 'any' as const),
    }),
    signsWith: fc.constantFrom('file' as const, 'kms' as const, 'sigstore' as const),
    repositoryId: fc.integer({ min: 1 }),
    verdictExpires: span(1, 999_999_999),
    environments: fc.dictionary(name, environment, { minKeys: 1, maxKeys: 2 }),
    policyChange: fc.option(fc.integer({ min: 0, max: 16 }), { nil: undefined }),
    notify: fc.array(channel, { maxLength: 3 }),
    hotfix,
  })
  .map(assemble)

interface Ingredients {
  readonly mode: Policy['mode']
  readonly paths: readonly string[]
  readonly suites: Readonly<Record<string, Omit<SuitePolicy, 'reports' | 'inventory'>>>
  readonly build: Policy['build']['command']
  readonly separation: 'process' | 'local'
  readonly hasSigners: boolean
  readonly principals: Readonly<Record<string, MadePrincipal>>
  readonly rules: SigningPolicy['rules']
  readonly signsWith: 'file' | 'kms' | 'sigstore'
  readonly repositoryId: number
  readonly verdictExpires: Milliseconds
  readonly environments: Readonly<Record<string, Omit<EnvironmentPolicy, 'name'>>>
  readonly policyChange: number | undefined
  readonly notify: Policy['notify']
  readonly hotfix: Policy['hotfix']
}

function gateKey({ signsWith, repositoryId }: Ingredients, next: () => string): KeyPolicy {
  if (signsWith === 'file') return { file: next() }
  if (signsWith === 'kms')
    return { file: next(), kms: 'arn:aws:kms:eu-central-1:111122223333:alias/gate' }
  return {
    sigstore: {
      issuer: 'https://token.actions.githubusercontent.com',
      identity: 'https://github.com/octo/app/.github/workflows/gate.yml@refs/heads/main',
      repositoryId,
      trustedRoot: repositoryId % 2 === 0 ? next() : undefined,
    },
  }
}

const jobOf = ({ repositoryId }: Ingredients): VoucherPolicy => ({
  github: { repositoryId, workflow: '.github/workflows/ci.yaml', job: 'tests / unit', appId: 7 },
})

function assemble(made: Ingredients): Policy {
  const paths = [...made.paths]
  const next = (): string => {
    const taken = paths.pop()
    if (taken === undefined) throw new Error('too few paths')
    return taken
  }
  const suites = Object.entries(made.suites).map(([key, held], index): [string, SuitePolicy] => {
    const mandatory = index === 0 || held.mandatory
    return [
      key,
      { ...held, mandatory, reports: [next(), next()], inventory: mandatory ? next() : undefined },
    ]
  })
  return {
    version: 1,
    mode: made.mode,
    signers: made.hasSigners ? next() : undefined,
    signing: assembleSigning(made.principals, made.rules, next),
    suites: Object.fromEntries(suites),
    build: { command: made.build, artifacts: [next(), next()] },
    keys: {
      voucher: [{ file: next(), separation: made.separation }, jobOf(made)],
      builder: [{ file: next() }, { file: next() }],
      gate: [gateKey(made, next)],
      ledger: [{ file: next() }],
    },
    verdictExpires: made.verdictExpires,
    environments: Object.fromEntries(
      Object.entries(made.environments).map(([key, held]) => [key, { name: key, ...held }]),
    ),
    approvals: { policyChange: made.policyChange },
    notify: made.notify,
    hotfix: made.hotfix,
  }
}
