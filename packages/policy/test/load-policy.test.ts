import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { InputError, commitId } from '@bulkhead/vocabulary'
import { afterEach, describe, expect, it } from 'vitest'
import { loadPolicy, loadPolicyFile } from '../src/index.ts'
import { digestOfFiles } from '../src/policy-digest.ts'
import { exampleWith, positionOf } from './example-policy.ts'
import { aCommit, inMemoryRepository } from './in-memory-repository.ts'

type Files = Readonly<Record<string, string | Buffer>>

const trusted = aCommit('a')
const judged = aCommit('b')
const inventory = '.bulkhead/inventory/tenant-isolation.json'
const right: Files = {
  'bulkhead.yml': exampleWith(),
  '.bulkhead/allowed_signers': 'ada@example.test ssh-ed25519 AAAA\n',
  [inventory]: '{"tests":[]}\n',
  '.bulkhead/keys/voucher.pub': 'voucher key\n',
  '.bulkhead/keys/builder.pub': 'builder key\n',
  '.bulkhead/keys/gate.pub': 'gate key\n',
  '.bulkhead/keys/ledger.pub': 'ledger key\n',
}

const without = (path: string): Files =>
  Object.fromEntries(Object.entries(right).filter(([key]) => key !== path))
const load = (files: Files) =>
  loadPolicy(inMemoryRepository(new Map([[trusted, files]])).repository, trusted)

async function findingsOf(loading: Promise<unknown>) {
  const error: unknown = await loading.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (!(error instanceof InputError)) throw new Error('no InputError', { cause: error })
  return error.findings
}

describe('loading from the trusted ref', () => {
  it('gives the policy, its blob, and the bytes of every file that it names', async () => {
    const { repository, asked } = inMemoryRepository(
      new Map([
        [trusted, right],
        [judged, { 'bulkhead.yml': 'mode: observe' }],
      ]),
    )
    const loaded = await loadPolicy(repository, trusted)
    expect(loaded.trustedRef).toBe(trusted)
    expect(loaded.policy.signers).toBe('.bulkhead/allowed_signers')
    expect(loaded.blob).toBe((await repository.readFile(trusted, 'bulkhead.yml'))?.blob)
    expect([...loaded.files.keys()].sort()).toEqual(
      Object.keys(right)
        .filter((path) => path !== 'bulkhead.yml')
        .sort(),
    )
    expect(loaded.files.get('.bulkhead/keys/gate.pub')).toEqual(Buffer.from('gate key\n'))
    expect(asked.filter((question) => !question.startsWith(trusted))).toEqual([])
  })

  it('without a policy there blocks with the way to one', async () => {
    expect(await findingsOf(load({}))).toMatchObject([
      {
        code: 'policy/missing',
        subject: 'bulkhead.yml',
        remedy: expect.stringContaining('bulkhead init'),
      },
    ])
  })

  it('with a wrong policy throws its findings', async () => {
    const files = { ...right, 'bulkhead.yml': exampleWith({ from: 'signers:', to: 'signrs:' }) }
    expect(await findingsOf(load(files))).toMatchObject([
      { code: 'policy/unknown-key', subject: 'bulkhead.yml:4:1' },
    ])
  })

  it.each(Object.keys(right).filter((path) => path !== 'bulkhead.yml' && path !== inventory))(
    'without %s names the place that names it',
    async (path) => {
      expect(await findingsOf(load(without(path)))).toMatchObject([
        {
          code: 'policy/missing-file',
          subject: `bulkhead.yml:${positionOf(exampleWith(), path)}`,
          message: expect.stringContaining(`${path}": no regular file there in commit ${trusted}`),
        },
      ])
    },
  )

  it('names all missing files at once', async () => {
    const only = { 'bulkhead.yml': exampleWith() }
    expect((await findingsOf(load(only))).map(({ code }) => code)).toEqual(
      Array(5).fill('policy/missing-file'),
    )
  })

  it('leaves a missing inventory to the gate', async () => {
    const { files } = await load(without(inventory))
    expect(files.has(inventory)).toBe(false)
    expect(files.size).toBe(5)
  })

  it('reads an inventory of 64 MiB: it names every test', async () => {
    const sized = (size: number): Files => ({ ...right, [inventory]: Buffer.alloc(size, ' ') })
    expect((await load(sized(64 * 1024 * 1024))).files.has(inventory)).toBe(true)
    expect(await findingsOf(load(sized(64 * 1024 * 1024 + 1)))).toMatchObject([
      { code: 'policy/too-large' },
    ])
  })

  it('refuses a named file above 4 MiB, and reads one of 4 MiB', async () => {
    const sized = (size: number): Files => ({
      ...right,
      '.bulkhead/allowed_signers': Buffer.alloc(size, '#'),
    })
    expect(await findingsOf(load(sized(4 * 1024 * 1024 + 1)))).toMatchObject([
      { code: 'policy/too-large' },
    ])
    await expect(load(sized(4 * 1024 * 1024))).resolves.toBeDefined()
  })

  it('refuses one key under two paths in two roles, however it is wrapped', async () => {
    const files = { ...right, '.bulkhead/keys/gate.pub': 'voucher\r\nkey' }
    expect(await findingsOf(load(files))).toMatchObject([
      {
        code: 'policy/inconsistent',
        subject: `bulkhead.yml:${positionOf(exampleWith(), '.bulkhead/keys/gate.pub')}`,
        message: expect.stringContaining('holds the same key as ".bulkhead/keys/voucher.pub"'),
      },
    ])
  })
})

