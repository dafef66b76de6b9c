import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type TemporaryDirectory,
  gpgIsInstalled,
  makeGpgHome,
  makePerson,
  succeed,
  temporaryDirectory,
} from '@bulkhead/testkit'
import { type Answer, answerOf } from './support/answers.ts'
import { type CommandLine, installBulkhead } from './support/command-line.ts'
import { type TinyProject, adopt, copyOf, makeTinyProject } from './support/tiny-project.ts'

let home: TemporaryDirectory
let bulkhead: CommandLine
let adopted: TinyProject
let copies = 0
beforeAll(async () => {
  home = await temporaryDirectory()
  bulkhead = await installBulkhead(join(home.path, 'bin'))
  adopted = await makeTinyProject(join(home.path, 'adopted'))
  await adopt(adopted, { port: 1 })
})
afterAll(() => home[Symbol.asyncDispose]())

const fresh = () => copyOf(adopted, join(home.path, `copy-${(copies += 1)}`))
const noGpg = process.env['BULKHEAD_REQUIRE_ENGINES'] !== '1' && !gpgIsInstalled()

async function run(
  { repository }: Pick<TinyProject, 'repository'>,
  line: readonly string[],
  code: number,
  input = '',
): Promise<Answer> {
  const answer = answerOf(await bulkhead.run(repository.path, [...line, '--json'], { input }))
  expect(answer.exitCode, JSON.stringify(answer.findings)).toBe(code)
  return answer
}
const codes = ({ findings }: Answer) => findings.map(({ code }) => code)

