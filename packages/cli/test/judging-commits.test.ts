import { cp, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type TemporaryDirectory, succeed, temporaryDirectory } from '@bulkhead/testkit'
import type { CommitId } from '@bulkhead/vocabulary'
import { type Answer, answerOf } from './support/answers.ts'
import { type CommandLine, installBulkhead } from './support/command-line.ts'
import { testsText } from './support/tiny-app.ts'
import { type TinyProject, adopt, copyOf, makeTinyProject } from './support/tiny-project.ts'

let home: TemporaryDirectory
let bulkhead: CommandLine
let adopted: TinyProject
let genesis: CommitId
let copies = 0
beforeAll(async () => {
  home = await temporaryDirectory()
  bulkhead = await installBulkhead(join(home.path, 'bin'))
  adopted = await makeTinyProject(join(home.path, 'adopted'))
  genesis = await adopt(adopted, { port: 1 })
})
afterAll(() => home[Symbol.asyncDispose]())

const fresh = () => copyOf(adopted, join(home.path, `copy-${(copies += 1)}`))

async function run(
  { repository }: Pick<TinyProject, 'repository'>,
  line: readonly string[],
  code: number,
): Promise<Answer> {
  const answer = answerOf(await bulkhead.run(repository.path, [...line, '--json']))
  expect(answer.exitCode, JSON.stringify(answer.findings)).toBe(code)
  return answer
}

const codes = ({ findings }: Answer) => findings.map(({ code }) => code)
const failing = testsText({ 'acme cannot read globex': 'failed', 'globex cannot read acme': 'ok' })

describe('check', () => {
  it('starts at the default branch of the remote, whatever is pinned', async () => {
    const project = await fresh()
    const { repository, ada } = project
    const pushed = await repository.commit({ by: ada, message: 'Pushed' })
    const remote = join(project.directory, 'remote.git')
    await succeed(['git', 'init', '--quiet', '--bare', remote], { cwd: home.path })
    await repository.git('remote', 'add', 'origin', remote)
    await repository.git('push', '--quiet', 'origin', 'main:trunk')
    await repository.git('remote', 'set-head', 'origin', 'trunk')
    const head = await repository.commit({ by: ada, message: 'Mine' })
    expect(await run(project, ['check'], 0)).toMatchObject({
      verdict: 'PASS',
      base: pushed,
      head,
      commits: 1,
    })
    expect(await run(project, ['check', '--base', genesis], 0)).toMatchObject({ commits: 2 })
  })

  it('says everything that is wrong at once: a stranger, a failing test', async () => {
    const project = await fresh()
    const { repository, mallory } = project
    await repository.commit({ by: mallory, message: 'Mine now', files: { 'tests.json': failing } })
    const answer = await run(project, ['check'], 1)
    expect(answer).toMatchObject({ outcome: 'blocked', verdict: 'BLOCK', base: genesis })
    expect(codes(answer)).toEqual(
      expect.arrayContaining(['signature/unknown-signer', 'gate/failed-test', 'gate/exit-code']),
    )
  })

  it('leaves nothing behind: no evidence, no ledger, a clean work tree', async () => {
    const project = await fresh()
    await run(project, ['check'], 0)
    expect(await project.repository.git('for-each-ref')).not.toContain('ledger')
    expect(await project.repository.git('status', '--porcelain')).toBe('')
    expect(await run(project, ['status'], 1)).toMatchObject({ ledger: null })
  })
})