describe('the digest', () => {
  it('changes with one byte of any file, and with an inventory that goes', async () => {
    const changed = Object.keys(right).map((path) =>
      path === 'bulkhead.yml'
        ? { ...right, [path]: `${exampleWith()}#` }
        : { ...right, [path]: `${String(right[path])} x` },
    )
    const loaded = await Promise.all([right, ...changed, without(inventory)].map(load))
    expect(new Set(loaded.map(({ digest }) => digest)).size).toBe(changed.length + 2)
  })

  it('does not change with files that the policy does not name', async () => {
    const more = await load({ ...right, 'README.md': 'x' })
    expect(more.digest).toBe((await load(right)).digest)
  })

  it('is the same whatever the order, and another when bytes move between path and content', () => {
    const of = (...files: [string, string][]) =>
      digestOfFiles(new Map(files.map(([path, text]) => [path, Buffer.from(text)])))
    expect(of(['a', '1'], ['b', '2'])).toBe(of(['b', '2'], ['a', '1']))
    const alike = [
      of(['a', 'b'], ['c', 'd']),
      of(['ab', ''], ['c', 'd']),
      of(['a', 'bcd']),
      of(['a', 'd'], ['c', 'b']),
    ]
    expect(new Set(alike).size).toBe(alike.length)
  })
})

describe('a policy that the caller names by file', () => {
  const folders: string[] = []
  const folderWith = (files: Files, policyName = 'bulkhead.yml'): string => {
    const folder = mkdtempSync(join(tmpdir(), 'policy-'))
    folders.push(folder)
    for (const [path, bytes] of Object.entries(files)) {
      const place = join(folder, path === 'bulkhead.yml' ? policyName : path)
      mkdirSync(dirname(place), { recursive: true })
      writeFileSync(place, bytes)
    }
    return folder
  }
  afterEach(() => {
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true })
  })

  it('has the digest and blob of the same policy at a trusted ref, whatever its file is called', async () => {
    const folder = folderWith(right, 'ours.yml')
    const loaded = await loadPolicyFile(join(folder, 'ours.yml'), trusted)
    expect(loaded).toEqual(await load(right))
  })

  it('has the blob id that git gives, in both object formats', async () => {
    const file = join(folderWith(right), 'bulkhead.yml')
    const byGit = execFileSync('git', ['hash-object', '--no-filters', '--', file], {
      encoding: 'utf8',
      cwd: tmpdir(),
    }).trim()
    expect((await loadPolicyFile(file)).blob).toBe(byGit)
    expect((await loadPolicyFile(file, commitId('c'.repeat(64)))).blob).toMatch(/^[0-9a-f]{64}$/)
  })

  it('is judged from no commit unless the caller says from which', async () => {
    const file = join(folderWith(right), 'bulkhead.yml')
    expect((await loadPolicyFile(file)).trustedRef).toBe('0'.repeat(40))
  })

  it('names places in the file as the caller called it', async () => {
    const file = join(folderWith(without('.bulkhead/keys/gate.pub')), 'bulkhead.yml')
    expect(await findingsOf(loadPolicyFile(file))).toMatchObject([
      {
        code: 'policy/missing-file',
        subject: `${file}:${positionOf(exampleWith(), '.bulkhead/keys/gate.pub')}`,
      },
    ])
  })

  it('must be a regular file of honest size', async () => {
    const folder = folderWith({ ...right, huge: Buffer.alloc(4 * 1024 * 1024 + 1) })
    for (const path of [folder, join(folder, 'nothing.yml'), join(folder, 'bulkhead.yml', 'x')]) {
      expect(await findingsOf(loadPolicyFile(path))).toMatchObject([
        { code: 'usage/unreadable-file', subject: path },
      ])
    }
    expect(await findingsOf(loadPolicyFile(join(folder, 'huge')))).toMatchObject([
      { code: 'policy/too-large' },
    ])
  })

  it.skipIf(process.platform === 'win32')(
    'is not waited for when it is a device without end',
    async () => {
      expect(await findingsOf(loadPolicyFile('/dev/zero'))).toMatchObject([
        { code: 'usage/unreadable-file', subject: '/dev/zero' },
      ])
    },
  )
})
