import { describe, expect, it } from 'vitest'
import { parsePolicy } from '../src/index.ts'
import { exampleWith, positionOf } from './example-policy.ts'

const findingsOf = (text: string) => {
  const parsed = parsePolicy(text)
  return parsed.ok ? [] : parsed.findings
}

const ARN = 'arn:aws:kms:eu-central-1:111122223333:alias/gate'
const JOB = '{ repository-id: 7, workflow: .github/workflows/ci.yml, job: tests }'
const workflow = (name: string) =>
  `{ issuer: 'https://issuer.test', identity: 'https://github.com/o/r/.github/workflows/${name}.yml@refs/heads/main', repository-id: 7 }`

const advisory = `suites:
  lint:
    mandatory: false
    command: [npm, test]
    reports: [reports/lint.xml]
`

/** `to` contradicts, `twin` differs as little as possible and does not. */
const contradictions: readonly {
  name: string
  from: string
  to: string
  twin: string
  at: string
  says: string
}[] = [
  {
    name: 'a mandatory suite without inventory',
    from: '    inventory: .bulkhead/inventory/tenant-isolation.json   # required when mandatory\n',
    to: '    # none\n',
    twin: '    inventory: x.json\n',
    at: 'true',
    says: 'has no inventory',
  },
  {
    name: 'more required than there are units',
    from: 'required: 5',
    to: 'required: 10',
    twin: 'required: 9',
    at: '10 }',
    says: 'wants 10 healthy units of a fleet of 9',
  },
  {
    name: 'surviving a zone given up where there are several',
    from: 'capacity: { required: 5 }',
    to: 'capacity: { required: 5, zones: 1 }',
    twin: 'capacity: { required: 5, surge: 1 }',
    at: '1 }',
    says: 'every region has several',
  },
  {
    name: 'a region of one zone that is not declared',
    from: 'local: { a: 3, b: 3, c: 3 }',
    to: 'local: { a: 9 }',
    twin: 'local: { a: 5, b: 4 }',
    at: 'local: { a: 9 }',
    says: 'has one zone only',
  },
  {
    name: 'a number for a region that there is not',
    from: 'capacity: { required: 5 }',
    to: 'capacity: { required: 5, required-in: { eu: 4 } }',
    twin: 'capacity: { required: 5, required-in: { local: 4 } }',
    at: '4 }',
    says: 'names "eu", which is not a region',
  },
  {
    name: 'an environment that comes after itself',
    from: 'capacity: { required: 5 }',
    to: 'capacity: { required: 5 }\n    after: production',
    twin: 'capacity: { required: 5 }\n    artifact: dist/tenant-app.mjs',
    at: 'production\n    bake',
    says: 'which is not another environment',
  },
  {
    name: 'an artifact that is not built',
    from: 'capacity: { required: 5 }',
    to: 'capacity: { required: 5 }\n    artifact: dist/other.mjs',
    twin: 'capacity: { required: 5 }\n    artifact: dist/tenant-app.mjs',
    at: 'dist/other.mjs',
    says: 'which is not one of `build.artifacts`',
  },
  {
    name: 'a freeze that ends before it begins',
    from: 'capacity: { required: 5 }',
    to: 'capacity: { required: 5 }\n    schedule: { freeze: [{ from: 2026-12-20 18:00, to: 2026-12-20 18:00, reason: x }] }',
    twin: 'capacity: { required: 5 }\n    schedule: { freeze: [{ from: 2026-12-20 18:00, to: 2026-12-20 18:01, reason: x }] }',
    at: '2026-12-20 18:00, reason',
    says: 'freezes nothing',
  },
  {
    name: 'a freeze by two calendars',
    from: 'capacity: { required: 5 }',
    to: 'capacity: { required: 5 }\n    schedule: { freeze: [{ from: fri 16:00, to: 2026-12-20 18:00, reason: x }] }',
    twin: 'capacity: { required: 5 }\n    schedule: { freeze: [{ from: fri 16:00, to: mon 08:00, reason: x }] }',
    at: '2026-12-20 18:00, reason',
    says: 'by different calendars',
  },
  {
    name: 'a rate to detect that is the baseline',
    from: 'detect-error-rate: 20%',
    to: 'detect-error-rate: 0.1%',
    twin: 'detect-error-rate: 0.11%',
    at: '0.1%, false',
    says: 'must be above `baseline-error-rate`',
  },
  {
    name: 'power that is no better than the false alarms',
    from: 'power: 95%',
    to: 'power: 1%',
    twin: 'power: 1.5%',
    at: '1%, requests',
    says: 'must be above `false-alarm`',
  },
  {
    name: 'a floor above the deadline',
    from: 'floor: 2s',
    to: 'floor: 61s',
    twin: 'floor: 60s',
    at: '61s',
    says: 'must not be longer than `deadline`',
  },
  {
    name: 'asking for health less often than the deadline',
    from: 'interval: 250ms',
    to: 'interval: 16s',
    twin: 'interval: 15s',
    at: '16s',
    says: 'must not be longer than `deadline`',
  },
  {
    name: 'a target command without the artifact',
    from: '[node, "{artifact}"]',
    to: '[node, artifact]',
    twin: '[node, "--import={artifact}"]',
    at: '[node, artifact]',
    says: 'never names `{artifact}`',
  },
  {
    name: 'one key file in two roles',
    from: 'keys/gate.pub',
    to: 'keys/voucher.pub',
    twin: 'keys/Voucher.pub',
    at: '.bulkhead/keys/voucher.pub }]\n  ledger',
    says: 'stands at keys.voucher[0].file already',
  },
  {
    name: 'one key file twice in a role',
    from: '[{ file: .bulkhead/keys/gate.pub }]',
    to: '[{ file: g.pub }, { file: g.pub }]',
    twin: '[{ file: g.pub }, { file: h.pub }]',
    at: 'g.pub }]',
    says: 'stands at keys.gate[0].file already',
  },
  {
    name: 'a signer with a file and an identity',
    from: '[{ file: .bulkhead/keys/gate.pub }]',
    to: `[{ file: g.pub, sigstore: ${workflow('gate')} }]`,
    twin: `[{ file: g.pub }, { sigstore: ${workflow('gate')} }]`,
    at: 'file: g.pub',
    says: 'keys.gate[0].file stands beside `sigstore`',
  },
  {
    name: 'a key service beside an identity',
    from: '[{ file: .bulkhead/keys/gate.pub }]',
    to: `[{ kms: '${ARN}', sigstore: ${workflow('gate')} }]`,
    twin: `[{ sigstore: ${workflow('gate')} }]`,
    at: `kms: '`,
    says: 'keys.gate[0].kms stands beside `sigstore`',
  },
  {
    name: 'one workflow in two roles',
    from: '[{ file: .bulkhead/keys/builder.pub }]\n  gate: [{ file: .bulkhead/keys/gate.pub }]',
    to: `[{ sigstore: ${workflow('gate')} }]\n  gate: [{ sigstore: ${workflow('gate')} }]`,
    twin: `[{ sigstore: ${workflow('build')} }]\n  gate: [{ sigstore: ${workflow('gate')} }]`,
    at: '',
    says: 'who signs has one role',
  },
  {
    name: 'a voucher that is a key and a job',
    from: '[{ file: .bulkhead/keys/voucher.pub, separation: process }]',
    to: `[{ file: v.pub, github: ${JOB} }]`,
    twin: `[{ file: v.pub, separation: local }, { github: ${JOB} }]`,
    at: 'file: v.pub',
    says: 'keys.voucher[0].file stands beside `github`',
  },
  {
    name: 'the policy as its own signers',
    from: 'signers: .bulkhead/allowed_signers',
    to: 'signers: bulkhead.yml',
    twin: 'signers: bulkhead.yaml',
    at: 'bulkhead.yml',
    says: 'stands at the policy already',
  },
  {
    name: 'one committer of two principals',
    from: 'suites:\n',
    to: 'signing: { principals: { a: { committers: [a@b.c] }, b: { committers: [a@b.c] } } }\nsuites:\n',
    twin: 'signing: { principals: { a: { committers: [a@b.c] }, b: { committers: [b@b.c] } } }\nsuites:\n',
    at: 'a@b.c] } } }',
    says: 'a committer belongs to one principal',
  },
  {
    name: 'X.509 certificates that no root vouches for',
    from: 'suites:\n',
    to: 'signing: { principals: { a: { committers: [a@b.c], x509: [a@b.c] } } }\nsuites:\n',
    twin: 'signing: { x509: { roots: r.pem }, principals: { a: { committers: [a@b.c], x509: [a@b.c] } } }\nsuites:\n',
    at: '',
    says: '`signing.x509` does not say who vouches for them',
  },
  {
    name: 'two suites with one report',
    from: 'suites:\n',
    to: advisory.replace('lint.xml', 'tenant-isolation.xml'),
    twin: advisory,
    at: '',
    says: 'a report counts for one suite',
  },
  {
    name: 'two suites with one inventory',
    from: 'suites:\n',
    to: `${advisory}    inventory: .bulkhead/inventory/tenant-isolation.json\n`,
    twin: `${advisory}    inventory: .bulkhead/inventory/lint.json\n`,
    at: '',
    says: 'a file that the policy names has one use',
  },
  {
    name: 'a metric without a source',
    from: '    capacity: { required: 5 }\n',
    to: `    capacity: { required: 5 }\n    analysis: { metrics: { m: { kind: heartbeat, query: q, allowed-drop: 30% } } }\n`,
    twin: `    capacity: { required: 5 }\n    analysis: { source: { kind: json, url: 'https://a.example', watermark: w }, metrics: { m: { kind: heartbeat, query: q, allowed-drop: 30% } } }\n`,
    at: '',
    says: 'does not say where',
  },
  {
    name: 'a probe that nothing passes',
    from: '    capacity: { required: 5 }\n',
    to: `    capacity: { required: 5 }\n    analysis: { metrics: { m: { kind: probe, url: 'https://a.example', tries: 3, required: 4 } } }\n`,
    twin: `    capacity: { required: 5 }\n    analysis: { metrics: { m: { kind: probe, url: 'https://a.example', tries: 4, required: 4 } } }\n`,
    at: '',
    says: 'must not be above `tries`',
  },
  {
    name: 'an artifact twice',
    from: '[dist/tenant-app.mjs]',
    to: '[dist/a, dist/a]',
    twin: '[dist/a, dist/b]',
    at: 'dist/a]',
    says: 'stands at build.artifacts[0] already',
  },
]