describe('verify-commits', () => {
  it('names the unsigned commit among signed ones, and the way out', async () => {
    const project = await fresh()
    const { repository, ada } = project
    await repository.commit({ by: ada, message: 'Signed' })
    const unsigned = await repository.commit({ by: ada, message: 'Forgot', signedBy: null })
    const answer = await run(project, ['verify-commits'], 1)
    expect(answer).toMatchObject({ verdict: 'BLOCK', counts: { commits: 2, passed: 1 } })
    expect(answer.findings).toMatchObject([
      { code: 'signature/unsigned', subject: expect.stringContaining(unsigned.slice(0, 7)) },
    ])
    expect(await run(project, ['verify-commits', `${genesis}..HEAD~1`], 0)).toMatchObject({
      verdict: 'PASS',
      range: { base: genesis },
    })
  })

  it('does not call an empty range good, and none at all that lies behind its base', async () => {
    const project = await fresh()
    const head = await project.repository.commit({ by: project.ada, message: 'Signed' })
    const empty = await run(project, ['verify-commits', `${head}..${head}`], 0)
    expect(empty).toMatchObject({ verdict: 'EMPTY', counts: { commits: 0 } })
    const behind = await run(project, ['verify-commits', 'HEAD..HEAD~1'], 1)
    expect(behind).toMatchObject({ verdict: 'BLOCK', counts: { commits: 0 } })
    expect(codes(behind)).toEqual(['git/behind-base'])
    expect(await run(project, ['verify-commits', 'HEAD~1..HEAD'], 0)).toMatchObject({
      verdict: 'PASS',
    })
  })

  it('judges what an event brought, by the name and the file that belong together', async () => {
    const project = await fresh()
    const { repository, ada, directory } = project
    const head = await repository.commit({ by: ada, message: 'Forgot', signedBy: null })
    const file = join(directory, 'event.json')
    const shas = { base: { sha: genesis }, head: { sha: head } }
    await writeFile(file, JSON.stringify({ pull_request: shas }))
    const event = ['--event', 'pull_request', '--event-file', file]
    const answer = await run(project, ['verify-commits', ...event], 1)
    expect(answer).toMatchObject({ range: { base: genesis, head }, verdict: 'BLOCK' })
    expect(codes(answer)).toEqual(['signature/unsigned'])
    const half = await run(project, ['verify-commits', ...event.slice(0, 2)], 2)
    expect(codes(half)).toEqual(['usage/invalid-option'])
    const both = await run(project, ['verify-commits', 'HEAD', ...event], 2)
    expect(codes(both)).toEqual(['usage/invalid-option'])
  })

  it('judges by a policy outside of the repository without a pinned genesis', async () => {
    const project = await fresh()
    const { repository, ada } = project
    await repository.commit({ by: ada, message: 'Signed' })
    await repository.git('config', '--unset', 'bulkhead.genesis')
    const outside = join(project.directory, 'trusted')
    await mkdir(outside, { recursive: true })
    for (const name of ['bulkhead.yml', '.bulkhead'])
      await cp(join(repository.path, name), join(outside, name), { recursive: true })
    const policy = ['--policy', join(outside, 'bulkhead.yml')]
    expect(await run(project, ['verify-commits', `${genesis}..HEAD`, ...policy], 0)).toMatchObject({
      verdict: 'PASS',
      counts: { commits: 1 },
    })
    const open = await run(project, ['verify-commits', 'HEAD', ...policy], 2)
    expect(codes(open)).toEqual(['policy/no-genesis'])
    const nowhere = ['--policy', join(outside, 'no.yml')]
    const missing = await run(project, ['verify-commits', `${genesis}..HEAD`, ...nowhere], 2)
    expect(codes(missing)).toEqual(['usage/unreadable-file'])
  })
})

describe('verify-tag', () => {
  it('judges the tag and the commits that it brings', async () => {
    const project = await fresh()
    const { repository, ada } = project
    const head = await repository.commit({ by: ada, message: 'Release me' })
    const tag = (...more: readonly string[]) => repository.git('tag', ...more)
    await tag('--sign', '-m', 'release', 'v1')
    expect(await run(project, ['verify-tag', 'v1', '--commit', 'HEAD'], 0)).toMatchObject({
      verdict: 'PASS',
      range: { base: genesis, head },
      tag: { ref: 'refs/tags/v1', commit: head, tags: [{ verdict: 'passed', name: 'v1' }] },
    })
    await tag('v2', 'refs/tags/v1')
    expect(codes(await run(project, ['verify-tag', 'v2'], 1))).toEqual(['signature/tag-renamed'])
    await tag('-m', 'a tree', 'v3', 'HEAD^{tree}')
    const answer = await run(project, ['verify-tag', 'v3'], 1)
    expect(answer).toMatchObject({ verdict: 'BLOCK', range: null })
    expect(codes(answer)).toEqual(['signature/tag-target'])
    expect(codes(await run(project, ['verify-tag', 'v4'], 2))).toEqual(['git/unknown-revision'])
    const text = await bulkhead.run(repository.path, ['verify-tag', 'v1'])
    expect(text.stdout).toContain(`refs/tags/v1 → ${head}\n✓ `)
  })
})
