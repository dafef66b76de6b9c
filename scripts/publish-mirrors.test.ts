import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
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
import { mirrorPage } from './mirrors/mirror-files.ts'
import { parseVersion } from './mirrors/version.ts'

const PROGRAM = join(dirname(fileURLToPath(import.meta.url)), 'publish-mirrors.ts')

describe('publish-mirrors', () => {
  let home: TemporaryDirectory
  let source: GitFixture
  let releaser: Person
  beforeAll(async () => {
    home = await temporaryDirectory()
    releaser = await makePerson('Releaser', home.path)
    source = await makeRepository(join(home.path, 'source'))
    for (const action of ['gate', 'ship'])
      await (
        await makeRepository(join(home.path, 'mirrors', action))
      ).git('config', 'core.bare', 'true')
    await writeRelease('one')
  })
  afterAll(() => home[Symbol.asyncDispose]())

  async function writeRelease(word: string): Promise<void> {
    const files: Record<string, string> = { LICENSE: 'free\n' }
    for (const action of ['gate', 'ship']) {
      files[`actions/${action}/action.yml`] = `name: ${action}\n`
      files[`actions/${action}/README.md`] = '[why](../../docs/reasons.md)\n'
      await mkdir(join(source.path, 'actions', action, 'dist'), { recursive: true })
      await writeFile(join(source.path, 'actions', action, 'dist', 'main.mjs'), `// ${word}\n`)
    }
    files['word.txt'] = word
    await source.commit({ by: releaser, message: word, files })
  }

  async function publish(version?: string) {
    const named = version === undefined ? [] : ['--version', version]
    const argv = [...named, '--root', source.path, '--key', releaser.keyFile] as const
    const to = join(home.path, 'mirrors', '{action}', '.git')
    const { end, stdout, stderr } = await runProcess({
      argv: [process.execPath, PROGRAM, ...argv, '--to', to],
      cwd: home.path,
    })
    return { end, said: `${stdout.toString()}${stderr.toString()}` }
  }

  const inMirror = async (action: string, ...args: readonly string[]) => {
    const { stdout, stderr, end } = await runProcess({
      argv: ['git', `--git-dir=${join(home.path, 'mirrors', action, '.git')}`, ...args],
      cwd: home.path,
    })
    return { text: `${stdout.toString()}${stderr.toString()}`.trim(), end }
  }
  const refs = async () => (await inMirror('gate', 'for-each-ref')).text

  it('brings every action to its own repository, signed, and with its tags', async () => {
    expect(await publish('1.2.3')).toMatchObject({ end: { kind: 'exited', code: 0 } })
    const listed = await inMirror('gate', 'ls-tree', '-r', '--name-only', 'v1.2.3')
    expect(listed.text.split('\n')).toEqual(['LICENSE', 'README.md', 'action.yml', 'dist/main.mjs'])
    const signers = join(home.path, 'signers')
    await writeFile(signers, allowedSigners([{ ...releaser, email: 'release@bulkhead.invalid' }]))
    const trust = ['-c', 'gpg.format=ssh', '-c', `gpg.ssh.allowedSignersFile=${signers}`]
    for (const tag of ['v1', 'v1.2', 'v1.2.3'])
      expect((await inMirror('ship', ...trust, 'verify-tag', tag)).end).toMatchObject({ code: 0 })
    expect((await inMirror('ship', ...trust, 'verify-commit', 'main')).end).toMatchObject({
      code: 0,
    })
  })

  it('changes nothing when it runs again', async () => {
    const before = await refs()
    const again = await publish('1.2.3')
    expect(again.end).toMatchObject({ code: 0 })
    expect(again.said).toMatch(/^gate: [0-9a-f]{40} was there\nship: [0-9a-f]{40} was there\n$/)
    expect(await refs()).toBe(before)
  })

  it('never changes a version that is released', async () => {
    await writeRelease('two')
    const before = await refs()
    expect(await publish('1.2.3')).toMatchObject({
      end: { kind: 'exited', code: 3 },
      said: expect.stringContaining('v1.2.3 is released with other contents') as string,
    })
    expect(await refs()).toBe(before)
  })

  it('moves v1 forward with a newer version, and never back with an older one', async () => {
    expect(await publish('1.3.0')).toMatchObject({ end: { code: 0 } })
    const newest = (await inMirror('gate', 'rev-parse', 'v1.3.0^{commit}')).text
    expect((await inMirror('gate', 'rev-parse', 'v1^{commit}')).text).toBe(newest)
    await writeRelease('mended')
    expect(await publish('1.2.4')).toMatchObject({ end: { code: 0 } })
    const mended = (await inMirror('gate', 'rev-parse', 'v1.2.4^{commit}')).text
    expect((await inMirror('gate', 'rev-parse', 'v1.2^{commit}')).text).toBe(mended)
    expect((await inMirror('gate', 'rev-parse', 'v1^{commit}')).text).toBe(newest)
  })

  it('finishes what a run before it left undone', async () => {
    await inMirror('gate', 'tag', '--delete', 'v1.2')
    expect((await publish('1.2.4')).said).toContain('refs/tags/v1.2')
    expect((await publish('1.2.4')).said).toContain('was there')
  })

  it('releases each action in its own version, and none before all have one', async () => {
    const manifest = (version: string) => JSON.stringify({ version })
    const files = {
      'actions/gate/package.json': manifest('2.0.0'),
      'actions/ship/package.json': manifest('0.0.0'),
    }
    await source.commit({ by: releaser, message: 'versions', files })
    const early = await publish()
    expect(early).toMatchObject({ end: { code: 3 } })
    expect(early.said).toContain('actions/ship/package.json has no version to release')
    expect((await inMirror('gate', 'tag', '--list', 'v2*')).text).toBe('')
    await source.commit({
      by: releaser,
      message: 'a version',
      files: { 'actions/ship/package.json': manifest('1.3.1') },
    })
    expect(await publish()).toMatchObject({ end: { code: 0 } })
    expect((await inMirror('gate', 'tag', '--list', 'v2*')).text).toBe('v2\nv2.0\nv2.0.0')
    expect((await inMirror('ship', 'tag', '--list', 'v2*', 'v1.3.1')).text).toBe('v1.3.1')
  })

  it.each(['1.2', 'v01.2.3', '1.2.3-rc.1', 'latest', ''])(
    'takes %j for no version',
    async (text) => {
      expect(parseVersion(text)).toBeUndefined()
      expect(await publish(text === '' ? 'x' : text)).toMatchObject({ end: { code: 2 } })
    },
  )

  it('shows links of a page where they lead, and the mirror by its own name', () => {
    const from = { root: '/', action: 'gate', home: 'https://h/o/r', commit: 'abc' }
    const page = '[a](../../docs/x.md) [b](https://y/z) uses: OWNER/bulkhead/actions/gate@<sha>'
    expect(mirrorPage(page, from)).toBe(
      '[a](https://h/o/r/blob/abc/docs/x.md) [b](https://y/z) uses: OWNER/bulkhead-gate@<sha>',
    )
  })
})
