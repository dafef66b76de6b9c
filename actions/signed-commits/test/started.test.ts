import { readFile, writeFile } from 'node:fs/promises'
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
  const start = (inputs: Readonly<Record<string, string>>, env = {}) =>
    startAction({
      env,
      entry,
      workspace: project.repository.path,
      temp: join(home.path, `temp-${(count += 1)}`),
      inputs: {
        range: '',
        'pull-request-heads': '',
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
      stdout: 'signed-commits: PASS: 1 of 1 commit is signed by allowed signers\n',
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
    expect(JSON.parse(await readFile(run.outputs['report'] ?? '', 'utf8'))).toMatchObject({
      verdict: 'BLOCK',
      range: { base: project.genesis },
      counts: { commits: 3, passed: 1, blocked: 2 },
      commits: [
        { verdict: 'passed', format: 'ssh', findings: [] },
        { verdict: 'blocked', findings: [{ code: 'signature/unsigned' }] },
        { verdict: 'blocked', findings: [{ code: 'signature/unknown-signer' }] },
      ],
    })
  })

  it('judges what the event brought when no range is given, by the ids in it', async () => {
    const { repository, genesis } = project
    const file = join(home.path, 'event.json')
    const env = { GITHUB_EVENT_NAME: 'pull_request', GITHUB_EVENT_PATH: file }
    const proposed = async (head: string) => {
      const pull_request = { base: { sha: genesis }, head: { sha: head } }
      await writeFile(file, JSON.stringify({ pull_request, title: HOSTILE }))
      return start({}, env)
    }
    expect(await proposed(signed)).toMatchObject({
      exitCode: 0,
      outputs: { verdict: 'PASS', commits: '1', blocked: '0', base: genesis, head: signed },
    })
    expect(await proposed(unsigned)).toMatchObject({
      exitCode: 1,
      outputs: { verdict: 'BLOCK', commits: '2', blocked: '1', head: unsigned },
    })
    expect(await proposed(genesis)).toMatchObject({
      exitCode: 0,
      outputs: { verdict: 'EMPTY', commits: '0', base: genesis, head: genesis },
    })
    await writeFile(file, '{}')
    expect(await start({ range: signed, genesis }, env)).toMatchObject({ exitCode: 0 })
    const run = await start({}, env)
    expect(run).toMatchObject({ exitCode: 2, outputs: { verdict: 'ERROR' } })
    expect(run.commands.map(({ properties }) => properties['title'])).toEqual([
      'usage/invalid-event',
    ])
    expect(await repository.git('status', '--porcelain')).toBe('')
  })

  it('shows a pushed tag, and what it calls itself', async () => {
    const { repository, genesis, ada } = project
    const key = ['-c', `user.signingkey=${ada.keyFile}`]
    const who = ['-c', `user.name=Ada`, '-c', `user.email=${ada.email}`]
    await repository.git(...who, ...key, 'tag', '--sign', '-m', 'x', 'v1', signed)
    const after = (await repository.git('rev-parse', 'refs/tags/v1')).trim()
    const pushed = async (ref: string) => {
      const file = join(home.path, 'tag.json')
      const default_branch = 'main'
      const event = { ref, before: '0'.repeat(40), after, repository: { default_branch } }
      await writeFile(file, JSON.stringify(event))
      const env = { GITHUB_EVENT_NAME: 'push', GITHUB_EVENT_PATH: file }
      return start({ 'trusted-ref': genesis }, env)
    }
    const honest = await pushed('refs/tags/v1')
    expect(honest).toMatchObject({ exitCode: 0, outputs: { verdict: 'PASS', head: signed } })
    expect(honest.summary).toContain('<th>Calls itself</th>')
    const renamed = await pushed('refs/tags/v9')
    expect(renamed.commands.map(({ properties }) => properties['title'])).toEqual([
      'signature/tag-renamed',
    ])
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
