import type { Finding } from '@bulkhead/vocabulary'
import { describe, expect, it } from 'vitest'
import { parsePolicy } from '../src/index.ts'
import { documentedPolicies, exampleWith, positionOf } from './example-policy.ts'

const findingsOf = (text: string | Uint8Array): readonly Finding[] => {
  const parsed = parsePolicy(text)
  return parsed.ok ? [] : parsed.findings
}

describe('a right policy', () => {
  it('parses into numbers and camel case', () => {
    const parsed = parsePolicy(exampleWith())
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.findings))
    expect(parsed.policy).toEqual({
      version: 1,
      mode: 'enforce',
      signers: '.bulkhead/allowed_signers',
      signing: {
        revoked: undefined,
        principals: {},
        x509: undefined,
        sigstore: undefined,
        rules: {
          author: 'any',
          touch: 'required',
          tags: 'any',
          rsaBits: 2048,
          forge: 'clean-merges',
        },
      },
      suites: {
        'tenant-isolation': {
          mandatory: true,
          command: ['npm', 'run', '--silent', 'test:isolation', '--', '--retry=0'],
          reports: ['reports/tenant-isolation.xml'],
          format: 'junit',
          retries: { kind: 'off-by', arguments: ['--retry=0'] },
          inventory: '.bulkhead/inventory/tenant-isolation.json',
          timeout: 300_000,
          legs: ['linux', 'windows'],
          shards: 4,
        },
      },
      build: { command: ['npm', 'run', '--silent', 'build'], artifacts: ['dist/tenant-app.mjs'] },
      keys: {
        voucher: [{ file: '.bulkhead/keys/voucher.pub', separation: 'process' }],
        builder: [{ file: '.bulkhead/keys/builder.pub' }],
        gate: [{ file: '.bulkhead/keys/gate.pub' }],
        ledger: [{ file: '.bulkhead/keys/ledger.pub' }],
      },
      verdictExpires: 3_600_000,
      approvals: { policyChange: 2 },
      notify: [],
      hotfix: {
        approvals: 2,
        approvalExpires: 1_800_000,
        slo: { acknowledged: 300_000, approved: 600_000, gated: 720_000, everywhere: 900_000 },
        quota: 3,
        mostDiff: 400,
        paths: ['src/**', 'test/**', '.bulkhead/inventory/**'],
        grace: 259_200_000,
        reviewGrace: 86_400_000,
        yieldWithin: 60_000,
        proof: ['node', 'exploit.mjs'],
      },
      environments: {
        production: {
          name: 'production',
          target: {
            kind: 'local',
            command: ['node', '{artifact}'],
            env: { APP_ENV: 'production' },
            health: { path: '/health', buildField: 'build', interval: 250, deadline: 15_000 },
            listen: { host: '127.0.0.1', port: 8080 },
            drain: 10_000,
          },
          regions: { local: { a: 3, b: 3, c: 3 } },
          coalesce: 8,
          required: 5,
          requiredIn: {},
          singleZone: false,
          surge: 0,
          after: undefined,
          artifact: undefined,
          migrations: undefined,
          mixedTest: undefined,
          schedule: { timeZone: 'UTC', freeze: [], mostAtOnce: undefined, spacing: 0 },
          analysis: undefined,
          bake: {
            baselineErrorRate: 0.001,
            detectErrorRate: 0.2,
            falseAlarm: 0.01,
            power: 0.95,
            requestsPerSecond: 200,
            floor: 2000,
            deadline: 60_000,
          },
        },
      },
    })
  })

  it.each(documentedPolicies.map((text, index) => ({ index, text })))(
    'is every policy of the README ($index)',
    ({ text }) => {
      expect(findingsOf(text)).toEqual([])
    },
  )

  it('gets the defaults that the format names', () => {
    const parsed = parsePolicy(documentedPolicies[1] ?? '')
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.findings))
    const { mode, suites, build, verdictExpires, environments } = parsed.policy
    expect({ mode, verdictExpires, command: build.command }).toEqual({
      mode: 'enforce',
      verdictExpires: 3_600_000,
      command: undefined,
    })
    expect(suites['security']).toMatchObject({
      format: 'auto',
      timeout: 600_000,
      legs: [],
      shards: 1,
    })
    expect(environments['production']?.target.env).toEqual({})
  })

  it('has no suite or environment by the name of what every object has', () => {
    const parsed = parsePolicy(exampleWith())
    if (!parsed.ok) throw new Error('not parsed')
    expect(parsed.policy.suites['constructor']).toBeUndefined()
    expect(parsed.policy.environments['toString']).toBeUndefined()
  })

  it('may come as bytes, with a byte order mark and CRLF', () => {
    const text = `\ufeff${exampleWith().replaceAll('\n', '\r\n')}`
    expect(findingsOf(Buffer.from(text))).toEqual([])
    expect(findingsOf(text)).toEqual([])
  })
})

