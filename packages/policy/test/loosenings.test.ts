import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type Policy,
  type SuitePolicy,
  looseningDigest,
  loosenings,
  parsePolicy,
} from '../src/index.ts'
import { rightPolicy } from './policy-arbitrary.ts'

const FILES = {
  '.bulkhead/allowed_signers': 'ada@example.test ssh-ed25519 AAAA\n# ours\n',
  '.bulkhead/other_signers':
    'ada@example.test ssh-ed25519 AAAA\nben@example.test ssh-ed25519 BBBB\n',
  '.bulkhead/same_signers': '# moved\n\n  ada@example.test ssh-ed25519 AAAA\r\n',
  '.bulkhead/revoked': 'ssh-ed25519 CCCC\n',
  '.bulkhead/revoked2': 'ssh-ed25519 CCCC\nssh-ed25519 DDDD\n',
  'a.asc': 'certificate of Ada',
  'b.asc': 'certificate of somebody',
  'root.pem': 'root',
  'root2.pem': 'another root',
  'crl.pem': 'revoked',
  'trust.json': '{}',
  ...Object.fromEntries(
    ['voucher', 'builder', 'gate', 'ledger', 'other'].map((role) => [`${role}.pub`, `key ${role}`]),
  ),
  'gate-moved.pub': 'key gate',
}
const files = new Map(Object.entries(FILES).map(([path, text]) => [path, Buffer.from(text)]))

const POLICY = `version: 1
mode: enforce
signers: .bulkhead/allowed_signers
signing:
  revoked: .bulkhead/revoked
  principals:
    ada: { role: person, committers: [ada@example.test], openpgp: [a.asc] }
  x509: { roots: root.pem, crls: crl.pem }
  sigstore: { trusted-root: trust.json }
  rules: { author: committer, touch: required, tags: signed, rsa-bits: 3072, forge: clean-merges }
suites:
  isolation:
    mandatory: true
    command: [npm, test, --, --retry=0]
    reports: [reports/a.xml, reports/b.xml]
    format: junit
    retries: { off-by: [--retry=0] }
    inventory: inventory.json
    timeout: 5m
    legs: [linux, windows]
    shards: 2
  lint:
    mandatory: false
    command: [npm, run, lint]
    reports: [reports/lint.xml]
build: { command: [npm, run, build], artifacts: [dist/a.mjs, dist/b.mjs] }
keys:
  voucher: [{ file: voucher.pub, separation: process }]
  builder: [{ file: builder.pub }]
  gate: [{ file: gate.pub }]
  ledger: [{ file: ledger.pub }]
approvals: { policy-change: 2 }
hotfix: { approvals: 3, quota: 3, most-diff: 400, grace: 3d, review-grace: 1d, approval-expires: 30m, proof: [node, exploit.mjs] }
verdict: { expires: 1h }
environments:
  production:
    target:
      kind: local
      command: [node, '{artifact}']
      health: { path: /health, build-field: build, interval: 1s, deadline: 15s }
      listen: 127.0.0.1:8080
      drain: 10s
    regions: { eu: { a: 3, b: 3, c: 3 }, us: { a: 3, b: 3 } }
    capacity: { required: 5, required-in: { eu: 2 } }
    migrations: { paths: [db/**], expand: [db/*.expand.sql] }
    mixed-test: { command: [node, both.mjs], timeout: 60s }
    schedule: { freeze: [{ from: fri 16:00, to: mon 08:00, reason: x }], most-at-once: 2, spacing: 5m }
    bake: { baseline-error-rate: 0.1%, detect-error-rate: 5%, false-alarm: 1%, power: 95%, requests-per-second: 50, floor: 10s, deadline: 10m }
  staging:
    target:
      kind: local
      command: [node, '{artifact}']
      health: { path: /health, build-field: build, interval: 1s, deadline: 15s }
      listen: 127.0.0.1:8081
      drain: 10s
    regions: { eu: { a: 1 } }
    capacity: { required: 1, zones: 1 }
    bake: { baseline-error-rate: 0.1%, detect-error-rate: 5%, false-alarm: 1%, power: 95%, requests-per-second: 50, floor: 10s, deadline: 10m }
`

function parsed(source: string): Policy {
  const policy = parsePolicy(source)
  if (policy.ok) return policy.policy
  throw new Error(policy.findings.map(({ subject, message }) => `${subject} ${message}`).join('\n'))
}
const judging = (source: string) => ({ policy: parsed(source), files })
const placesBetween = (was: string, becomes: string) =>
  loosenings(judging(was), judging(becomes)).map(({ place }) => place)

function changed(from: string, to: string): string {
  if (!POLICY.includes(from)) throw new Error(`the policy has no ${from}`)
  return POLICY.replace(from, to)
}

