import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type GitFixture,
  type Person,
  type TemporaryDirectory,
  allowedSigners,
  makePerson,
  makeRepository,
  temporaryDirectory,
} from '../packages/testkit/src/index.ts'
import { runProcess } from '../packages/world/src/index.ts'

const PROGRAM = join(import.meta.dirname, 'tag-release.ts')

describe('tag-release', () => {
  let home: TemporaryDirectory
  let source: GitFixture
  let releaser: Person
  const remote = () => join(home.path, 'users.git')
  beforeAll(async () => {
    home = await temporaryDirectory()
    releaser = await makePerson('Releaser', home.path)
    source = await makeRepository(join(home.path, 'source'))
    await source.git('init', '--quiet', '--bare', remote())
    await change('one')
  })
  afterAll(() => home[Symbol.asyncDispose]())

  /** A commit with sources, and what building it leaves beside them; merged unless not said so. */
  async function change(word: string, { isMerged = true } = {}): Promise<string> {
    const commit = await source.commit({
      by: releaser,
      message: word,
      files: { '.gitignore': 'dist/\n', 'actions/gate/src/main.ts': `// ${word}\n` },
    })
    await writeBundle(word)
    if (isMerged) await source.git('push', '--quiet', remote(), 'HEAD:refs/heads/main')
    return commit
  }

  async function writeBundle(word: string): Promise<void> {
    const file = join(source.path, 'actions', 'gate', 'dist', 'main.mjs')
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, `// built ${word}\n`)
  }

  async function tag(version: string, ...more: readonly string[]) {
    const given = ['--version', version, '--root', source.path, '--key', releaser.keyFile]
    const { end, stdout, stderr } = await runProcess({
      argv: [process.execPath, PROGRAM, ...given, '--to', remote(), ...more],
      cwd: home.path,
    })
    return { end, said: `${stdout.toString()}${stderr.toString()}` }
  }

  const at = (name: string) => source.git(`--git-dir=${remote()}`, 'rev-parse', `${name}^{commit}`)
  const tags = async () =>
    (await source.git(`--git-dir=${remote()}`, 'tag', '--list')).trim().split('\n')

  it('commits the bundle to the tag alone, on top of its sources, and signs both', async () => {
    const main = await at('main')
    expect(await tag('1.2.3')).toMatchObject({ end: { kind: 'exited', code: 0 } })
    expect(await tags()).toEqual(['v1.2.3'])
    expect(await at('main')).toBe(main)
    expect(await at('v1.2.3^')).toBe(main)
    const changed = await source.git(
      `--git-dir=${remote()}`,
      'diff',
      '--name-status',
      'main',
      'v1.2.3',
    )
    expect(changed).toBe('A\tactions/gate/dist/main.mjs\n')
    const signers = join(home.path, 'signers')
    await writeFile(signers, allowedSigners([{ ...releaser, email: 'release@bulkhead.invalid' }]))
    const trust = ['-c', 'gpg.format=ssh', '-c', `gpg.ssh.allowedSignersFile=${signers}`]
    const there = `--git-dir=${remote()}`
    await source.git(...trust, there, 'verify-tag', 'v1.2.3')
    await source.git(...trust, there, 'verify-commit', 'v1.2.3^{commit}')
  })

  it('has v1 and v1.2 follow when it is told to, and changes nothing when it runs again', async () => {
    expect((await tag('1.2.3', '--move')).said).toContain('refs/tags/v1 refs/tags/v1.2\n')
    expect(await at('v1')).toBe(await at('v1.2.3'))
    expect((await tag('1.2.3', '--move')).said).toMatch(/^[0-9a-f]{40} was there\n$/)
    expect((await tag('1.2.3')).said).toMatch(/^[0-9a-f]{40} was there\n$/)
  })

  it('never changes a version: neither its sources nor one byte of its bundle', async () => {
    const before = await at('v1.2.3')
    await writeBundle('two')
    expect(await tag('1.2.3')).toMatchObject({
      end: { code: 3 },
      said: expect.stringContaining('v1.2.3 is released with other contents') as string,
    })
    expect(await at('v1.2.3')).toBe(before)
  })

  it('moves no tag to a version that is not there, and none back', async () => {
    await change('two')
    expect(await tag('1.3.0', '--move')).toMatchObject({
      end: { code: 3 },
      said: expect.stringContaining('v1.3.0 is not released') as string,
    })
    expect(await tag('1.3.0')).toMatchObject({ end: { code: 0 } })
    expect(await tag('1.3.0', '--move')).toMatchObject({ end: { code: 0 } })
    await change('mended')
    await tag('1.2.4')
    await tag('1.2.4', '--move')
    expect(await at('v1.2')).toBe(await at('v1.2.4'))
    expect(await at('v1')).toBe(await at('v1.3.0'))
  })

  it('releases nothing that main does not have, and nothing that is not built', async () => {
    await change('unseen', { isMerged: false })
    expect((await tag('1.4.0')).said).toContain('main does not contain')
    await source.git('push', '--quiet', remote(), 'HEAD:refs/heads/main')
    await source.commit({ by: releaser, message: 'x', files: { 'actions/new/src/main.ts': '' } })
    await source.git('push', '--quiet', remote(), 'HEAD:refs/heads/main')
    expect((await tag('1.4.0')).end).toMatchObject({ code: 3 })
    expect(await tags()).not.toContain('v1.4.0')
  })
})