/** One edit of the right policy each: what is found, and at which piece of the text. */
const wrongValues: readonly { from: string; to: string; at?: string; says: string }[] = [
  { from: 'version: 1', to: 'version: 2', at: '2', says: 'found the number 2, want the number 1' },
  {
    from: 'version: 1',
    to: 'version: "1"',
    at: '"1"',
    says: 'found the text "1", want the number 1',
  },
  { from: 'mode: enforce', to: 'mode: off', at: 'off', says: 'want enforce or observe' },
  { from: 'timeout: 5m', to: 'timeout: 5', at: '5', says: 'found the number 5, want a duration' },
  { from: 'timeout: 5m', to: 'timeout: 0s', at: '0s', says: 'want a duration above zero' },
  { from: 'timeout: 5m', to: 'timeout: 1.5m', at: '1.5m', says: 'want a duration' },
  { from: 'expires: 1h', to: 'expires: 25d', at: '25d', says: 'up to 24d' },
  { from: 'timeout: 5m', to: 'timeout:', at: 'timeout:', says: 'found nothing, want a duration' },
  { from: '0.1%', to: '0.1', at: '0.1,', says: 'found the number 0.1, want a percentage' },
  { from: '0.1%', to: '101%', at: '101%', says: 'want a percentage' },
  {
    from: 'mandatory: true',
    to: 'mandatory: yes',
    at: 'yes',
    says: 'found the text "yes", want true or false',
  },
  { from: 'shards: 4', to: 'shards: 0', at: '0', says: 'want a whole number from 1 to 1000' },
  { from: 'shards: 4', to: 'shards: 2.5', at: '2.5', says: 'want a whole number' },
  { from: 'legs: [linux, windows]', to: 'legs: []', at: '[]', says: 'want a list of names' },
  { from: 'legs: [linux, windows]', to: 'legs: linux', at: 'linux', says: 'want a list of names' },
  {
    from: 'legs: [linux, windows]',
    to: 'legs: [Linux]',
    at: 'Linux',
    says: 'want a name of lower-case',
  },
  { from: 'legs: [linux, windows]', to: 'legs: [a, b, a]', at: '[a, b, a]', says: 'each once' },
  {
    from: 'format: junit',
    to: 'format: xml',
    at: 'xml',
    says: 'found the text "xml", want one of auto, junit',
  },
  {
    from: 'separation: process',
    to: 'separation: none',
    at: 'none',
    says: 'want process (the tests',
  },
  { from: 'kind: local', to: 'kind: kubernetes', at: 'kubernetes', says: 'want local' },
  { from: '127.0.0.1:8080', to: '8080', at: '8080', says: 'want HOST:PORT' },
  { from: '127.0.0.1:8080', to: '127.0.0.1:65536', at: '127.0.0.1:65536', says: 'want HOST:PORT' },
  { from: '127.0.0.1:8080', to: '"[::g]:80"', at: '"[::g]', says: 'want HOST:PORT' },
  { from: 'c: 3', to: 'c: 0', at: '0 }', says: 'found the number 0, want a whole number from 1' },
  { from: 'c: 3', to: 'c: 1.5', at: '1.5', says: 'want a whole number' },
  { from: 'required: 5', to: 'required: 0', at: '0 }', says: 'want a whole number from 1' },
  {
    from: '[npm, run, --silent, build]',
    to: 'npm run build',
    at: 'npm run build',
    says: 'want a command as a list',
  },
  { from: '[npm, run, --silent, build]', to: '[]', at: '[]', says: 'found an empty list' },
  { from: '[npm, run, --silent, build]', to: '["", x]', at: '["", x]', says: 'want a command' },
  {
    from: 'APP_ENV: production',
    to: 'APP_ENV: 1',
    at: '1 }',
    says: 'numbers and true or false want quotes',
  },
  { from: 'APP_ENV: production', to: 'PORT: "80"', at: 'PORT', says: 'other than PORT' },
  { from: 'path: /health', to: 'path: health', at: 'health, build', says: 'want a URL path' },
  {
    from: 'tenant-isolation:\n',
    to: 'Tenant:\n',
    at: 'Tenant',
    says: 'found the text "Tenant" as a key, want a name',
  },
  { from: 'production:\n', to: 'constructor:\n', at: 'constructor', says: 'it is a reserved word' },
  {
    from: 'local: { a: 3, b: 3, c: 3 }',
    to: 'local: [3, 3]',
    at: '[3, 3]',
    says: 'found a list of 2, want a mapping',
  },
  {
    from: 'requests-per-second: 200',
    to: 'requests-per-second: .inf',
    at: '.inf',
    says: 'want a number from',
  },
]