/** What loosens, and whether the way back is free. */
const LOOSENING: readonly (readonly [string, string, string, 'tightens' | 'loosens too'])[] = [
  ['mode', 'mode: enforce', 'mode: observe', 'tightens'],
  ['signers', '/allowed_signers', '/other_signers', 'loosens too'],
  ['signing.revoked', '/revoked', '/revoked2', 'loosens too'],
  ['signing.revoked', '  revoked: .bulkhead/revoked\n', '', 'loosens too'],
  [
    'signing.principals.ben',
    '  x509:',
    '    ben: { committers: [ben@example.test] }\n  x509:',
    'loosens too',
  ],
  ['signing.principals.ada.role', 'role: person', 'role: bot', 'loosens too'],
  [
    'signing.principals.ada.committers',
    '[ada@example.test]',
    '[ada@example.test, a@example.test]',
    'loosens too',
  ],
  ['signing.principals.ada.openpgp', 'a.asc', 'b.asc', 'loosens too'],
  ['signing.x509.roots', 'root.pem', 'root2.pem', 'loosens too'],
  ['signing.x509.crls', ', crls: crl.pem', '', 'tightens'],
  ['signing.x509', '  x509: { roots: root.pem, crls: crl.pem }\n', '', 'loosens too'],
  ['signing.sigstore', '  sigstore: { trusted-root: trust.json }\n', '', 'loosens too'],
  ['signing.rules.author', 'author: committer', 'author: any', 'tightens'],
  ['signing.rules.touch', 'touch: required', 'touch: not-required', 'tightens'],
  ['environments.production.migrations', '[db/**]', '[db/sql/**]', 'loosens too'],
  ['environments.production.migrations', 'db/*.expand.sql', 'db/**', 'loosens too'],
  ['environments.production.mixed-test.command', 'both.mjs', 'none.mjs', 'loosens too'],
  ['environments.production.mixed-test.timeout', 'timeout: 60s', 'timeout: 2m', 'tightens'],
  [
    'environments.production.migrations',
    '    migrations: { paths: [db/**], expand: [db/*.expand.sql] }\n',
    '',
    'tightens',
  ],
  [
    'environments.production.mixed-test',
    '    mixed-test: { command: [node, both.mjs], timeout: 60s }\n',
    '',
    'loosens too',
  ],
  ['signing.rules.tags', 'tags: signed', 'tags: any', 'tightens'],
  ['signing.rules.rsa-bits', 'rsa-bits: 3072', 'rsa-bits: 2048', 'tightens'],
  ['signing.rules.forge', 'forge: clean-merges', 'forge: any', 'tightens'],
  ['suites.isolation.command', '[npm, test, --, --retry=0]', '[npm, test]', 'loosens too'],
  ['suites.isolation.reports', 'reports/a.xml, ', '', 'loosens too'],
  ['suites.isolation.format', 'format: junit', 'format: auto', 'loosens too'],
  ['suites.isolation.retries', '{ off-by: [--retry=0] }', '{ none-in-runner: true }', 'tightens'],
  ['suites.isolation.retries', '[--retry=0] }', '[--] }', 'loosens too'],
  ['suites.isolation.timeout', 'timeout: 5m', 'timeout: 6m', 'tightens'],
  ['suites.isolation.legs', '[linux, windows]', '[linux]', 'tightens'],
  ['build.artifacts', ', dist/b.mjs', '', 'tightens'],
  ['keys.voucher', 'separation: process', 'separation: local', 'tightens'],
  ['keys.voucher', 'voucher.pub', 'other.pub', 'loosens too'],
  ['keys.builder', 'builder.pub', 'other.pub', 'loosens too'],
  ['keys.gate', 'gate.pub', 'other.pub', 'loosens too'],
  [
    'keys.ledger',
    '[{ file: ledger.pub }]',
    '[{ file: ledger.pub }, { file: other.pub }]',
    'loosens too',
  ],
  ['approvals.policy-change', 'policy-change: 2', 'policy-change: 1', 'tightens'],
  ['approvals.policy-change', 'approvals: { policy-change: 2 }\n', '', 'tightens'],
  ['hotfix.approvals', 'approvals: 3', 'approvals: 2', 'tightens'],
  ['hotfix.quota', 'quota: 3', 'quota: 4', 'tightens'],
  ['hotfix.most-diff', 'most-diff: 400', 'most-diff: 401', 'tightens'],
  ['hotfix.grace', ' grace: 3d', ' grace: 4d', 'tightens'],
  ['hotfix.review-grace', 'review-grace: 1d', 'review-grace: 2d', 'tightens'],
  ['hotfix.proof', ', proof: [node, exploit.mjs]', '', 'tightens'],
  ['hotfix.proof', '[node, exploit.mjs]', '["true"]', 'loosens too'],
  ['hotfix.approval-expires', 'expires: 30m', 'expires: 31m', 'tightens'],
  ['verdict.expires', 'expires: 1h', 'expires: 2h', 'tightens'],
  ['environments.production.target.health.path', 'path: /health', 'path: /', 'loosens too'],
  ['environments.production.target.health.build-field', ': build,', ': commit,', 'loosens too'],
  ['environments.production.target.health.deadline', 'deadline: 15s', 'deadline: 16s', 'tightens'],
  ['environments.production.target.drain', 'drain: 10s', 'drain: 9s', 'tightens'],
  ['environments.production.regions.us', ', us: { a: 3, b: 3 }', '', 'tightens'],
  ['environments.production.regions.eu.c', ', c: 3', '', 'tightens'],
  ['environments.production.regions.eu.a', 'eu: { a: 3', 'eu: { a: 2', 'tightens'],
  ['environments.production.capacity.required', 'required: 5', 'required: 4', 'tightens'],
  ['environments.production.capacity.required-in', 'eu: 2', 'eu: 3', 'loosens too'],
  ['environments.production.schedule.spacing', 'spacing: 5m', 'spacing: 4m', 'tightens'],
  ['environments.production.schedule.most-at-once', 'once: 2', 'once: 3', 'tightens'],
  [
    'environments.production.schedule.freeze',
    'freeze: [{ from: fri 16:00, to: mon 08:00, reason: x }], ',
    '',
    'tightens',
  ],
  ['environments.production.bake.baseline-error-rate', '0.1%', '0.2%', 'tightens'],
  ['environments.production.bake.detect-error-rate', ': 5%', ': 6%', 'tightens'],
  ['environments.production.bake.false-alarm', 'alarm: 1%', 'alarm: 0.5%', 'tightens'],
  ['environments.production.bake.power', 'power: 95%', 'power: 90%', 'tightens'],
  ['environments.production.bake.requests-per-second', 'second: 50', 'second: 60', 'tightens'],
  ['environments.production.bake.floor', 'floor: 10s', 'floor: 9s', 'tightens'],
]