describe('signers', () => {
  it('adds an SSH key once; its owner signs from the release after', async () => {
    const project = await fresh()
    const { repository, mallory } = project
    const add = ['signers', 'add', mallory.email, '--key', `${mallory.keyFile}.pub`]
    expect(await run(project, add, 0)).toMatchObject({
      added: 1,
      written: ['.bulkhead/allowed_signers'],
    })
    expect(await run(project, add, 0)).toMatchObject({ added: 0, written: [] })
    const theirs = await repository.commit({ by: mallory, message: 'Let me in' })
    expect(codes(await run(project, ['verify-commits', theirs], 1))).toEqual([
      'signature/unknown-signer',
    ])
    const line = ['verify-commits', theirs, '--trusted-ref', theirs]
    expect(await run(project, [...line], 0)).toMatchObject({ verdict: 'EMPTY' })
    const later = await repository.commit({ by: mallory, message: 'Now allowed' })
    expect(
      await run(project, ['verify-commits', `${theirs}..${later}`, '--trusted-ref', theirs], 0),
    ).toMatchObject({ counts: { commits: 1, passed: 1, blocked: 0 } })
  })

  it.skipIf(noGpg)(
    'adds an OpenPGP certificate and says so in the policy, comments kept',
    async () => {
      const project = await fresh()
      const { repository } = project
      await using gpg = await makeGpgHome(project.directory)
      const key = await gpg.makeKey({
        name: 'Zoe <zoe@example.test>',
        algorithm: 'ed25519',
        usage: 'sign',
      })
      const file = join(project.directory, 'zoe.asc')
      await writeFile(file, await gpg.exportKey(key))
      const policy = join(repository.path, 'bulkhead.yml')
      await writeFile(policy, `# kept\n${await readFile(policy, 'utf8')}`)
      const before = await readFile(policy, 'utf8')
      await run(project, ['signers', 'add', 'zoe@example.test', '--openpgp', file], 0)
      expect(await readFile(policy, 'utf8')).toContain(before.trimEnd())
      // Once more: the section is there now, and nothing is doubled.
      await run(project, ['signers', 'add', 'zoe@example.test', '--openpgp', file], 0)
      const again = await readFile(policy, 'utf8')
      expect(again.match(/zoe@example\.test/g)).toHaveLength(1)
      expect(again).toContain('# kept')
      expect(await run(project, ['signers', 'check'], 0)).toMatchObject({
        signers: expect.arrayContaining([
          expect.objectContaining({
            principal: 'zoe',
            format: 'openpgp',
            fingerprint: key,
            standing: 'valid',
          }),
        ]),
      })
      const { ada } = project
      const base = await repository.commit({ by: ada, message: 'Zoe may sign' })
      const git = ['-c', `gpg.program=${await gpg.program()}`, '-c', 'gpg.format=openpgp']
      const zoe = ['-c', 'user.name=Zoe', '-c', 'user.email=zoe@example.test']
      await repository.git(
        ...git,
        ...zoe,
        'commit',
        '-q',
        '--allow-empty',
        `-S${key}`,
        '-m',
        'Signed',
      )
      const range = ['verify-commits', `${base}..HEAD`, '--trusted-ref', base]
      expect(await run(project, range, 0)).toMatchObject({
        commits: [{ principal: 'zoe', role: 'person', format: 'openpgp', verdict: 'passed' }],
      })
      expect(await run(project, ['verify-commits', `${base}..HEAD`], 1)).toMatchObject({
        commits: [{ verdict: 'blocked', findings: [{ code: 'signature/unsupported' }] }],
      })
    },
  )

  it('adds what GitHub says that a user has published', async () => {
    const project = await fresh()
    const eve = await makePerson('Eve', project.directory)
    const server = createServer(({ url = '' }, response) => {
      const keys = url.includes('ssh_signing_keys') ? [{ key: eve.publicKey }] : []
      response.end(JSON.stringify(keys))
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const api = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const add = ['signers', 'add', eve.email, '--github', 'eve', '--github-api', api]
    expect(await run(project, add, 0)).toMatchObject({ added: 1 })
    server.close()
    const text = await readFile(join(project.repository.path, '.bulkhead/allowed_signers'), 'utf8')
    expect(text).toContain(`${eve.email} namespaces="git,bulkhead-approval" ${eve.publicKey}\n`)
  })

  it('writes nothing when a key cannot be read back', async () => {
    const project = await fresh()
    const bad = join(project.directory, 'bad.pub')
    await writeFile(bad, 'ssh-ed25519 AAAA\n')
    const path = join(project.repository.path, '.bulkhead/allowed_signers')
    const before = await readFile(path, 'utf8')
    for (const line of [
      ['--key', bad],
      ['--key', join(project.directory, 'absent.pub')],
      ['--openpgp', bad],
      [],
    ])
      await run(project, ['signers', 'add', 'eve@example.test', ...line], 2)
    await run(
      project,
      ['signers', 'add', 'Eve <eve@example.test>', '--key', `${project.ada.keyFile}.pub`],
      2,
    )
    expect(await readFile(path, 'utf8')).toBe(before)
  })

  it('check blocks on keys that sign nothing; list only shows them', async () => {
    const project = await fresh()
    const { repository, ada, mallory } = project
    await writeFile(
      join(repository.path, '.bulkhead/allowed_signers'),
      `${ada.email} namespaces="git" ${ada.publicKey}\n` +
        `${mallory.email} valid-before="20200101Z" ${mallory.publicKey}\n`,
    )
    expect(codes(await run(project, ['signers', 'check'], 1))).toEqual(['policy/unusable-signer'])
    const listed = await run(project, ['signers', 'list'], 0)
    expect(listed).toMatchObject({
      findings: [],
      signers: [{ standing: 'valid' }, { standing: 'expired', until: '2020-01-01T00:00:00.000Z' }],
    })
  })
})

describe('the pre-push hook', () => {
  /** A clone whose remote has the adopted history. */
  async function published(): Promise<TinyProject> {
    const project = await fresh()
    const remote = join(project.directory, 'remote.git')
    await succeed(['git', 'init', '--quiet', '--bare', remote], { cwd: home.path })
    await project.repository.git('remote', 'add', 'origin', remote)
    await project.repository.git('push', '--quiet', 'origin', 'main')
    await run(project, ['init', '--hook'], 0)
    return project
  }
  const push = ({ repository }: TinyProject, ...refs: readonly string[]) =>
    repository.git('push', '--quiet', 'origin', ...refs).then(
      () => 'pushed',
      (error: unknown) => String(error),
    )

  it('stops a push with an unsigned commit and says how to mend it; signed, it goes', async () => {
    const project = await published()
    const { repository, ada } = project
    await repository.commit({ by: ada, message: 'Unsigned', signedBy: null })
    const stopped = await push(project, 'main')
    expect(stopped).toContain('signature/unsigned')
    expect(stopped).toContain('git rebase')
    await repository.git(
      '-c',
      `user.email=${ada.email}`,
      'commit',
      '-q',
      '--amend',
      '--allow-empty',
      '--no-edit',
      `-S${ada.keyFile}`,
    )
    expect(await push(project, 'main')).toBe('pushed')
  })

  it('judges a new branch and a tag from the trusted branch; a deletion adds nothing', async () => {
    const project = await published()
    const { repository, ada, mallory } = project
    await repository.git('checkout', '-q', '-b', 'topic')
    await repository.commit({ by: ada, message: 'Good' })
    expect(await push(project, 'topic')).toBe('pushed')
    await repository.commit({ by: mallory, message: 'Bad' })
    await repository.git('tag', 'v1')
    expect(await push(project, 'v1')).toContain('signature/unknown-signer')
    expect(await push(project, '--delete', 'topic')).toBe('pushed')
  })

  it('judges an annotated tag that calls itself otherwise', async () => {
    const project = await published()
    const { repository, ada } = project
    const who = ['-c', `user.name=${ada.name}`, '-c', `user.email=${ada.email}`]
    await repository.git(...who, 'tag', '-u', ada.keyFile, '-m', 'One', 'v1')
    expect(await push(project, 'v1')).toBe('pushed')
    await repository.git('update-ref', 'refs/tags/v9', 'refs/tags/v1')
    expect(await push(project, 'v9')).toContain('signature/tag-renamed')
  })

  it('is not put over somebody else’s hook, and may be installed again over its own', async () => {
    const project = await fresh()
    const hook = join(project.repository.path, '.git/hooks/pre-push')
    await writeFile(hook, '#!/bin/sh\nexit 0\n')
    expect(codes(await run(project, ['init', '--hook'], 2))).toEqual(['usage/already-exists'])
    expect(await readFile(hook, 'utf8')).toBe('#!/bin/sh\nexit 0\n')
    const other = await published()
    await run(other, ['init', '--hook'], 0)
    expect(await push(other, 'main')).toBe('pushed')
  })

  it('refuses input that git does not write', async () => {
    const project = await published()
    await run(project, ['hook', 'pre-push', 'origin'], 2, 'refs/heads/main\n')
    expect(await run(project, ['hook', 'pre-push', 'origin'], 0, '')).toMatchObject({ refs: [] })
  })
})
