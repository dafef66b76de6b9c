import { makeOpenPgpSigner, makeSshSigner } from '@bulkhead/testkit'
import type { RawObject } from '@bulkhead/git'
import type { CommitId } from '@bulkhead/vocabulary'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type RangeRequest, parseAllowedSigners, verifyRange } from '../src/index.ts'
import { RECEIPT, type Stage, setStage, signSource, withSignature } from './stage.ts'
import { signersOf } from './openpgp-stage.ts'

// The numbers are those of annex/signature-cases.md: 68, 69, 71 and DESIGN §10, "Merges made by the forge".

const EMAIL = 'noreply@forge.test'
const LINES = 'one\ntwo\nthree\nfour\nfive\n'
const forge = makeOpenPgpSigner('Forge')
let stage: Stage
let base: CommitId
let trusted: Pick<RangeRequest, 'allowedSigners' | 'openPgpSigners'>

beforeAll(async () => {
  stage = await setStage()
  base = await stage.fixture.commit({ by: stage.ada, message: 'base', files: { 'a.txt': LINES } })
  const signers = await signersOf(forge.certificate, [EMAIL])
  const principal = { name: 'the-forge', role: 'forge', committers: [EMAIL] } as const
  trusted = {
    allowedSigners: stage.allowed,
    openPgpSigners: signers.map(({ certificate }) => ({ certificate, principal })),
  }
})
afterAll(() => stage[Symbol.asyncDispose]())

const verify = (head: CommitId, more: Partial<RangeRequest> = {}) =>
  verifyRange({
    repository: stage.repository,
    range: { base, head },
    ...trusted,
    receiptTime: RECEIPT,
    ...more,
  })

/** Verdict and code of one commit of a range. */
const saysOf = async (commit: CommitId, more: Partial<RangeRequest> = {}, head = commit) => {
  const { commits } = await verify(head, more)
  const judged = commits.find((one) => one.commit === commit)
  return [judged?.verdict, ...(judged?.findings ?? []).map(({ code }) => code)]
}

async function changed(from: CommitId, old: string, now: string, signed = true): Promise<CommitId> {
  const { fixture, ada } = stage
  await fixture.git('checkout', '--quiet', '--force', '--detach', from)
  const text = (await fixture.git('show', `${from}:a.txt`)).replace(old, now)
  const signing = signed ? {} : { signedBy: null }
  return fixture.commit({ by: ada, message: now, files: { 'a.txt': text }, ...signing })
}

const treeOf = async (commit: CommitId) =>
  (await stage.fixture.git('rev-parse', `${commit}^{tree}`)).trim()

async function mergedTree(ours: CommitId, theirs: CommitId): Promise<string> {
  return (await stage.fixture.git('merge-tree', '--write-tree', ours, theirs)).trim()
}

function sourceOf(
  tree: string,
  parents: readonly string[],
  message = 'Merge pull request #1',
): string {
  const links = parents.map((id) => `parent ${id}\n`).join('')
  const author = 'author Ada <ada@example.test> 1750000000 +0000\n'
  const committer = `committer Forge <${EMAIL}> 1750000000 +0000\n`
  return `tree ${tree}\n${links}${author}${committer}\n${message}\n`
}

/** Whatever the forge is asked to sign: any writer can ask. */
function byForge(tree: string, parents: readonly string[], message?: string): Promise<CommitId> {
  const source = sourceOf(tree, parents, message)
  return stage.store(withSignature(source, forge.sign(Buffer.from(source, 'latin1'))))
}

const merge = async (ours: CommitId, theirs: CommitId) =>
  byForge(await mergedTree(ours, theirs), [ours, theirs])

