import { listCommits } from './list-commits.ts'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { makePerson, makeRepository, temporaryDirectory } from '@bulkhead/testkit'
import { type CommitId, InputError, commitId } from '@bulkhead/vocabulary'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { findUnrelatedBase, openRepository } from '../src/index.ts'

async function emptyRepository() {
  const home = await temporaryDirectory()
  const by = await makePerson('Ada', home.path)
  const fixture = await makeRepository(join(home.path, 'repo'))
  const tree = (await fixture.git('hash-object', '-t', 'tree', '-w', '/dev/null')).trim()
  /** A bare commit object with these parents; no file, no ref. */
  const link = async (name: string, parents: readonly string[], seconds = 1_700_000_000) => {
    const lines = [`tree ${tree}`, ...parents.map((id) => `parent ${id}`)]
    const who = `A <a@example.test> ${seconds} +0000`
    const file = join(home.path, 'object')
    await writeFile(
      file,
      `${[...lines, `author ${who}`, `committer ${who}`].join('\n')}\n\n${name}\n`,
    )
    const id = await fixture.git('hash-object', '-t', 'commit', '-w', '--literally', file)
    return commitId(id.trim())
  }
  return { home, by, fixture, link, [Symbol.asyncDispose]: () => home[Symbol.asyncDispose]() }
}

const refusalOf = async (promise: Promise<unknown>) => {
  const error = await promise.catch((reason: unknown) => reason)
  return error instanceof InputError ? error.findings[0]?.code : error
}

describe('listCommits', () => {
  // annex/signature-cases.md 23, 24
  it('follows every parent of an octopus merge down to orphan roots, parents first', async () => {
    await using at = await emptyRepository()
    const base = await at.link('base', [])
    const left = await at.link('left', [base])
    const right = await at.link('right', [base])
    const orphan = await at.link('orphan', [])
    const merge = await at.link('octopus', [left, right, orphan])
    const head = await at.link('head', [merge])
    await using repository = await openRepository(at.fixture.path)
    const list = await listCommits(repository, { base, head })
    expect(new Set(list)).toEqual(new Set([left, right, orphan, merge, head]))
    expect(list.slice(-2)).toEqual([merge, head])
    expect(await listCommits(repository, { base: null, head })).toHaveLength(6)
  })

  it('lists exactly what is reachable from head and not from base, on any graph and any dates', async () => {
    await using at = await emptyRepository()
    await using repository = await openRepository(at.fixture.path)
    const shape = fc.array(fc.tuple(fc.array(fc.nat(9), { maxLength: 3 }), fc.nat(1_000)), {
      minLength: 2,
      maxLength: 10,
    })
    const check = async (graph: (readonly [readonly number[], number])[], pick: number) => {
      const ids: CommitId[] = []
      const ancestors = new Map<CommitId, Set<CommitId>>()
      for (const [index, [wanted, seconds]] of graph.entries()) {
        const parents = [...new Set(wanted.flatMap((n) => ids[n % Math.max(index, 1)] ?? []))]
        const id = await at.link(`${index}`, parents, seconds)
        ids.push(id)
        ancestors.set(id, new Set([id, ...parents.flatMap((p) => [...(ancestors.get(p) ?? [])])]))
      }
      const [base, head] = [ids[pick % ids.length], ids.at(-1)]
      if (base === undefined || head === undefined) throw new Error('no commits')
      const list = await listCommits(repository, { base, head })
      const behind = ancestors.get(base) ?? new Set<CommitId>()
      const expected = [...(ancestors.get(head) ?? [])].filter((id) => !behind.has(id))
      expect([...list].sort()).toEqual(expected.sort())
      expect(await repository.isAncestor(base, head)).toBe(ancestors.get(head)?.has(base))
    }
    await fc.assert(fc.asyncProperty(shape, fc.nat(), check), { numRuns: 25 })
  })

  // annex/signature-cases.md 29
  it('is empty only when the head is already behind the base', async () => {
    await using at = await emptyRepository()
    const base = await at.link('base', [])
    const head = await at.link('head', [base])
    await using repository = await openRepository(at.fixture.path)
    expect(await listCommits(repository, { base: head, head: base })).toEqual([])
    expect(await listCommits(repository, { base: head, head })).toEqual([])
  })

  // annex/signature-cases.md 18
  it('refuses a base or a head that is missing, instead of an empty range', async () => {
    await using at = await emptyRepository()
    const head = await at.link('head', [])
    const absent = commitId('1'.repeat(40))
    await using repository = await openRepository(at.fixture.path)
    const missing = { findings: [{ code: 'git/missing-object', subject: absent }] }
    await expect(listCommits(repository, { base: absent, head })).rejects.toMatchObject(missing)
    await expect(listCommits(repository, { base: head, head: absent })).rejects.toMatchObject(
      missing,
    )
  })

  it('refuses an end that is a tag, a tree or a blob', async () => {
    await using at = await emptyRepository()
    const head = await at.link('head', [])
    const tree = commitId((await at.fixture.git('rev-parse', `${head}^{tree}`)).trim())
    await using repository = await openRepository(at.fixture.path)
    expect(await refusalOf(listCommits(repository, { base: tree, head }))).toBe(
      'git/unknown-revision',
    )
  })

  // annex/signature-cases.md 17, 18
  it('refuses a shallow clone whose boundary cuts the range, and judges the same range when whole', async () => {
    await using at = await emptyRepository()
    const { fixture, by } = at
    const base = await fixture.commit({ by, message: 'base' })
    await fixture.commit({ by, message: 'hidden' })
    const head = await fixture.commit({ by, message: 'head' })
    const shallow = join(at.home.path, 'shallow')
    await fixture.git('clone', '--quiet', '--depth=1', `file://${fixture.path}`, shallow)
    await fixture.git('-C', shallow, 'fetch', '--quiet', '--depth=1', 'origin', base)
    await using cut = await openRepository(shallow)
    expect(await refusalOf(listCommits(cut, { base, head }))).toBe('git/incomplete-range')
    expect(await refusalOf(listCommits(cut, { base: null, head }))).toBe('git/incomplete-range')
    expect(await cut.obstacles()).toMatchObject([{ code: 'git/shallow-clone' }])
    await fixture.git('-C', shallow, 'fetch', '--quiet', '--unshallow', 'origin')
    expect(await listCommits(cut, { base, head })).toHaveLength(2)
    expect(await cut.obstacles()).toEqual([])
  })

  // annex/signature-cases.md 19
  it('is not moved by replace refs and grafts, and names them as obstacles', async () => {
    await using at = await emptyRepository()
    const { fixture } = at
    const base = await at.link('base', [])
    const middle = await at.link('middle', [base])
    const head = await at.link('head', [middle])
    const decoy = await at.link('decoy', [base])
    await fixture.git('replace', head, decoy)
    expect(await fixture.git('rev-list', `${base}..${head}`)).toBe(`${head}\n`)
    await using repository = await openRepository(fixture.path)
    expect(await listCommits(repository, { base, head })).toEqual([middle, head])
    expect(await repository.obstacles()).toMatchObject([
      { code: 'git/replaced-object', remedy: `run \`git replace -d ${head}\`` },
    ])
    await fixture.git('replace', '-d', head)
    expect(await repository.obstacles()).toEqual([])

    const grafts = join(fixture.path, '.git', 'info', 'grafts')
    await writeFile(grafts, `# a comment alone is harmless\n`)
    expect(await repository.obstacles()).toEqual([])
    await writeFile(grafts, `${head} ${base}\n`)
    expect(await fixture.git('rev-list', `${base}..${head}`)).toBe(`${head}\n`)
    expect(await listCommits(repository, { base, head })).toEqual([middle, head])
    expect(await repository.obstacles()).toMatchObject([
      { code: 'git/replaced-object', remedy: `run \`rm ${grafts}\`` },
    ])
  })

  it('proves a parent that hangs behind the base without being its parent', async () => {
    await using at = await emptyRepository()
    const root = await at.link('root', [])
    const base = await at.link('base', [root])
    const head = await at.link('head', [root])
    await using repository = await openRepository(at.fixture.path)
    expect(await listCommits(repository, { base, head })).toEqual([head])
  })
})