describe('what a change of the policy loosens', () => {
  it.each(LOOSENING)('%s: %s → %s, and back it %s', (place, from, to, back) => {
    const other = changed(from, to)
    expect(new Set(placesBetween(POLICY, other))).toEqual(new Set([place]))
    expect(new Set(placesBetween(other, POLICY))).toEqual(
      new Set(back === 'loosens too' ? [place] : []),
    )
  })

  it.each([
    [
      'a suite that goes',
      'suites.lint',
      POLICY.slice(POLICY.indexOf('  lint:'), POLICY.indexOf('build:')),
    ],
    [
      'an environment that goes',
      'environments.staging',
      POLICY.slice(POLICY.indexOf('  staging:')),
    ],
  ])('names %s, and nothing when it comes', (_, place, part) => {
    expect(placesBetween(POLICY, changed(part, ''))).toEqual([place])
    expect(placesBetween(changed(part, ''), POLICY)).toEqual([])
  })

  it('names a suite that is no longer mandatory, or lists its tests nowhere', () => {
    const both = changed('mandatory: false', 'mandatory: true\n    inventory: lint.json')
    const policy = judging(both)
    expect(loosenings(judging(POLICY), policy)).toEqual([])
    expect(loosenings(policy, judging(POLICY))).toEqual([
      { place: 'suites.lint.mandatory', was: 'true', becomes: 'false' },
      { place: 'suites.lint.inventory', was: '"lint.json"', becomes: 'nothing' },
    ])
  })

  it.each([
    [
      'the program that ships',
      "command: [node, '{artifact}']",
      "command: [node, -r, '{artifact}']",
    ],
    ['where it listens', '127.0.0.1:8080', '127.0.0.1:9090'],
    ['how it is built', '[npm, run, build]', '[make]'],
    ['how many shards there are', 'shards: 2', 'shards: 3'],
    ['where an inventory lies', 'inventory.json', 'lists/inventory.json'],
    ['where a key lies', 'gate.pub', 'gate-moved.pub'],
    ['comments, and where the signers lie', '/allowed_signers', '/same_signers'],
    ['the order of legs', '[linux, windows]', '[windows, linux]'],
    ['how long a bake may wait', 'deadline: 10m', 'deadline: 20m'],
  ])('does not mind %s', (_, from, to) => {
    const other = changed(from, to)
    expect([...placesBetween(POLICY, other), ...placesBetween(other, POLICY)]).toEqual([])
  })

  it('shows files by their content, so that what is approved cannot be exchanged', () => {
    const [first] = loosenings(judging(POLICY), judging(changed('gate.pub', 'other.pub')))
    expect(first).toMatchObject({ place: 'keys.gate', becomes: 'nothing' })
    expect(first?.was).toMatch(/^\{"file":"sha256:[0-9a-f]{64}"\}$/)
    const ben = changed('  x509:', '    ben: { committers: [b@c.test], openpgp: [b.asc] }\n  x509:')
    const digests = ['certificate of somebody', 'another'].map((text) => {
      const exchanged = new Map([...files, ['b.asc', Buffer.from(text)]])
      return looseningDigest(loosenings(judging(POLICY), { policy: parsed(ben), files: exchanged }))
    })
    expect(new Set(digests).size).toBe(2)
  })
})