describe('68 a merge that the forge signed', () => {
  it('passes when its tree is the clean merge of verified parents, and is nobody’s', async () => {
    const [ours, theirs] = [await changed(base, 'one', 'ONE'), await changed(base, 'five', 'FIVE')]
    const commit = await merge(ours, theirs)
    const { commits, counts } = await verify(commit)
    expect(counts).toEqual({ commits: 3, passed: 3, blocked: 0 })
    const version = (await stage.fixture.git('version')).trim().replace('git version ', '')
    const judged = commits.find((one) => one.commit === commit)
    expect(judged).toMatchObject({ principal: 'the-forge', role: 'forge', recomputedBy: version })
  })

  it('passes onto the base itself, and may be merged on', async () => {
    const first = await merge(base, await changed(base, 'one', 'ONE'))
    const second = await merge(first, await changed(base, 'three', 'THREE'))
    const third = await merge(second, await changed(first, 'five', 'FIVE'))
    expect((await verify(third)).counts).toEqual({ commits: 6, passed: 6, blocked: 0 })
  })

  it('blocks one line more than the merge: forged content under a good signature', async () => {
    const [ours, theirs] = [await changed(base, 'one', 'ONE'), await changed(base, 'five', 'FIVE')]
    const clean = await merge(ours, theirs)
    const evil = await byForge(await treeOf(await changed(clean, 'three', 'evil')), [ours, theirs])
    expect(await saysOf(evil)).toEqual(['blocked', 'signature/forge-merge-differs'])
    const { commits } = await verify(evil)
    const [finding] = commits.find(({ commit }) => commit === evil)?.findings ?? []
    expect(finding?.message).toMatch(/git [0-9]+\.[0-9.]+ merges [0-9a-f]{40} and [0-9a-f]{40}/)
    expect(finding?.remedy).toContain(`git merge --no-ff --gpg-sign ${theirs}`)
  })

  it('blocks a merge that takes one side and drops the other', async () => {
    const [ours, theirs] = [await changed(base, 'one', 'ONE'), await changed(base, 'five', 'FIVE')]
    const dropped = await byForge(await treeOf(ours), [ours, theirs])
    expect(await saysOf(dropped)).toEqual(['blocked', 'signature/forge-merge-differs'])
  })

  it('blocks a resolved conflict, which a person must sign', async () => {
    const [ours, theirs] = [await changed(base, 'one', 'ONE'), await changed(base, 'one', 'EINS')]
    const tree = await treeOf(ours)
    expect(await saysOf(await byForge(tree, [ours, theirs]))).toEqual([
      'blocked',
      'signature/forge-merge-differs',
    ])
    const source = sourceOf(tree, [ours, theirs]).replace(EMAIL, stage.ada.email)
    expect(await saysOf(await stage.store(signSource(source, stage.ada)))).toEqual(['passed'])
  })

  it('blocks a merge that brings in an unsigned commit, and what is merged onto it', async () => {
    const [ours, theirs] = [
      await changed(base, 'one', 'ONE'),
      await changed(base, 'five', 'FIVE', false),
    ]
    const bad = await merge(ours, theirs)
    const next = await merge(bad, await changed(base, 'three', 'THREE'))
    const codes = ['blocked', 'signature/forge-unverified-parent']
    expect(await saysOf(bad)).toEqual(codes)
    expect(await saysOf(next)).toEqual(codes)
    expect(await saysOf(theirs, {}, next)).toEqual(['blocked', 'signature/unsigned'])
  })

  it('blocks an octopus, a root and a commit with one parent', async () => {
    const [one, two] = [await changed(base, 'one', 'ONE'), await changed(base, 'five', 'FIVE')]
    const codes = ['blocked', 'signature/forge-not-a-merge']
    expect(await saysOf(await byForge(await mergedTree(one, two), [base, one, two]))).toEqual(codes)
    expect(await saysOf(await byForge(await treeOf(base), []), {})).toEqual(codes)
    expect(await saysOf(await byForge(await treeOf(one), [base]))).toEqual(codes)
  })

  it('71 passes anything by the explicit rule, and then no longer says recomputed', async () => {
    const edit = await byForge(await treeOf(await changed(base, 'one', 'ONE')), [base])
    const rules = { author: 'committer', rsaBits: 2048 } as const
    expect(await saysOf(edit, { rules })).toEqual(['blocked', 'signature/forge-not-a-merge'])
    expect(await saysOf(edit, { rules: { ...rules, forge: 'any' } })).toEqual(['passed'])
  })

  it('is not taken in by an order in which a parent comes late', async () => {
    const ours = await changed(base, 'one', 'ONE')
    const theirs = await changed(base, 'five', 'FIVE', false)
    const commit = await merge(ours, theirs)
    const { repository } = stage
    async function* readRange(range: Parameters<typeof repository.readRange>[0]) {
      const all: { id: CommitId; object: RawObject }[] = []
      for await (const one of repository.readRange(range)) all.push(one)
      // Enough between them that they are not judged in one batch.
      const [last] = all.splice(-1)
      const late = all.filter(({ id }) => id === theirs)
      if (last !== undefined) yield last
      for (const one of all) if (one.id !== theirs) yield one
      for (let index = 0; index < 200; index += 1) if (all[0] !== undefined) yield all[0]
      yield* late
    }
    const { findings } = await verify(commit, { repository: { ...repository, readRange } })
    expect(findings).toMatchObject([{ code: 'git/incomplete-range', subject: expect.any(String) }])
    expect((await verify(commit)).findings).toEqual([])
  })

  it('never lets a git that cannot compute it pass it', async () => {
    const commit = await merge(await changed(base, 'one', 'ONE'), await changed(base, 'five', '5'))
    const old = async () => ({ kind: 'too-old', git: '2.37.7' }) as const
    const repository = { ...stage.repository, recomputeMerge: old }
    expect(await saysOf(commit, { repository })).toEqual([
      'blocked',
      'signature/forge-not-recomputed',
    ])
  })
})