describe('a broken commit inside the range', () => {
  it('is named, where git only gives up', async () => {
    await using at = await emptyRepository()
    const base = await at.link('base', [])
    const file = join(at.home.path, 'object')
    await writeFile(file, `parent ${base}\n\nno tree\n`)
    const store = ['hash-object', '-t', 'commit', '-w', '--literally', file]
    const broken = (await at.fixture.git(...store)).trim()
    const head = await at.link('head', [broken])
    await using repository = await openRepository(at.fixture.path)
    const refusal = await listCommits(repository, { base, head }).catch((error: unknown) => error)
    expect(refusal).toMatchObject({
      findings: [{ code: 'git/malformed-object', subject: broken }],
    })
    const absent = '2'.repeat(40)
    const dangling = await at.link('head', [absent])
    await expect(listCommits(repository, { base, head: dangling })).rejects.toMatchObject({
      findings: [{ code: 'git/missing-object', subject: absent }],
    })
  })
})

describe('findUnrelatedBase', () => {
  it('speaks up when the head does not descend from the base, and only then', async () => {
    await using at = await emptyRepository()
    const base = await at.link('base', [])
    const child = await at.link('child', [base])
    const stranger = await at.link('stranger', [])
    await using repository = await openRepository(at.fixture.path)
    const finding = await findUnrelatedBase(repository, { base, head: stranger })
    expect(finding?.code).toBe('git/unrelated-base')
    expect(await findUnrelatedBase(repository, { base, head: child })).toBeUndefined()
    expect(await findUnrelatedBase(repository, { base: null, head: child })).toBeUndefined()
  })
})
