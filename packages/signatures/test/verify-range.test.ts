import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openRepository } from '@bulkhead/git'
import { makeSshSigner, signedHistory } from '@bulkhead/testkit'
import { type CommitId, WorldError, commitId } from '@bulkhead/vocabulary'
import { describe, expect, it } from 'vitest'
import { verifyRange } from '../src/index.ts'
import { RECEIPT, type Stage, parse, setStage, signSource } from './stage.ts'

// The numbers are those of annex/signature-cases.md, "Range and event".

const verify = ({ repository, allowed }: Stage, base: CommitId | null, head: CommitId) =>
  verifyRange({ repository, range: { base, head }, allowedSigners: allowed, receiptTime: RECEIPT })

it.each(['sha1', 'sha256'] as const)(
  'judges a %s range commit by commit, oldest first',
  async (objectFormat) => {
    await using stage = await setStage(objectFormat)
    const { ada, ben, eve, fixture } = stage
    const base = await fixture.commit({ by: ada, message: 'base', signedBy: null })
    const first = await fixture.commit({ by: ada, message: 'first\n\nbody' })
    const unsigned = await fixture.commit({ by: ben, message: 'second', signedBy: null })
    const strange = await fixture.commit({ by: eve, message: 'third' })
    const borrowed = await fixture.commit({ by: ada, message: 'fourth', signedBy: ben })
    const passed = { verdict: 'passed', format: 'ssh', findings: [] }
    const blocked = (code: string) => ({ verdict: 'blocked', findings: [{ code }] })
    expect(await verify(stage, base, borrowed)).toMatchObject({
      base,
      head: borrowed,
      counts: { commits: 4, passed: 1, blocked: 3 },
      findings: [],
      commits: [
        { commit: first, principal: ada.email, subject: 'first', committer: ada.email, ...passed },
        { commit: unsigned, format: 'none', ...blocked('signature/unsigned') },
        { commit: strange, principal: undefined, ...blocked('signature/unknown-signer') },
        { commit: borrowed, principal: ben.email, ...blocked('signature/wrong-committer') },
      ],
    })
  },
)

describe('17 counts', () => {
  it('finds one unsigned commit among a thousand', async () => {
    await using stage = await setStage()
    const [ada, ben] = [makeSshSigner('Ada'), makeSshSigner('Ben', 'ecdsa-256')]
    const signers = [ada, ben] as const
    const { path } = stage.fixture
    const unsigned = new Set([617])
    const { base, head, commits } = await signedHistory({ path, commits: 1_000, signers, unsigned })
    const text = signers.map(({ email, publicKey }) => `${email} ${publicKey}\n`).join('')
    const allowedSigners = parse(text)
    const request = { repository: stage.repository, allowedSigners, receiptTime: RECEIPT }
    const judged = await verifyRange({ ...request, range: { base, head } })
    expect(judged.counts).toEqual({ commits: 1_000, passed: 999, blocked: 1 })
    expect(judged.commits.map(({ commit }) => commit)).toEqual(commits)
    expect(judged.commits[617]).toMatchObject({ findings: [{ code: 'signature/unsigned' }] })
  })
})

describe('18 a clone that lacks history', () => {
  it('blocks a shallow clone, and passes the same range when whole', async () => {
    await using stage = await setStage()
    const { ada, fixture } = stage
    const base = await fixture.commit({ by: ada, message: 'base' })
    await fixture.commit({ by: ada, message: 'middle' })
    const head = await fixture.commit({ by: ada, message: 'head' })
    const path = join(stage.home, 'shallow')
    await fixture.git('clone', '--quiet', '--depth=1', `file://${fixture.path}`, path)
    await fixture.git('-C', path, 'fetch', '--quiet', '--depth=1', 'origin', base)
    await using repository = await openRepository(path)
    const cut = await verify({ ...stage, repository }, base, head)
    expect(cut.findings).toMatchObject([{ code: 'git/shallow-clone' }])
    expect(cut.counts).toEqual({ commits: 0, passed: 0, blocked: 0 })
    await fixture.git('-C', path, 'fetch', '--quiet', '--unshallow', 'origin')
    const whole = await verify({ ...stage, repository }, base, head)
    expect(whole).toMatchObject({ findings: [], counts: { commits: 2, passed: 2 } })
  })

  it('fails on a base that is missing, and never takes it for an empty range', async () => {
    await using stage = await setStage()
    const head = await stage.fixture.commit({ by: stage.ada, message: 'head' })
    const absent = commitId('1'.repeat(40))
    await expect(verify(stage, absent, head)).rejects.toBeInstanceOf(WorldError)
    await expect(verify(stage, head, absent)).rejects.toBeInstanceOf(WorldError)
  })
})