describe('a contradiction', () => {
  it.each(contradictions)('$name', ({ from, to, at, says }) => {
    const text = exampleWith({ from, to })
    const findings = findingsOf(text)
    expect(findings).toMatchObject([
      { code: 'policy/inconsistent', message: expect.stringContaining(says) },
    ])
    if (at !== '') expect(findings[0]?.subject).toBe(`bulkhead.yml:${positionOf(text, at)}`)
  })

  it.each(contradictions)('and not: $name', ({ from, twin }) => {
    expect(findingsOf(exampleWith({ from, to: twin }))).toEqual([])
  })

  it('names the second place, too', () => {
    const text = exampleWith({ from: 'required: 5', to: 'required: 10' })
    expect(findingsOf(text)[0]?.message).toContain(
      `(see bulkhead.yml:${positionOf(text, 'local: { a')}`,
    )
  })

  it('a policy that can demand nothing', () => {
    const text = exampleWith({ from: 'mandatory: true', to: 'mandatory: false' })
    expect(findingsOf(text)).toMatchObject([
      {
        subject: `bulkhead.yml:${positionOf(text, 'suites:')}`,
        message: expect.stringContaining('no suite is mandatory'),
      },
    ])
  })

  it.each([
    ['false-alarm: 1%', 'false-alarm: 0%', 'above 0%'],
    ['power: 95%', 'power: 100%', 'below 100%'],
  ])('certainty: %s as %s', (from, to, says) => {
    expect(findingsOf(exampleWith({ from, to }))).toMatchObject([
      { code: 'policy/invalid-value', message: expect.stringContaining(says) },
    ])
  })

  it.each([
    ['gate', '[{ file: .bulkhead/keys/gate.pub }]', `[{ kms: '${ARN}' }]`, 'file'],
    ['voucher', '[{ file: .bulkhead/keys/voucher.pub, separation: process }]', '[{}]', 'file'],
    ['voucher', ', separation: process', '', 'separation'],
  ])('says what an entry of keys.%s lacks', (role, from, to, key) => {
    expect(findingsOf(exampleWith({ from, to }))[0]).toMatchObject({
      code: 'policy/missing-key',
      message: expect.stringContaining(`keys.${role}[0]: the key \`${key}\` is missing`),
    })
  })
})