const wrongPaths = [
  '/etc/passwd',
  '../x',
  'a/../b',
  './a',
  'a//b',
  'a/',
  'a\\\\b',
  'a\\u0000b',
  'a\\u202eb',
  '',
]

describe('a wrong value', () => {
  it.each(wrongValues)('$to: $says', ({ from, to, at, says }) => {
    const text = exampleWith({ from, to })
    const offset = text.indexOf(to)
    const place = positionOf(text, text.slice(text.indexOf(at ?? to, offset)))
    expect(findingsOf(text)).toEqual([
      {
        code: 'policy/invalid-value',
        subject: `bulkhead.yml:${place}`,
        message: expect.stringContaining(says),
        remedy: expect.stringMatching(/Change it|Rename it|Choose another/),
      },
    ])
  })

  it.each(wrongPaths)('a path that is not below the top of the repository: %j', (path) => {
    const text = exampleWith({ from: 'dist/tenant-app.mjs', to: `"${path}"` })
    expect(findingsOf(text)).toMatchObject([
      {
        code: 'policy/invalid-value',
        subject: `bulkhead.yml:${positionOf(text, `"${path}"`)}`,
        message: expect.stringContaining('build.artifacts[0]: found the text'),
      },
    ])
  })

  it.each(['..a/b', 'a/...', '.hidden', 'with space', 'ümlaut/ok', 'a/**/*.xml'])(
    'is not a path that only looks odd: %j',
    (path) => {
      expect(
        findingsOf(exampleWith({ from: 'reports/tenant-isolation.xml', to: `"${path}"` })),
      ).toEqual([])
    },
  )

  it('may be many: all are named, in the order of the file', () => {
    const text = exampleWith({ from: 'timeout: 5m', to: 'timeout: 5' })
      .replace('20%', '20')
      .replace('signers:', 'signrs:')
      .replace('required: 5', 'required: 10')
    expect(findingsOf(text).map(({ code, subject }) => [code, subject])).toEqual([
      ['policy/unknown-key', 'bulkhead.yml:4:1'],
      ['policy/invalid-value', `bulkhead.yml:${positionOf(text, '5       ')}`],
      ['policy/inconsistent', `bulkhead.yml:${positionOf(text, '10 }')}`],
      ['policy/invalid-value', `bulkhead.yml:${positionOf(text, '20,')}`],
    ])
  })

  it('does not hide a contradiction elsewhere', () => {
    const text = exampleWith({ from: '"{artifact}"', to: 'app.mjs' }).replace(
      'timeout: 5m',
      'timeout: 5',
    )
    expect(findingsOf(text).map(({ code }) => code)).toEqual([
      'policy/invalid-value',
      'policy/inconsistent',
    ])
  })

  it('never fills the screen', () => {
    const text = Array.from({ length: 5000 }, (_, i) => `unknown-${i}: ${'x'.repeat(20)}`).join(
      '\n',
    )
    const findings = findingsOf(text)
    expect(findings).toHaveLength(101)
    expect(findings.at(-1)?.message).toMatch(/more findings are not shown/)
  })
})

