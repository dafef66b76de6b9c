import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildRelease, openWorkspace, parseKeyring, workingPolicy } from '@bulkhead/release'
import { type TemporaryDirectory, temporaryDirectory } from '@bulkhead/testkit'
import { type Project, assembleRelease, makeProject } from '../src/testing/index.ts'
import { isAbsent, runWorkflow } from './support/real-runner.ts'

const EXAMPLES = join(dirname(fileURLToPath(import.meta.url)), '../../../docs/workflows')
/** The examples of this repository by `act`, on this machine and without a network. */
describe.skipIf(isAbsent)('the example workflows, run by a real runner', () => {
  let home: TemporaryDirectory
  let release: string
  let project: Project
  beforeAll(async () => {
    home = await temporaryDirectory()
    release = join(home.path, 'release')
    await assembleRelease(['signed-commits', 'test-suite', 'release-gate', 'ledger'], release)
    project = await makeProject(join(home.path, 'project'))
  })
  afterAll(() => home[Symbol.asyncDispose]())

  let count = 0
  async function run(example: string, event: { readonly name: string; readonly payload: unknown }) {
    const temp = join(home.path, `run-${(count += 1)}`)
    await mkdir(temp)
    const text = (await readFile(join(EXAMPLES, example), 'utf8'))
      .replaceAll('/etc/bulkhead/keys.pem', project.keysFile)
      .replace(/GENESIS: "0{40}"/, `GENESIS: "${project.genesis}"`)
    const workflow = join(temp, 'workflow.yml')
    await writeFile(workflow, text)
    return runWorkflow({
      workflow,
      workspace: project.repository.path,
      release,
      temp,
      event,
    })
  }

  const pullRequest = async (base: string) => {
    const head = (await project.repository.git('rev-parse', 'HEAD')).trim()
    return {
      name: 'pull_request',
      payload: {
        pull_request: {
          number: 1,
          base: { sha: base, ref: 'main' },
          head: { sha: head, ref: 'x' },
        },
        repository: { default_branch: 'main' },
      },
    }
  }
  const head = async () => (await project.repository.git('rev-parse', 'HEAD')).trim()
  const TESTS_PASS = '{ "refuses a stranger": "ok" }\n'
  const TESTS_FAIL = '{ "refuses a stranger": "let one in" }\n'

  it('let a change pass that is signed and whose tests pass', async () => {
    const base = await head()
    await project.repository.commit({
      by: project.ada,
      message: 'Say more::error::not a command',
      files: { 'notes.txt': 'more\n' },
    })
    const { jobs } = await run('pull-request.yml', await pullRequest(base))
    expect(jobs['commits']).toMatchObject({
      result: 'success',
      outputs: { verdict: 'PASS', commits: '1', blocked: '0' },
      annotations: [],
    })
    expect(jobs['tests']).toMatchObject({ result: 'success', outputs: { outcome: 'passed' } })
    expect(jobs['commits']?.log).toContain('signed-commits: PASS: 1 of 1 commit is signed')
    expect(jobs['commits']?.log).not.toContain('::error')
  })

  it('block a change that a stranger signed, and one whose test fails', async () => {
    const base = await head()
    await project.repository.commit({
      by: project.mallory,
      message: 'Let them in',
      files: { 'tests.json': TESTS_FAIL },
    })
    const { jobs, summaries } = await run('pull-request.yml', await pullRequest(base))
    expect(jobs['commits']).toMatchObject({
      result: 'failure',
      outputs: { verdict: 'BLOCK', blocked: '1' },
    })
    expect(jobs['commits']?.annotations.join('\n')).toContain('title=signature/')
    expect(jobs['tests']).toMatchObject({ result: 'failure', outputs: { outcome: 'blocked' } })
    expect(jobs['tests']?.annotations.join('\n')).toContain('title=gate/')
    expect(summaries.join('\n')).toContain('<h2>⛔ bulkhead test-suite</h2>')
    await project.repository.git('reset', '-q', '--hard', base)
  })

  it('block a release that was not built, and keep that on record', async () => {
    await project.repository.commit({
      by: project.ada,
      message: 'Pass again',
      files: { 'tests.json': TESTS_PASS, 'more.txt': 'x\n' },
    })
    const {
      jobs: { release: job },
    } = await run('one-machine.yml', { name: 'push', payload: {} })
    expect(job).toMatchObject({ result: 'failure', outputs: { verdict: 'VERIFIED' } })
    expect(job?.annotations.join('\n')).toContain('title=gate/unbound-artifact')
    expect(job?.log).toContain('release-gate: BLOCK: ')
    expect(Number(job?.outputs['size'])).toBeGreaterThan(1)
  })

  it('let a release pass that is built, tested and signed', async () => {
    await project.repository.git('rm', '-q', 'more.txt')
    await project.repository.commit({ by: project.ada, message: 'Less', files: {} })
    await build()
    const { jobs } = await run('one-machine.yml', { name: 'push', payload: {} })
    expect(jobs['release']).toMatchObject({ result: 'success', annotations: [] })
    expect(jobs['release']?.log).toContain('release-gate: PASS: ')
    expect(jobs['release']?.log).toContain('ledger: VERIFIED: ')
  })

  /** What `bulkhead build` does on that machine before. */
  async function build(): Promise<void> {
    const workspace = await openWorkspace(project.repository.path)
    try {
      await buildRelease(workspace, {
        policy: await workingPolicy(workspace),
        keyring: parseKeyring(await readFile(project.keysFile, 'utf8'), project.keysFile),
        onOutput: () => undefined,
        signal: new AbortController().signal,
      })
    } finally {
      await workspace.repository.close()
    }
  }
})