describe('a squash that the forge signed', () => {
  const squash = async (onto: CommitId, head: CommitId) =>
    byForge(await mergedTree(onto, head), [onto], 'Change (#1)')

  it('passes when the pull request is named and verified', async () => {
    const onto = await changed(base, 'one', 'ONE')
    const head = await changed(await changed(base, 'four', 'FOUR'), 'five', 'FIVE')
    const commit = await squash(onto, head)
    expect(await saysOf(commit)).toEqual(['blocked', 'signature/forge-not-a-merge'])
    expect(await saysOf(commit, { pullRequestHeads: [head] })).toEqual(['passed'])
    const { counts } = await verify(commit, { pullRequestHeads: [head] })
    expect(counts).toEqual({ commits: 2, passed: 2, blocked: 0 })
  })

  it('blocks when another pull request is named, or any commit of it is unsigned', async () => {
    const unsigned = await changed(base, 'four', 'FOUR', false)
    const head = await changed(unsigned, 'five', 'FIVE')
    const other = await changed(base, 'five', 'FIVE')
    const commit = await squash(base, head)
    expect(await saysOf(commit, { pullRequestHeads: [head] })).toEqual([
      'blocked',
      'signature/forge-unverified-parent',
    ])
    expect(await saysOf(commit, { pullRequestHeads: [other] })).toEqual([
      'blocked',
      'signature/forge-not-a-merge',
    ])
    expect(await saysOf(await squash(base, other), { pullRequestHeads: [head, other] })).toEqual([
      'passed',
    ])
  })

  it('passes with a branch that the forge brought up to date', async () => {
    const onto = await changed(base, 'one', 'ONE')
    const updated = await merge(await changed(base, 'five', 'FIVE'), onto)
    const commit = await squash(onto, updated)
    expect(await saysOf(commit, { pullRequestHeads: [updated] })).toEqual(['passed'])
  })

  it('blocks two that would have to vouch for each other', async () => {
    const edit = await byForge(await treeOf(await changed(base, 'one', 'evil')), [base], 'a')
    const again = await byForge(await treeOf(edit), [base], 'b')
    const pullRequestHeads = [edit, again]
    expect(await saysOf(edit, { pullRequestHeads })).toMatchObject(['blocked', expect.any(String)])
    expect(await saysOf(again, { pullRequestHeads })).toMatchObject(['blocked', expect.any(String)])
  })
})

describe('who the forge is', () => {
  it('is found for SSH keys too', async () => {
    const key = makeSshSigner('Host')
    const roles = [{ name: 'host', role: 'forge', committers: [EMAIL] } as const]
    const text = `${EMAIL} ${key.publicKey}\n${stage.ada.email} ${stage.ada.publicKey}\n`
    const allowedSigners = parseAllowedSigners(Buffer.from(text), 'allowed', roles)
    const edit = sourceOf(await treeOf(base), [base])
    const commit = await stage.store(withSignature(edit, key.sign(Buffer.from(edit, 'latin1'))))
    const codes = ['blocked', 'signature/forge-not-a-merge']
    expect(await saysOf(commit, { allowedSigners })).toEqual(codes)
    const person = parseAllowedSigners(Buffer.from(text), 'allowed')
    expect(await saysOf(commit, { allowedSigners: person })).toEqual(['passed'])
  })

  it('stays the forge when a person is given the same key', async () => {
    const [first] = trusted.openPgpSigners ?? []
    if (first === undefined) throw new Error('no forge')
    const person = { name: 'ada', role: 'person', committers: [EMAIL] } as const
    const edit = await byForge(await treeOf(base), [base])
    const both = { openPgpSigners: [{ ...first, principal: person }, first] }
    expect(await saysOf(edit, both)).toEqual(['blocked', 'signature/forge-not-a-merge'])
    const own = { openPgpSigners: [{ ...first, principal: person }] }
    expect(await saysOf(edit, own)).toEqual(['passed'])
  })

  it('69 is one of its two keys as much as the other', async () => {
    const older = makeOpenPgpSigner('Older')
    const signers = [...(await signersOf(older.certificate)), ...(trusted.openPgpSigners ?? [])]
    const principal = { name: 'the-forge', role: 'forge', committers: [EMAIL] } as const
    const openPgpSigners = signers.map(({ certificate }) => ({ certificate, principal }))
    const [ours, theirs] = [await changed(base, 'one', 'ONE'), await changed(base, 'five', 'FIVE')]
    const source = sourceOf(await mergedTree(ours, theirs), [ours, theirs])
    const armor = older.sign(Buffer.from(source, 'latin1'))
    const commit = await stage.store(withSignature(source, armor))
    expect(await saysOf(commit, { openPgpSigners })).toEqual(['passed'])
    expect(await saysOf(commit)).toEqual(['blocked', 'signature/unknown-signer'])
  })
})
