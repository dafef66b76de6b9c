import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type TemporaryDirectory, temporaryDirectory } from '@bulkhead/testkit'
import type { CommitId } from '@bulkhead/vocabulary'
import { type Answer, answerOf } from './support/answers.ts'
import { type CommandLine, installBulkhead, processesOf } from './support/command-line.ts'
import { startLoad } from './support/load.ts'
import { policyText, testsText } from './support/tiny-app.ts'
import { type TinyProject, freePort, makeTinyProject, writeFiles } from './support/tiny-project.ts'

/** In order, each step on what the one before left: this is the way of a release. */
describe('the way of a release, command by command', () => {
  let home: TemporaryDirectory
  let project: TinyProject
  let port: number
  let root: string
  let bulkhead: CommandLine
  beforeAll(async () => {
    home = await temporaryDirectory()
    project = await makeTinyProject(home.path)
    root = project.repository.path
    port = await freePort()
    bulkhead = await installBulkhead(join(home.path, 'bin'))
  })
  afterAll(async () => {
    await bulkhead.run(root, ['fleet', 'down'])
    await home[Symbol.asyncDispose]()
  })

  /** Runs a command with `--json` and checks what every answer promises. */
  async function run(args: readonly string[], code: number): Promise<Answer> {
    const answer = answerOf(await bulkhead.run(root, [...args, '--json']))
    expect(answer, `${args.join(' ')}: ${JSON.stringify(answer.findings)}`).toMatchObject({
      exitCode: code,
    })
    expect(args.join(' ').startsWith(answer.command)).toBe(true)
    return answer
  }
  const pass = (...args: readonly string[]) => run(args, 0)
  const block = async (...args: readonly string[]) =>
    (await run(args, 1)).findings.map((finding) => finding.code)
  const head = async () => (await project.repository.git('rev-parse', 'HEAD')).trim() as CommitId

  /** The page that the last rollout left below the git directory. */
  async function newestPage(): Promise<string> {
    const folder = join(root, '.git/bulkhead/rollouts/production')
    const [newest = ''] = (await readdir(folder)).sort().toReversed()
    return readFile(join(folder, newest), 'utf8')
  }

  it('init writes a policy, public keys and the signer, and never twice', async () => {
    expect(await pass('init')).toMatchObject({ outcome: 'passed', signers: 1 })
    const again = await run(['init'], 2)
    expect(again.findings[0]).toMatchObject({ code: 'usage/already-exists' })
    await writeFiles(root, { 'bulkhead.yml': policyText({ port }) })
  })

  it('inventory check blocks until inventory update has listed the tests', async () => {
    expect(await run(['inventory', 'check'], 1)).toMatchObject({
      findings: [{ code: 'gate/unlisted-test' }, { code: 'gate/unlisted-test' }],
    })
    const { inventories } = await pass('inventory', 'update')
    expect(inventories).toMatchObject([{ suite: 'tenant-isolation', tests: 2 }])
    await pass('inventory', 'check')
    const named = await pass('inventory', 'update', '--file', 'suite.mjs')
    expect(named).toMatchObject({
      inventories: [{ files: { added: ['suite.mjs'] }, approvals: [] }],
    })
  })

  it('inventory check sees that a listed file was edited, and names who must approve', async () => {
    const suite = await readFile(join(root, 'suite.mjs'), 'utf8')
    await writeFiles(root, { 'suite.mjs': `// edited\n${suite}` })
    expect(await run(['inventory', 'check'], 1)).toMatchObject({
      findings: [{ code: 'gate/stale-inventory' }],
      inventories: [
        {
          files: { changed: ['suite.mjs'] },
          approvals: ['bulkhead approve amendment --suite tenant-isolation --path suite.mjs'],
        },
      ],
    })
    await writeFiles(root, { 'suite.mjs': suite })
    await pass('inventory', 'check')
  })

  it('nothing is judged before a genesis is pinned', async () => {
    const genesis = await project.repository.commit({ by: project.ada, message: 'Adopt Bulkhead' })
    const refused = await run(['gate'], 2)
    expect(refused.findings[0]).toMatchObject({ code: 'policy/no-genesis' })
    await project.repository.git('config', 'bulkhead.genesis', genesis)
    expect(await pass('verify-commits')).toMatchObject({ verdict: 'EMPTY', counts: { commits: 0 } })
  })

  it('the gate blocks without evidence, and passes once the commit is tested and built', async () => {
    expect(await block('gate')).toEqual(
      expect.arrayContaining(['gate/missing-run', 'gate/unbound-artifact']),
    )
    expect(await block('attest', 'verify')).toContain('attest/not-passed')
    expect(await pass('test', '--run', '1')).toMatchObject({
      runs: [{ suite: 'tenant-isolation' }],
    })
    expect(await pass('build')).toMatchObject({ record: { commit: await head() } })
    expect(await pass('gate', '--run', '1')).toMatchObject({
      verdict: {
        outcome: 'PASS',
        counts: { tests: 2, passed: 2 },
        program: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) as string,
      },
      attestation: { gate: expect.any(String), summary: expect.any(String) },
    })
    expect(await pass('attest', 'verify')).toMatchObject({ accepted: true })
  })

  it('the first release fills the fleet, zone by zone', async () => {
    expect(await pass('plan')).toMatchObject({
      plan: { regions: [{ kind: 'initial', required: 1 }] },
    })
    const down = await run(['ship'], 3)
    expect(down.findings[0]).toMatchObject({ code: 'rollout/target-failed' })
    expect(await newestPage()).toContain('ERROR: the world failed')
    expect(await pass('fleet', 'up')).toMatchObject({ url: `http://127.0.0.1:${port}` })
    expect(await pass('ship')).toMatchObject({ result: 'released' })
    await expectFleetOn(await head())
  })

  it('the second release meets users, who notice nothing', async () => {
    const { repository, ada } = project
    const tests = testsText({
      'acme cannot read globex': 'ok',
      'globex cannot read acme': 'ok',
      'nobody reads initech': 'ok',
    })
    await repository.commit({
      by: ada,
      message: 'Isolate Initech',
      files: { 'tests.json': tests },
    })
    expect(await block('check')).toEqual(['gate/unlisted-test'])
    await pass('inventory', 'update')
    const commit = await repository.commit({ by: ada, message: 'List the new test' })
    expect(await pass('check')).toMatchObject({ commits: 2, suites: [{ tests: 3, passed: 3 }] })
    await pass('test')
    await pass('build')
    await pass('gate')
    await pass('plan')
    const load = startLoad(port)
    const place = join(home.path, 'second.html')
    const shipped = await pass('ship', '--page', place)
    const page = await readFile(place, 'utf8')
    expect(shipped).toMatchObject({ report: place, rollout: expect.any(Number) as number })
    for (const text of ['RELEASED', 'canary', 'no request failed', await head()])
      expect(page).toContain(text)
    const { requests, failures } = await load.stop()
    expect(shipped).toMatchObject({ result: 'released' })
    expect(requests).toBeGreaterThan(20)
    expect(failures).toBe(0)
    await expectFleetOn(commit)
    expect(await pass('ship')).toMatchObject({
      result: 'released',
      plan: null,
      report: null,
    })
  })

  it('all of it is in the ledger, and the ledger verifies', async () => {
    const log = await pass('ledger', 'log')
    const kinds = (log['entries'] as { readonly kind: string }[]).map((entry) => entry.kind)
    expect(kinds[0]).toBe('genesis')
    expect(kinds.filter((kind) => kind === 'deploy.finished')).toHaveLength(2)
    expect(kinds.filter((kind) => kind === 'gate.verdict')).toHaveLength(3)
    expect(kinds.filter((kind) => kind === 'lease.acquired')).toHaveLength(
      kinds.filter((kind) => kind === 'lease.released').length,
    )
    expect(await pass('ledger', 'verify')).toMatchObject({
      verdict: 'VERIFIED',
      size: kinds.length,
    })
  })

  it('fleet down leaves no process', async () => {
    expect(await processesOf(root)).not.toEqual([])
    expect(await pass('fleet', 'down')).toMatchObject({ wasUp: true })
    expect(await processesOf(root)).toEqual([])
    expect(await pass('fleet', 'down')).toMatchObject({ wasUp: false })
    expect(await pass('status')).toMatchObject({ fleet: null })
  })

  async function expectFleetOn(commit: CommitId): Promise<void> {
    const { ledger, fleet } = await pass('status')
    expect(ledger).toMatchObject({ released: { commit }, lease: null, rollout: null })
    const unit = { version: commit, health: 'healthy' }
    expect(fleet).toMatchObject({ units: [unit, unit, unit] })
    const answer: unknown = await (await fetch(`http://127.0.0.1:${port}/health`)).json()
    expect(answer).toEqual({ build: commit })
  }
})
