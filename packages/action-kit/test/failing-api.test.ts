import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  type Fault,
  GITHUB_TOKEN,
  type GithubServer,
  type TemporaryDirectory,
  startGithub,
  temporaryDirectory,
} from '@bulkhead/testkit'
import {
  type StagedProject,
  type StartedAction,
  assembleRelease,
  stageProject,
  startAction,
} from '../src/testing/index.ts'
import { formsOf, shownBy } from './support/shown.ts'

const status = (code: number, headers: Readonly<Record<string, string>> = {}) => ({
  kind: 'status' as const,
  status: code,
  headers,
})
/** What a request is answered from some call on. `retry-after` keeps the action from waiting. */
const PASSING_FAULT = status(500, { 'retry-after': '0' })
const FAULTS: readonly (readonly [name: string, fault: Fault])[] = [
  ['500', PASSING_FAULT],
  ['403', status(403)],
  ['404', status(404)],
  ['nothing', { kind: 'body', body: '' }],
  ['a page that lacks items', { kind: 'body', body: '{"total_count":2,"jobs":[],"artifacts":[]}' }],
]
/** Answers in which the token comes back, as an echoing proxy or a debug page would have it. */
const ECHO = {
  body: JSON.stringify({ message: `who sent ${GITHUB_TOKEN}?`, id: GITHUB_TOKEN }),
  headers: { 'retry-after': '0', 'x-github-request-id': GITHUB_TOKEN },
}
const ECHOES: readonly Fault[] = [
  { kind: 'body', body: ECHO.body },
  ...[400, 401, 403, 404, 422, 429, 500, 503].map((code): Fault => ({
    ...status(code),
    ...ECHO,
  })),
]

/** The built gate, in a job of its own, with a GitHub that fails it. */
describe('release-gate, when GitHub fails', () => {
  let home: TemporaryDirectory
  let project: StagedProject
  let github: GithubServer
  const entryOf = (name: string) => join(home.path, 'actions', name, 'dist', 'main.mjs')
  beforeAll(async () => {
    home = await temporaryDirectory()
    await assembleRelease(['test-suite', 'release-gate', 'ledger'], home.path)
    project = await stageProject({
      directory: join(home.path, 'project'),
      testSuite: entryOf('test-suite'),
    })
  })
  afterAll(() => home[Symbol.asyncDispose]())
  beforeEach(async () => {
    github = await startGithub()
    project.stageOn(github)
  })
  afterEach(() => github[Symbol.asyncDispose]())

  let count = 0
  const start = (name: string, inputs: Readonly<Record<string, string>>) =>
    startAction({
      entry: entryOf(name),
      inputs: { genesis: project.genesis, ...inputs },
      workspace: project.repository.path,
      temp: join(home.path, `temp-${(count += 1)}`),
      env: project.environment(github.url),
    })
  const gate = () =>
    start('release-gate', { 'keys-file': project.keysFile, 'github-token': GITHUB_TOKEN })

  /** Not green, no word of a PASS, no attestation of one, and the token in no form. */
  async function expectClosed(run: StartedAction, at: string): Promise<void> {
    expect([1, 3], `${at}\n${run.stdout}`).toContain(run.exitCode)
    expect(run.outputs['verdict'], at).toBe(run.exitCode === 1 ? 'BLOCK' : 'ERROR')
    expect(run.stdout, at).not.toContain('release-gate: PASS')
    expect(run.stderr, at).toBe('')
    // Each fault closes by itself, and what GitHub did not say denies nothing for good.
    expect(run.stdout, at).not.toContain('gate/denied-before')
    const attestation = run.outputs['attestation'] ?? ''
    if (attestation !== '') expect(await outcomeIn(attestation), at).toBe('BLOCK')
    for (const form of formsOf(GITHUB_TOKEN)) expect(shownBy(run), at).not.toContain(form)
  }

  async function outcomeIn(file: string): Promise<unknown> {
    const { payload } = JSON.parse(await readFile(file, 'utf8')) as { readonly payload: string }
    const statement = JSON.parse(Buffer.from(payload, 'base64').toString()) as {
      readonly predicate: { readonly outcome?: unknown }
    }
    return statement.predicate.outcome
  }

  it.each(FAULTS)('from any of its answers on (%s), never passes', async (_, fault) => {
    const calls = await callsOfAPass()
    for (let from = 0; from < calls; from += 1) {
      const before = github.requests.length
      github.fault = (_request, index) => (index - before >= from ? fault : undefined)
      await expectClosed(await gate(), `call ${from} of ${calls}`)
    }
  })

  it('shows a token that GitHub sends back in no form', async () => {
    for (const echo of ECHOES) {
      github.fault = () => echo
      await expectClosed(await gate(), JSON.stringify(echo))
    }
  })

  it('takes its token to no other origin', async () => {
    await using elsewhere = await startGithub()
    const calls = await callsOfAPass()
    const first = github.requests.length
    const location = `${elsewhere.url}/api/v3/repos/octo/app`
    for (let from = 0; from < calls; from += 1) {
      const before = github.requests.length
      github.fault = (_request, index) =>
        index - before >= from ? status(302, { location }) : undefined
      await expectClosed(await gate(), `call ${from} of ${calls}`)
    }
    expect(github.requests.length).toBeGreaterThan(first)
    expect(elsewhere.requests.length).toBeGreaterThanOrEqual(calls)
    for (const { authorization } of elsewhere.requests) expect(authorization).toBeUndefined()
  })

  it('asks again after a fault that passes, and then passes', async () => {
    const asked = new Set<string>()
    github.fault = ({ at, path }) => {
      const isFirst = !asked.has(`${at} ${path}`)
      asked.add(`${at} ${path}`)
      return isFirst ? PASSING_FAULT : undefined
    }
    const run = await gate()
    expect(run, run.stdout).toMatchObject({ exitCode: 0, outputs: { verdict: 'PASS' } })
    expect(github.violations).toEqual([])
    expect(asked.size).toBeGreaterThan(6)
  })

  it('leaves a ledger that verifies, after all of that', async () => {
    const run = await start('ledger', { command: 'verify' })
    expect(run, run.stdout).toMatchObject({ exitCode: 0, outputs: { verdict: 'VERIFIED' } })
    expect(Number(run.outputs['size'])).toBeGreaterThan(2)
  })

  /** How often GitHub is asked until there is a PASS. */
  let known: number | undefined
  async function callsOfAPass(): Promise<number> {
    if (known !== undefined) return known
    const run = await gate()
    expect(run, run.stdout).toMatchObject({ exitCode: 0, outputs: { verdict: 'PASS' } })
    expect(github.violations).toEqual([])
    known = github.requests.length
    expect(known).toBeGreaterThan(6)
    return known
  }
})
