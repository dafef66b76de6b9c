import { readFile, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { temporaryDirectory } from '@bulkhead/testkit'
import { makeTinyProject, writeFiles } from '../../cli/test/support/tiny-project.ts'
import { initialise, keysDirectory, openWorkspace, parseKeyring } from '../src/index.ts'

async function start(files: Readonly<Record<string, string>> = {}) {
  const home = await temporaryDirectory()
  const { repository, ada } = await makeTinyProject(home.path)
  await writeFiles(repository.path, files)
  const workspace = await openWorkspace(repository.path)
  const end = async () => {
    await workspace.repository.close()
    await home[Symbol.asyncDispose]()
  }
  const read = (path: string) => readFile(join(repository.path, path), 'utf8')
  return { repository, ada, workspace, read, [Symbol.asyncDispose]: end }
}

describe('init', () => {
  it('makes private keys for this user alone, where no commit takes them', async () => {
    await using project = await start()
    const { written } = await initialise(project.workspace)
    const directory = keysDirectory(project.workspace.repository)
    const names = await readdir(directory)
    expect(names.toSorted()).toEqual(['builder.pem', 'gate.pem', 'ledger.pem', 'voucher.pem'])
    for (const name of names) expect((await stat(join(directory, name))).mode & 0o777).toBe(0o600)
    await project.repository.git('add', '--all')
    const staged = await project.repository.git('diff', '--cached', '--name-only')
    expect(staged.split('\n')).toEqual(expect.arrayContaining([...written]))
    expect(await project.repository.git('diff', '--cached')).not.toContain('PRIVATE KEY')
  })

  it('lists the signing key that git is set up with as the first signer', async () => {
    await using project = await start()
    expect(await initialise(project.workspace)).toMatchObject({ signers: 1 })
    const { email, publicKey } = project.ada
    expect(await project.read('.bulkhead/allowed_signers')).toContain(
      `${email} namespaces="git,bulkhead-approval" ${publicKey}`,
    )
  })

  it('says when git has no signing key, and lists nobody', async () => {
    await using project = await start()
    await project.repository.git('config', '--unset', 'user.signingkey')
    expect(await initialise(project.workspace)).toMatchObject({ signers: 0 })
    expect(await project.read('.bulkhead/allowed_signers')).not.toMatch(/^[^#\n]/m)
  })

  it.each([
    [
      'vitest run',
      /command: .*test:isolation, --, --retry=0\].*\n.*\n.*\n    retries: \{ off-by: \[--retry=0\] \}/,
    ],
    ['node --test', /\n    retries: \{ none-in-runner: true \}/],
    ['make x', /\n    # retries: /],
  ])('says how retries are off with %s', async (script, expected) => {
    const manifest = JSON.stringify({ scripts: { 'test:isolation': script } })
    await using project = await start({ 'package.json': manifest })
    await initialise(project.workspace)
    expect(await project.read('bulkhead.yml')).toMatch(expected)
  })

  it('takes the test scripts that package.json has', async () => {
    const manifest = JSON.stringify({ scripts: { 'test:isolation': 'x' } })
    await using project = await start({ 'package.json': manifest })
    await initialise(project.workspace)
    expect(await project.read('bulkhead.yml')).toMatch(/command: .*test:isolation/)
  })

  it.each(['bulkhead.yml', '.bulkhead/allowed_signers', '.bulkhead/keys/gate.pub'])(
    'changes nothing when %s is there already',
    async (path) => {
      await using project = await start({ [path]: 'mine\n' })
      await expect(initialise(project.workspace)).rejects.toMatchObject({
        findings: [{ code: 'usage/already-exists', subject: path }],
      })
      expect(await project.read(path)).toBe('mine\n')
      expect(await project.repository.git('status', '--porcelain', '-uall')).not.toMatch(
        path === 'bulkhead.yml' ? /\.bulkhead/ : /bulkhead\.yml/,
      )
    },
  )

  it('never replaces a private key', async () => {
    await using project = await start()
    await initialise(project.workspace)
    const file = join(keysDirectory(project.workspace.repository), 'gate.pem')
    const before = await readFile(file, 'utf8')
    await project.repository.git('add', '--all')
    await project.repository.git('rm', '--quiet', '-rf', 'bulkhead.yml', '.bulkhead')
    await expect(initialise(project.workspace)).rejects.toMatchObject({
      findings: [{ code: 'usage/already-exists' }],
    })
    expect(await readFile(file, 'utf8')).toBe(before)
  })
})

describe('a keyring', () => {
  it('holds every private key of a text of PEM blocks', async () => {
    await using project = await start()
    await initialise(project.workspace)
    const directory = keysDirectory(project.workspace.repository)
    const texts = await Promise.all(
      ['gate.pem', 'ledger.pem'].map((name) => readFile(join(directory, name), 'utf8')),
    )
    expect(parseKeyring(texts.join('\n\n'), 'both').signers).toHaveLength(2)
  })

  it.each([
    ['', 'usage/missing-key'],
    [' \n', 'usage/missing-key'],
    ['no key at all', 'usage/wrong-key'],
    ['-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----', 'usage/wrong-key'],
  ])('is none in %j', (text, code) => {
    expect(() => parseKeyring(text, 'a file')).toThrow(
      expect.objectContaining({ findings: [expect.objectContaining({ code, subject: 'a file' })] }),
    )
  })
})
