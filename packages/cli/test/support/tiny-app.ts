/** The files of a service so small that a whole release of it takes seconds. */

/** Writes its results as JUnit; which tests there are and how they end, a committed file says. */
const SUITE = `import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
const tests = JSON.parse(readFileSync('tests.json', 'utf8'))
const cases = Object.entries(tests).map(([name, result]) =>
  '<testcase classname="tenants" name="' + name + '" time="0">' + (result === 'ok' ? '' : '<failure message="no"/>') + '</testcase>')
const failures = Object.values(tests).filter((result) => result !== 'ok').length
mkdirSync('reports', { recursive: true })
writeFileSync('reports/tenant-isolation.xml', '<testsuites><testsuite name="tenants" tests="' + cases.length + '" failures="' + failures + '">' + cases.join('') + '</testsuite></testsuites>')
process.exitCode = failures > 0 ? 1 : 0
`

const SERVER = `import { createServer } from 'node:http'
const server = createServer((request, response) => {
  const health = request.url === '/health'
  response.statusCode = health ? HEALTH : 200
  response.setHeader('content-type', 'application/json')
  response.end(JSON.stringify(health ? { build: 'BUILD' } : { tenant: 'acme' }))
})
server.listen(Number(process.env.PORT), '127.0.0.1')
process.on('SIGTERM', () => server.close(() => process.exit(0)))
`

/** Copies the server, with the commit that it is built from in it. */
const BUILD = `import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
const commit = execFileSync('git', ['rev-parse', 'HEAD']).toString().trim()
mkdirSync('dist', { recursive: true })
writeFileSync('dist/server.mjs', readFileSync('server.mjs', 'utf8').replace('BUILD', commit))
`

/** A server that answers its health path with this status. */
export const serverText = (health: 200 | 503): string => SERVER.replace('HEALTH', String(health))

export const testsText = (tests: Readonly<Record<string, 'ok' | 'failed'>>): string =>
  `${JSON.stringify(tests)}\n`

export const TINY_APP: Readonly<Record<string, string>> = {
  '.gitignore': 'dist/\nreports/\n',
  'suite.mjs': SUITE,
  'build.mjs': BUILD,
  'server.mjs': serverText(200),
  'tests.json': testsText({ 'acme cannot read globex': 'ok', 'globex cannot read acme': 'ok' }),
}

export interface TinyPolicy {
  readonly port: number
  readonly mode?: 'enforce' | 'observe'
  /** A unit that is not healthy after this long has failed. */
  readonly healthDeadline?: string
  /** A wave without traffic is inconclusive after this long. */
  readonly bakeDeadline?: string
  readonly unitsPerZone?: number
  /** As many as stand in a zone unless another number is wanted. */
  readonly required?: number
  /** Units that a zone may have beyond its own. */
  readonly surge?: number
  /** Further keys of the environment, each on a line of its own. */
  readonly environment?: readonly string[]
  /** Further keys of the policy itself. */
  readonly more?: string
}

/** The policy of the tiny app: three zones with one unit each unless more are wanted, and a bake of a few requests. */
export const policyText = ({
  port,
  mode = 'enforce',
  healthDeadline = '20s',
  bakeDeadline = '60s',
  unitsPerZone = 1,
  required = unitsPerZone,
  surge = 0,
  environment = [],
  more = '',
}: TinyPolicy): string => `version: 1
mode: ${mode}
signers: .bulkhead/allowed_signers
suites:
  tenant-isolation:
    mandatory: true
    command: [node, suite.mjs]
    retries: { none-in-runner: true }
    reports: [reports/tenant-isolation.xml]
    inventory: .bulkhead/inventory/tenant-isolation.json
    timeout: 1m
build:
  command: [node, build.mjs]
  artifacts: [dist/server.mjs]
keys:
  voucher: [{ file: .bulkhead/keys/voucher.pub, separation: local }]
  builder: [{ file: .bulkhead/keys/builder.pub }]
  gate: [{ file: .bulkhead/keys/gate.pub }]
  ledger: [{ file: .bulkhead/keys/ledger.pub }]
verdict: { expires: 1h }
${more}environments:
  production:
    target:
      kind: local
      command: [node, '{artifact}']
      health: { path: /health, build-field: build, interval: 50ms, deadline: ${healthDeadline} }
      listen: 127.0.0.1:${port}
      drain: 1s
    regions:
      local: { a: ${unitsPerZone}, b: ${unitsPerZone}, c: ${unitsPerZone} }
    capacity: { required: ${required}${surge > 0 ? `, surge: ${surge}` : ''} }
    bake:
      baseline-error-rate: 0.1%
      detect-error-rate: 60%
      false-alarm: 2%
      power: 90%
      requests-per-second: 100
      floor: 0s
      deadline: ${bakeDeadline}
${environment.map((line) => `    ${line}\n`).join('')}`
