import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { generateKeyPair } from '@bulkhead/envelope'
import {
  type GitFixture,
  type Person,
  allowedSigners,
  makePerson,
  makeRepository,
} from '@bulkhead/testkit'
import type { CommitId } from '@bulkhead/vocabulary'

/** A small service in a repository that has adopted Bulkhead, with real people and keys. */
export interface Project {
  readonly repository: GitFixture
  readonly genesis: CommitId
  /** Trusted by the allowed signers. */
  readonly ada: Person
  /** Known to nobody. */
  readonly mallory: Person
  /** A file with the private keys of every role, outside of the repository. */
  readonly keysFile: string
}

const ROLES = ['voucher', 'builder', 'gate', 'ledger'] as const

export interface ProjectOptions {
  /** Where the fleet's proxy is to listen. */
  readonly port?: number
  /** Who vouches for test runs, as an entry of the policy; a key within the tests' reach when not given. */
  readonly voucher?: string
  /** Files beside those of every project. */
  readonly files?: Readonly<Record<string, string>>
}

const OWN_VOUCHER = '{ file: .bulkhead/keys/voucher.pub, separation: local }'

/** Makes a project in `directory`. */
export async function makeProject(
  directory: string,
  { port = 1, voucher = OWN_VOUCHER, files = {} }: ProjectOptions = {},
): Promise<Project> {
  await mkdir(directory, { recursive: true })
  const [ada, mallory] = [
    await makePerson('Ada', directory),
    await makePerson('Mallory', directory),
  ]
  const repository = await makeRepository(join(directory, 'work tree'))
  const pairs = ROLES.map((role) => ({ role, ...generateKeyPair() }))
  const keysFile = join(directory, 'keys.pem')
  await writeFile(keysFile, pairs.map((pair) => pair.privateKey).join(''), { mode: 0o600 })
  const genesis = await repository.commit({
    by: ada,
    message: 'Adopt Bulkhead',
    files: {
      ...FILES,
      ...files,
      'bulkhead.yml': policyText(port, voucher),
      '.bulkhead/allowed_signers': allowedSigners([ada]),
      ...Object.fromEntries(
        pairs.map(({ role, publicKey }) => [`.bulkhead/keys/${role}.pub`, publicKey]),
      ),
    },
  })
  return { repository, genesis, ada, mallory, keysFile }
}

/** The suite reads its results from a file, so that a commit decides how it ends. */
const SUITE = `import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
const tests = JSON.parse(readFileSync('tests.json', 'utf8'))
const failed = Object.values(tests).filter((result) => result !== 'ok' && result !== 'skipped')
const skipped = Object.values(tests).filter((result) => result === 'skipped').length
const text = (value) => value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
const cases = Object.entries(tests).map(([name, result]) => {
  const body = result === 'ok' ? '/>' : result === 'skipped' ? '><skipped/></testcase>' : '><failure message="' + text(result) + '">' + text(result) + '</failure></testcase>'
  return '<testcase classname="security" name="' + text(name) + '" time="0"' + body
})
mkdirSync('reports', { recursive: true })
writeFileSync('reports/security.xml', '<testsuites><testsuite name="security" tests="' + cases.length + '" failures="' + failed.length + '" skipped="' + skipped + '">' + cases.join('') + '</testsuite></testsuites>')
for (const [name, result] of Object.entries(tests)) console.log(name + ': ' + result)
process.exitCode = failed.length > 0 ? 1 : 0
`

const SERVER = `import { createServer } from 'node:http'
const server = createServer((request, response) => {
  response.setHeader('content-type', 'application/json')
  response.end(JSON.stringify({ status: 'ok', build: 'BUILD' }))
})
server.listen(Number(process.env.PORT), '127.0.0.1')
process.on('SIGTERM', () => server.close(() => process.exit(0)))
`

const BUILD = `import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
const commit = execFileSync('git', ['rev-parse', 'HEAD']).toString().trim()
mkdirSync('dist', { recursive: true })
writeFileSync('dist/server.mjs', readFileSync('server.mjs', 'utf8').replace('BUILD', commit))
`

const INVENTORY = {
  version: 1,
  suite: 'security',
  tests: [{ file: '', class: 'security', name: 'refuses a stranger' }],
}

const FILES = {
  '.gitignore': 'dist/\nreports/\n',
  'suite.mjs': SUITE,
  'build.mjs': BUILD,
  'server.mjs': SERVER,
  'tests.json': '{ "refuses a stranger": "ok" }\n',
  '.bulkhead/inventory/security.json': `${JSON.stringify(INVENTORY)}\n`,
}

const policyText = (port: number, voucher: string) => `version: 1
mode: enforce
signers: .bulkhead/allowed_signers
suites:
  security:
    mandatory: true
    command: [node, suite.mjs]
    retries: { none-in-runner: true }
    reports: [reports/security.xml]
    inventory: .bulkhead/inventory/security.json
    timeout: 1m
build:
  command: [node, build.mjs]
  artifacts: [dist/server.mjs]
keys:
  voucher: [${voucher}]
  builder: [{ file: .bulkhead/keys/builder.pub }]
  gate: [{ file: .bulkhead/keys/gate.pub }]
  ledger: [{ file: .bulkhead/keys/ledger.pub }]
verdict: { expires: 1h }
environments:
  production:
    target:
      kind: local
      command: [node, '{artifact}']
      env: {}
      health: { path: /, build-field: build, interval: 50ms, deadline: 20s }
      listen: 127.0.0.1:${port}
      drain: 1s
    regions:
      local: { a: 1, b: 1, c: 1 }
    capacity: { required: 1 }
    bake:
      baseline-error-rate: 0.1%
      detect-error-rate: 50%
      false-alarm: 1%
      power: 95%
      requests-per-second: 200
      floor: 1s
      deadline: 20s
`