describe('19 replace refs and grafts', () => {
  it('blocks the clone and still judges the commits that are stored', async () => {
    await using stage = await setStage()
    const { ada, fixture } = stage
    const base = await fixture.commit({ by: ada, message: 'base' })
    const good = await fixture.commit({ by: ada, message: 'signed' })
    await fixture.git('reset', '--quiet', '--hard', base)
    const bad = await fixture.commit({ by: ada, message: 'unsigned', signedBy: null })
    await fixture.git('replace', bad, good)
    expect(await stage.gitAccepts(bad)).toBe(true)
    const judged = await verify(stage, base, bad)
    expect(judged.findings).toMatchObject([{ code: 'git/replaced-object' }])
    expect(judged.commits).toMatchObject([
      { commit: bad, subject: 'unsigned', findings: [{ code: 'signature/unsigned' }] },
    ])
    await fixture.git('replace', '-d', bad)
    expect((await verify(stage, base, good)).findings).toEqual([])
  })

  it('blocks a grafts file, which git lets hide an unsigned parent', async () => {
    await using stage = await setStage()
    const { ada, fixture } = stage
    const base = await fixture.commit({ by: ada, message: 'base' })
    await fixture.commit({ by: ada, message: 'hidden', signedBy: null })
    const head = await fixture.commit({ by: ada, message: 'head' })
    await writeFile(join(fixture.path, '.git', 'info', 'grafts'), `${head} ${base}\n`)
    const judged = await verify(stage, base, head)
    expect(judged.findings).toMatchObject([{ code: 'git/replaced-object' }])
    expect(judged.counts).toEqual({ commits: 2, passed: 1, blocked: 1 })
  })
})

describe('23, 24 every parent', () => {
  it('judges orphan roots and the far side of an octopus merge', async () => {
    await using stage = await setStage()
    const { ada, eve, fixture } = stage
    const base = await fixture.commit({ by: ada, message: 'base' })
    const sideOf = async (name: string, by = ada, signedBy: typeof ada | null = by) => {
      await fixture.git('checkout', '--quiet', '--orphan', name)
      return fixture.commit({ by, message: name, signedBy })
    }
    const [one, two, three] = [
      await sideOf('one'),
      await sideOf('two', eve),
      await sideOf('three', ada, null),
    ]
    const plain = (parents: readonly string[], tree: string) => {
      const who = `${ada.name} <${ada.email}> 1750000000 +0000`
      const links = parents.map((id) => `parent ${id}\n`).join('')
      return `tree ${tree}\n${links}author ${who}\ncommitter ${who}\n\noctopus\n`
    }
    const tree = (await fixture.git('rev-parse', `${base}^{tree}`)).trim()
    const merge = await stage.store(signSource(plain([base, one, two, three], tree), ada))
    const judged = await verify(stage, base, merge)
    expect(judged.counts).toEqual({ commits: 4, passed: 2, blocked: 2 })
    const findings = Object.fromEntries(judged.commits.map((c) => [c.commit, c.findings[0]?.code]))
    expect(findings).toEqual({
      [one]: undefined,
      [two]: 'signature/unknown-signer',
      [three]: 'signature/unsigned',
      [merge]: undefined,
    })
    const clean = await stage.store(signSource(plain([base, one], tree), ada))
    expect((await verify(stage, base, clean)).counts).toEqual({ commits: 2, passed: 2, blocked: 0 })
  })

  it('judges from the roots when there is no base', async () => {
    await using stage = await setStage()
    const head = await stage.fixture.commit({ by: stage.ada, message: 'root' })
    expect((await verify(stage, null, head)).counts).toEqual({ commits: 1, passed: 1, blocked: 0 })
  })
})

describe('29 an empty range', () => {
  it('says that it holds no commit', async () => {
    await using stage = await setStage()
    const head = await stage.fixture.commit({ by: stage.ada, message: 'head' })
    expect(await verify(stage, head, head)).toEqual({
      base: head,
      head,
      counts: { commits: 0, passed: 0, blocked: 0 },
      commits: [],
      findings: [],
    })
  })
})
