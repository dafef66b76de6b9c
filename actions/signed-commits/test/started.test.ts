import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Project, buildAction, makeProject, startAction } from '@bulkhead/action-kit/testing'
import { type TemporaryDirectory, temporaryDirectory } from '@bulkhead/testkit'
import type { CommitId } from '@bulkhead/vocabulary'

/** A subject that would command the runner, forge an output and break out of the summary. */
const HOSTILE =
  '::error::pwned%0A <img src=x onerror=alert(1)> @team `x` | [a](https://evil.test) ##[add-mask]x'

describe('signed-commits, started as the runner starts it', () => {
  let home: TemporaryDirectory
  let entry: string
  let project: Project
  let signed: CommitId
  let unsigned: CommitId
  beforeAll(async () => {
    home = await temporaryDirectory()
    entry = await buildAction(dirname(dirname(fileURLToPath(import.meta.url))))
    project = await makeProject(join(home.path, 'project'))
    const { repository, ada, mallory } = project
    signed = await repository.commit({ by: ada, message: HOSTILE, files: { 'a.txt': 'a\n' } })
    unsigned = await repository.commit({ by: ada, message: HOSTILE, signedBy: null })
    await repository.commit({ by: mallory, message: 'Trust me' })
  })
  afterAll(() => home[Symbol.asyncDispose]())

  let count = 0
  const start = (inputs: Readonly<Record<string, string>>) =>
    startAction({
      entry,
      workspace: project.repository.path,
      temp: join(home.path, `temp-${(count += 1)}`),
      inputs: {
        range: 'HEAD',
        'trusted-ref': '',
        genesis: '',
        'policy-file': '',
        'working-directory': '.',
        annotations: 'true',
        ...inputs,
      },
    })

  it('passes a range that allowed signers signed', async () => {
    const run = await start({ range: signed, genesis: project.genesis })
    expect(run).toMatchObject({
      exitCode: 0,
      stderr: '',
      stdout: 'signed-commits: PASS: 1 of 1 commits are signed by allowed signers\n',
      outputs: {
        verdict: 'PASS',
        commits: '1',
        base: project.genesis,
        head: signed,
        outcome: 'passed',
        findings: '0',
      },
    })
    expect(run.summary).toContain(
      `<td>✓</td><td><code>${signed.slice(0, 12)}</code></td><td><code>::error::pwned%0A &lt;img src=x`,
    )
  })

  it('blocks a range with an unsigned commit and a stranger, and no subject speaks to the runner', async () => {
    const run = await start({ range: `${project.genesis}..HEAD`, 'trusted-ref': project.genesis })
    expect(run).toMatchObject({
      exitCode: 1,
      stderr: '',
      outputs: { verdict: 'BLOCK', commits: '3', outcome: 'blocked', findings: '2' },
    })
    expect(
      run.commands.map(({ name, properties }) => `${name} ${properties['title']}`).sort(),
    ).toEqual(['error signature/unknown-signer', 'error signature/unsigned'])
    expect(run.commands.some(({ data }) => data.includes(unsigned.slice(0, 12)))).toBe(true)
    expect(run.summary).not.toMatch(/<img|\n\n[^<]/)
  })

  it('does not let the judged commits bring their own signers', async () => {
    const { repository, mallory } = project
    await repository.git('checkout', '--quiet', '-b', 'coup', signed)
    const line = `${mallory.email} namespaces="git" ${mallory.publicKey}\n`
    await repository.commit({
      by: mallory,
      message: 'Add myself',
      files: { '.bulkhead/allowed_signers': line },
    })
    const run = await start({ range: 'HEAD', genesis: project.genesis })
    await repository.git('checkout', '--quiet', 'main')
    expect(run).toMatchObject({ exitCode: 1, outputs: { verdict: 'BLOCK' } })
  })

  it.each([
    ['an unknown revision', { range: 'no-such-branch' }, 'git/unknown-revision'],
    ['nothing that is trusted', { genesis: '' }, 'policy/no-genesis'],
    ['a boolean that is none', { annotations: 'True' }, 'action/invalid-input'],
    ['a misspelt input', { rnage: 'HEAD' }, 'action/unknown-input'],
    ['a revision that looks like an option', { range: '--all' }, 'action/invalid-input'],
  ])('answers %s with 2 and one finding', async (_, inputs, code) => {
    const run = await start({ genesis: project.genesis, ...inputs })
    expect(run).toMatchObject({
      exitCode: 2,
      stderr: '',
      outputs: { verdict: 'ERROR', outcome: 'bad-input', findings: '1' },
    })
    expect(run.commands.map(({ properties }) => properties['title'])).toEqual([code])
  })
})
