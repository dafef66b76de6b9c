import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Project, buildAction, makeProject, startAction } from '@bulkhead/action-kit/testing'
import {
  buildRelease,
  openWorkspace,
  parseKeyring,
  runSuites,
  workingPolicy,
} from '@bulkhead/release'
import { type TemporaryDirectory, temporaryDirectory } from '@bulkhead/testkit'

describe('release-gate, started as the runner starts it', () => {
  let home: TemporaryDirectory
  let entry: string
  let project: Project
  beforeAll(async () => {
    home = await temporaryDirectory()
    entry = await buildAction(dirname(dirname(fileURLToPath(import.meta.url))))
    project = await makeProject(join(home.path, 'project'))
  })
  afterAll(() => home[Symbol.asyncDispose]())

  let count = 0
  const start = (
    inputs: Readonly<Record<string, string>> = {},
    env: Readonly<Record<string, string>> = {},
  ) =>
    startAction({
      entry,
      env,
      workspace: project.repository.path,
      temp: join(home.path, `temp-${(count += 1)}`),
      inputs: {
        genesis: project.genesis,
        environment: '',
        commit: 'HEAD',
        'keys-file': project.keysFile,
        'working-directory': '.',
        annotations: 'true',
        ...inputs,
      },
    })

  /** What the jobs before the gate do: the suites and the build of the commit that is checked out. */
  async function makeEvidence() {
    const workspace = await openWorkspace(project.repository.path)
    try {
      const policy = await workingPolicy(workspace)
      const keyring = parseKeyring(await readFile(project.keysFile, 'utf8'), project.keysFile)
      const quiet = { onOutput: () => undefined, signal: new AbortController().signal }
      await runSuites(workspace, {
        policy,
        suites: [],
        vouching: { kind: 'local', keyring },
        ...quiet,
      })
      await buildRelease(workspace, { policy, keyring, ...quiet })
    } finally {
      await workspace.repository.close()
    }
  }

  it('judges a pull request and attests nothing; what strangers can start is refused', async () => {
    const proposed = await start({ 'keys-file': '' }, { GITHUB_EVENT_NAME: 'pull_request' })
    expect(proposed).toMatchObject({
      exitCode: 1,
      outputs: { verdict: 'BLOCK', attestation: '', 'verification-summary': '' },
    })
    expect(proposed.stdout).toContain('nothing is attested')
    const foreign = await start({}, { GITHUB_EVENT_NAME: 'pull_request_target' })
    expect(foreign).toMatchObject({ exitCode: 2, outputs: { verdict: 'ERROR' } })
    expect(foreign.stdout).toContain('github/refused-event')
    const refs = await project.repository.git('for-each-ref', 'refs/heads/ledger')
    expect(refs).toBe('')
  })

  it('blocks a commit without evidence, and puts that on record', async () => {
    const run = await start()
    expect(run).toMatchObject({
      exitCode: 1,
      stderr: '',
      outputs: { verdict: 'BLOCK', commit: project.genesis, outcome: 'blocked' },
    })
    const codes = run.commands
      .filter(({ name }) => name === 'error')
      .map(({ properties }) => properties['title'])
    expect(codes).toContain('gate/missing-run')
    expect(codes).toContain('gate/unbound-artifact')
    expect(
      (await project.repository.git('rev-list', '--count', 'refs/heads/ledger/production')).trim(),
    ).not.toBe('0')
  })

  it('passes a commit that is signed, tested and built, and says what the verdict is bound to', async () => {
    const commit = await project.repository.commit({
      by: project.ada,
      message: 'A good change',
      files: { 'a.txt': 'a\n' },
    })
    await makeEvidence()
    const run = await start()
    expect(run.stdout).toContain(
      `release-gate: PASS: ${commit.slice(0, 12)} for production: 1 commit, 1 of 1 test passed\n`,
    )
    expect(run).toMatchObject({
      exitCode: 0,
      stderr: '',
      outputs: { verdict: 'PASS', commit, outcome: 'passed', findings: '0' },
    })
    expect(JSON.parse(await readFile(run.outputs['attestation'] ?? '', 'utf8'))).toMatchObject({
      payloadType: expect.any(String) as string,
    })
    expect(run.summary).toContain(`<tr><td>commit</td><td><code>${commit}</code></td></tr>`)
    expect(run.summary).toContain('<td>within reach of the tests</td>')
  })

  it('blocks a failing test whose name would speak to the runner', async () => {
    const name = '::error::x <img src=x> @team'
    await project.repository.commit({
      by: project.ada,
      message: 'Break it',
      files: {
        'tests.json': JSON.stringify({ 'refuses a stranger': 'no', [name]: '</code><script>' }),
      },
    })
    await makeEvidence()
    const run = await start()
    expect(run).toMatchObject({ exitCode: 1, stderr: '', outputs: { verdict: 'BLOCK' } })
    expect(
      run.commands.filter(({ name: command }) => !['error', 'add-mask'].includes(command)),
    ).toEqual([])
    expect(run.commands.map(({ properties }) => properties['title'])).toContain('gate/failed-test')
    expect(run.summary).not.toMatch(/<img|<script/)
  })

  it('blocks nothing where the trusted policy only observes, says so, and puts it on record', async () => {
    // A ledger knows one genesis only.
    await project.repository.git('update-ref', '-d', 'refs/heads/ledger/production')
    const { repository, ada: by } = project
    const policy = await readFile(join(repository.path, 'bulkhead.yml'), 'utf8')
    const files = {
      'bulkhead.yml': policy.replace('mode: enforce', 'mode: observe'),
      'tests.json': JSON.stringify({ 'refuses a stranger': 'no' }),
    }
    const genesis = await repository.commit({ by, message: 'Only observe', files })
    await repository.commit({ by, message: 'Go on', files: { 'a.txt': 'b\n' } })
    await makeEvidence()
    const run = await start({ genesis })
    expect(run).toMatchObject({
      exitCode: 0,
      outputs: { verdict: 'BLOCK', outcome: 'passed' },
    })
    expect(run.commands.map(({ name }) => name)).not.toContain('error')
    expect(run.stdout).toContain('::warning title=release-gate::MODE observe')
    expect(run.summary).toContain('OBSERVE: nothing is blocked')
    expect(Number(run.outputs['findings'])).toBeGreaterThan(0)
  })

  it.each([
    ['no genesis', { genesis: '' }, 'action/missing-input'],
    [
      'an environment that the policy does not have',
      { environment: 'moon' },
      'usage/invalid-option',
    ],
    ['keys that are not there', { 'keys-file': 'none.pem' }, 'usage/missing-key'],
  ])('answers %s with 2 and one finding', async (_, inputs, code) => {
    const run = await start(inputs)
    expect(run).toMatchObject({
      exitCode: 2,
      stderr: '',
      outputs: { verdict: 'ERROR', outcome: 'bad-input', findings: '1' },
    })
    expect(
      run.commands
        .filter(({ name }) => name === 'error')
        .map(({ properties }) => properties['title']),
    ).toEqual([code])
  })
})