describe('laws', () => {
  const nothing = new Map<string, Buffer>()
  const asJudging = (policy: Policy) => ({ policy, files: nothing })

  it('no policy is looser than itself', () => {
    fc.assert(
      fc.property(rightPolicy, (policy) => {
        expect(loosenings(asJudging(policy), asJudging(structuredClone(policy)))).toEqual([])
      }),
    )
  })

  const base = parsed(POLICY)
  const suite = (change: Partial<SuitePolicy>): SuitePolicy => {
    const of = base.suites['isolation']
    if (of === undefined) throw new Error('the policy has it')
    return { ...of, ...change }
  }
  const ingredients = {
    mode: fc.constantFrom('enforce' as const, 'observe' as const),
    policyChange: fc.constantFrom(undefined, 0, 1, 2),
    mandatory: fc.boolean(),
    legs: fc.subarray(['linux', 'windows']),
    retries: fc.constantFrom<SuitePolicy['retries'][]>(
      undefined,
      { kind: 'none-in-runner' },
      { kind: 'off-by', arguments: ['a'] },
      { kind: 'off-by', arguments: ['a', 'b'] },
    ),
    hasSuite: fc.boolean(),
    separation: fc.constantFrom('process' as const, 'local' as const),
    rsaBits: fc.constantFrom(2048, 3072),
    zones: fc.constantFrom<Readonly<Record<string, number>>[]>({ a: 1 }, { a: 2 }, { a: 1, b: 1 }),
  }
  const made = fc.record(ingredients)
  type Made = typeof made extends fc.Arbitrary<infer One> ? One : never
  function policyOf({ mandatory, legs, retries, ...rest }: Made): Policy {
    const production = base.environments['production']
    if (production === undefined) throw new Error('the policy has it')
    return {
      ...base,
      mode: rest.mode,
      approvals: { policyChange: rest.policyChange },
      signing: { ...base.signing, rules: { ...base.signing.rules, rsaBits: rest.rsaBits } },
      suites: rest.hasSuite ? { isolation: suite({ mandatory, legs, retries }) } : {},
      keys: { ...base.keys, voucher: [{ file: 'voucher.pub', separation: rest.separation }] },
      environments: { production: { ...production, regions: { eu: rest.zones } } },
    }
  }
  /** Changes of two things at most, so that many a change loosens nothing. */
  const step = fc
    .tuple(made, fc.subarray(Object.keys(ingredients), { maxLength: 2 }))
    .map(([all, keys]): Partial<Made> =>
      Object.fromEntries(Object.entries(all).filter(([key]) => keys.includes(key))),
    )
  const steps = fc.tuple(made, step, step).map(([first, second, third]) => {
    const next = { ...first, ...second }
    return [first, next, { ...next, ...third }].map(policyOf)
  })
  const isFree = (was: Policy, becomes: Policy) =>
    loosenings(asJudging(was), asJudging(becomes)).length === 0

  it('no detour is free: what two changes that loosen nothing come to loosens nothing', () => {
    let tried = 0
    fc.assert(
      fc.property(steps, ([a, b, c]) => {
        if (!a || !b || !c || !isFree(a, b) || !isFree(b, c)) return
        tried += 1
        expect(isFree(a, c)).toBe(true)
      }),
      { numRuns: 1_000 },
    )
    expect(tried).toBeGreaterThan(50)
  })

  it('of two that differ in what is judged, one way loosens', () => {
    fc.assert(
      fc.property(steps, ([a, b]) => {
        if (a && b && isFree(a, b) && isFree(b, a)) expect(a).toEqual(b)
      }),
    )
  })

  it('the order in which loosenings are named does not matter to who approves them', () => {
    const all = loosenings(
      judging(POLICY),
      judging(changed('mode: enforce', 'mode: observe').replace('expires: 1h', 'expires: 2h')),
    )
    expect(all).toHaveLength(2)
    expect(looseningDigest(all.toReversed())).toBe(looseningDigest(all))
    expect(looseningDigest(all.slice(1))).not.toBe(looseningDigest(all))
  })
})