describe('a missing key', () => {
  const required = ['version', 'signers', 'suites', 'build', 'keys', 'environments']

  it('is named with the mapping that lacks it and an example', () => {
    const text = exampleWith({ from: ', separation: process', to: '' })
    expect(findingsOf(text)).toEqual([
      {
        code: 'policy/missing-key',
        subject: `bulkhead.yml:${positionOf(text, '{ file: .bulkhead/keys/voucher.pub')}`,
        message: expect.stringContaining(
          'keys.voucher[0]: the key `separation` is missing; it wants process',
        ),
        remedy: 'Add it, for example: `separation: process`.',
      },
    ])
  })

  it.each([
    ['signing: { rules: { author: committer } }', false],
    ['signing: { principals: { a: { committers: [a@b.c] } } }', true],
  ])('is `signers`, unless somebody else signs: %s', (to, right) => {
    const text = exampleWith({ from: 'signers: .bulkhead/allowed_signers', to })
    const messages = findingsOf(text).map(({ message }) => message)
    expect(messages).toEqual(right ? [] : [expect.stringContaining('the key `signers` is missing')])
  })

  it('is each of them, when all are missing', () => {
    const messages = findingsOf('mode: observe\n').map(({ message }) => message)
    expect(messages).toHaveLength(required.length)
    for (const key of required)
      expect(messages.join('\n')).toContain(`the key \`${key}\` is missing`)
  })

  it.each(['', '# nothing\n', '- a\n', 'text', '42', 'null'])(
    'is not the word for no policy at all: %j',
    (text) => {
      expect(findingsOf(text)).toMatchObject([
        {
          code: 'policy/invalid-value',
          message: expect.stringContaining('want a mapping with the keys of the policy'),
        },
      ])
    },
  )
})

describe('an unknown key', () => {
  it.each([
    ['signers:', 'signer:', 'signers'],
    ['build-field:', 'buildField:', 'build-field'],
    ['build-field:', 'build_field:', 'build-field'],
    ['floor:', 'flor:', 'floor'],
    ['timeout:', 'timeuot:', 'timeout'],
    ['environments:', 'enviroments:', 'environments'],
  ])('%s written %s: did you mean %s?', (from, to, meant) => {
    const text = exampleWith({ from, to })
    expect(findingsOf(text)).toEqual([
      {
        code: 'policy/unknown-key',
        subject: `bulkhead.yml:${positionOf(text, to)}`,
        message: expect.stringContaining(`did you mean \`${meant}\`?`),
        remedy: `Rename \`${to.slice(0, -1)}\` to \`${meant}\`, or remove it.`,
      },
    ])
  })

  it('that resembles nothing gets the list of known ones', () => {
    const text = exampleWith({ from: 'verdict:', to: 'notifications: {}\nverdict:' })
    expect(findingsOf(text)).toMatchObject([
      {
        code: 'policy/unknown-key',
        message: expect.stringContaining('known here: version, mode, signers'),
      },
    ])
  })

  it.each(['constructor', 'toString', '__proto__', 'hasOwnProperty'])(
    'is also what every object has: %s',
    (key) => {
      const text = exampleWith({ from: 'verdict:', to: `${key}: {}\nverdict:` })
      expect(findingsOf(text)).toMatchObject([
        { code: 'policy/unknown-key', subject: `bulkhead.yml:${positionOf(text, `${key}: {}`)}` },
      ])
    },
  )
})
