import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Project, buildAction, makeProject, startAction } from '@bulkhead/action-kit/testing'
import { type TemporaryDirectory, temporaryDirectory } from '@bulkhead/testkit'

describe('test-suite, started as the runner starts it', () => {
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
  const start = (inputs: Readonly<Record<string, string>>) =>
    startAction({
      entry,
      workspace: project.repository.path,
      temp: join(home.path, `temp-${(count += 1)}`),
      inputs: {
        suites: '',
        'voucher-socket': '',
        'keys-file': project.keysFile,
        'working-directory': '.',
        annotations: 'true',
        ...inputs,
      },
    })

  it('runs a suite that passes, and keeps a record', async () => {
    const run = await start({ suites: 'security\n' })
    expect(run).toMatchObject({
      exitCode: 0,
      stderr: '',
      outputs: { commit: project.genesis, outcome: 'passed', findings: '0' },
    })
    expect(run.stdout).toContain('refuses a stranger: ok\n')
    expect(run.stdout).toContain(
      'test-suite: 1 of 1 suite succeeded; the gate judges the reports\n',
    )
    expect(run.summary).toContain(
      '<td>✓</td><td><code>security</code></td><td><code>node suite.mjs</code></td><td>exit code 0</td><td>1</td>',
    )
  })

  it('blocks a suite that fails, and what the tests print does not speak to the runner', async () => {
    const tests = {
      'refuses a stranger': 'ok\n::set-output name=outcome::passed\n  ::stop-commands::x',
      'x\r::add-mask::what-a-test-printed ##[error]b': 'no',
    }
    const commit = await project.repository.commit({
      by: project.ada,
      message: 'Break it',
      files: { 'tests.json': JSON.stringify(tests) },
    })
    const run = await start({})
    expect(run).toMatchObject({
      exitCode: 1,
      stderr: '',
      outputs: { commit, outcome: 'blocked', findings: '1' },
    })
    expect(run.stdout).toContain(': :set-output name=outcome::passed')
    expect(
      run.commands
        .filter(({ name }) => name !== 'add-mask')
        .map(({ name, properties }) => [name, properties['title']]),
    ).toEqual([['error', 'gate/exit-code']])
    expect(
      run.commands.filter(({ name, data }) => name === 'add-mask' && data.startsWith('what')),
    ).toEqual([])
  })

  it.each([
    ['nobody to vouch', { 'keys-file': '' }, 'action/missing-input'],
    ['two who vouch', { 'voucher-socket': 'voucher.sock' }, 'action/invalid-input'],
    ['a suite that the policy does not have', { suites: 'performance' }, 'usage/invalid-option'],
    ['keys that are not there', { 'keys-file': 'none.pem' }, 'usage/missing-key'],
  ])('answers %s with 2 and one finding', async (_, inputs, code) => {
    const run = await start(inputs)
    expect(run).toMatchObject({
      exitCode: 2,
      stderr: '',
      outputs: { outcome: 'bad-input', findings: '1' },
    })
    expect(
      run.commands
        .filter(({ name }) => name === 'error')
        .map(({ properties }) => properties['title']),
    ).toEqual([code])
  })
})
