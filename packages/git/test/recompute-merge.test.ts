import { readdir, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { makePerson, makeRepository, temporaryDirectory } from '@bulkhead/testkit'
import { type CommitId, WorldError, commitId } from '@bulkhead/vocabulary'
import { type RunProcess, runProcess } from '@bulkhead/world'
import { describe, expect, it } from 'vitest'
import { openRepository } from '../src/index.ts'

const LINES = 'one\ntwo\nthree\nfour\nfive\n'

/** Two branches from one base: each changes a line of its own, or both the same line. */
async function twoSides(objectFormat: 'sha1' | 'sha256' = 'sha1') {
  const home = await temporaryDirectory()
  const by = await makePerson('Ada', home.path)
  const fixture = await makeRepository(join(home.path, 'repo'), { objectFormat })
  const sideOf = async (base: CommitId, message: string, text: string) => {
    await fixture.git('checkout', '--quiet', '--detach', base)
    return fixture.commit({ by, message, files: { 'a.txt': text } })
  }
  const base = await fixture.commit({ by, message: 'base', files: { 'a.txt': LINES } })
  const ours = await sideOf(base, 'ours', LINES.replace('one', 'ONE'))
  const theirs = await sideOf(base, 'theirs', LINES.replace('five', 'FIVE'))
  const rival = await sideOf(base, 'rival', LINES.replace('one', 'EINS'))
  const dispose = () => home[Symbol.asyncDispose]()
  return { home, by, fixture, base, ours, theirs, rival, [Symbol.asyncDispose]: dispose }
}

const treeAfterMerge = async (
  { fixture }: Awaited<ReturnType<typeof twoSides>>,
  sides: string[],
) => {
  const [ours = '', theirs = ''] = sides
  await fixture.git('checkout', '--quiet', '--force', '--detach', ours)
  const who = ['-c', 'user.name=A', '-c', 'user.email=a@b']
  await fixture.git(...who, 'merge', '--quiet', '--no-ff', '-m', 'merge', theirs)
  return (await fixture.git('rev-parse', 'HEAD^{tree}')).trim()
}

it.each(['sha1', 'sha256'] as const)(
  'gives the tree that git merge makes, in %s',
  async (format) => {
    await using at = await twoSides(format)
    await using repository = await openRepository(at.fixture.path)
    const merged = await repository.recomputeMerge(at.ours, at.theirs)
    const version = (await at.fixture.git('version')).trim().replace('git version ', '')
    const tree = await treeAfterMerge(at, [at.ours, at.theirs])
    expect(merged).toEqual({ kind: 'clean', tree, git: version })
    expect(await repository.recomputeMerge(at.ours, at.rival)).toMatchObject({ kind: 'conflict' })
  },
)

describe('what a judged repository may say of merging', () => {
  it('is not asked: attributes and drivers in its tree, its git directory and its configuration', async () => {
    await using at = await twoSides()
    const { fixture, by, base, ours, rival } = at
    const marker = join(at.home.path, 'driver-ran')
    await fixture.git('config', 'merge.evil.driver', `touch ${marker}`)
    await fixture.git('config', 'merge.default', 'union')
    await fixture.git('config', 'core.attributesFile', join(fixture.path, '.gitattributes'))
    await fixture.git('checkout', '--quiet', '--detach', base)
    await writeFile(join(fixture.path, '.git', 'info', 'attributes'), '* merge=evil\n')
    await fixture.commit({ by, message: 'union', files: { '.gitattributes': '* merge=union\n' } })
    await using repository = await openRepository(fixture.path)
    expect(await repository.recomputeMerge(ours, rival)).toMatchObject({ kind: 'conflict' })
    // The trap is set: git itself walks into it.
    await treeAfterMerge(at, [ours, rival])
    expect(await readdir(at.home.path)).toContain('driver-ran')
  })

  it('writes nothing to it, and leaves no folder behind', async () => {
    await using at = await twoSides()
    const asides = async () =>
      (await readdir(tmpdir())).filter((name) => name.startsWith('bulkhead-merge-')).length
    const before = [await at.fixture.git('count-objects', '-v'), await asides()]
    {
      await using repository = await openRepository(at.fixture.path)
      await repository.recomputeMerge(at.ours, at.theirs)
    }
    expect([await at.fixture.git('count-objects', '-v'), await asides()]).toEqual(before)
  })
})

it('takes histories without a common commit for a conflict', async () => {
  await using at = await twoSides()
  await at.fixture.git('checkout', '--quiet', '--orphan', 'elsewhere')
  const stranger = await at.fixture.commit({ by: at.by, message: 'stranger' })
  await using repository = await openRepository(at.fixture.path)
  expect(await repository.recomputeMerge(at.ours, stranger)).toMatchObject({ kind: 'conflict' })
})

it('fails on a commit that is missing', async () => {
  await using at = await twoSides()
  await using repository = await openRepository(at.fixture.path)
  const absent = commitId('1'.repeat(40))
  await expect(repository.recomputeMerge(at.ours, absent)).rejects.toBeInstanceOf(WorldError)
})

it('says that a git before 2.38 cannot, rather than guess', async () => {
  await using at = await twoSides()
  const old =
    (version: string): RunProcess =>
    async (request) => {
      const outcome = await runProcess(request)
      const stdout = Buffer.from(`git version ${version}\n`)
      return request.argv.includes('version') ? { ...outcome, stdout } : outcome
    }
  for (const [version, kind] of [
    ['2.37.7', 'too-old'],
    ['1.99.0', 'too-old'],
    ['2.38.0', 'clean'],
    ['2.39.5 (Apple Git-154)', 'clean'],
    ['3.0.0', 'clean'],
  ] as const) {
    await using repository = await openRepository(at.fixture.path, { runProcess: old(version) })
    expect(await repository.recomputeMerge(at.ours, at.theirs)).toMatchObject({ kind })
  }
})
