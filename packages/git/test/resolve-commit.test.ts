import { join } from 'node:path'
import { makePerson, makeRepository, temporaryDirectory } from '@bulkhead/testkit'
import { InputError } from '@bulkhead/vocabulary'
import { describe, expect, it } from 'vitest'
import { openRepository } from '../src/index.ts'

async function twoCommits() {
  const home = await temporaryDirectory()
  const by = await makePerson('Ada', home.path)
  const fixture = await makeRepository(join(home.path, 'repo'))
  const first = await fixture.commit({ by, message: 'one', files: { a: '1' } })
  const second = await fixture.commit({ by, message: 'two', files: { a: '2' } })
  const repository = await openRepository(fixture.path)
  return {
    fixture,
    first,
    second,
    repository,
    async [Symbol.asyncDispose]() {
      await repository.close()
      await home[Symbol.asyncDispose]()
    },
  }
}

const refusalOf = async (promise: Promise<unknown>) => {
  const error = await promise.catch((reason: unknown) => reason)
  expect(error).toBeInstanceOf(InputError)
  return error instanceof InputError ? error.findings[0] : undefined
}

describe('resolveCommit', () => {
  it('takes full ids, full and short names, HEAD, short ids and what is applied to them', async () => {
    await using at = await twoCommits()
    const { repository, fixture, first, second } = at
    await fixture.git(
      '-c',
      'user.name=A',
      '-c',
      'user.email=a@b',
      'tag',
      '-a',
      '-m',
      'x',
      'v1',
      first,
    )
    const tag = (await fixture.git('rev-parse', 'refs/tags/v1')).trim()
    const expected = [
      [second, second],
      ['main', second],
      ['refs/heads/main', second],
      ['heads/main', second],
      ['HEAD', second],
      ['@', second],
      ['HEAD~1', first],
      ['main^', first],
      ['@~', first],
      ['main@{0}', second],
      ['v1', first],
      ['refs/tags/v1', first],
      [tag, first],
      [second.slice(0, 10), second],
    ] as const
    for (const [revision, commit] of expected) {
      expect([revision, await repository.resolveCommit(revision)]).toEqual([revision, commit])
    }
  })

  it('refuses what names no commit, or no single one', async () => {
    await using at = await twoCommits()
    const blob = (await at.fixture.git('rev-parse', 'HEAD:a')).trim()
    const wrong = ['', 'absent', '-n', '--all', 'HEAD:a', ':/one', 'main..HEAD', '^main', 'a b']
    for (const revision of [
      ...wrong,
      'HEAD\nmain',
      'HEAD~9',
      blob,
      '0'.repeat(40),
      'x'.repeat(2_000),
    ]) {
      const finding = await refusalOf(at.repository.resolveCommit(revision))
      expect(finding).toMatchObject({ code: 'git/unknown-revision', subject: revision })
    }
  })

  // annex/signature-cases.md 28
  it('refuses a name that a tag and a branch share, and takes either in full', async () => {
    await using at = await twoCommits()
    const { repository, fixture, first, second } = at
    await fixture.git('tag', 'main', first)
    for (const revision of ['main', 'main~0']) {
      const finding = await refusalOf(repository.resolveCommit(revision))
      expect(finding?.message).toBe('could mean any of refs/tags/main, refs/heads/main')
      expect(finding?.remedy).toContain('refs/tags/main or refs/heads/main')
    }
    expect(await repository.resolveCommit('refs/heads/main')).toBe(second)
    expect(await repository.resolveCommit('refs/tags/main')).toBe(first)
    expect(await repository.resolveCommit('heads/main')).toBe(second)
  })

  it('is not misled by refs that look like full names, like ids, or like patterns', async () => {
    await using at = await twoCommits()
    const { repository, fixture, first, second } = at
    await fixture.git('update-ref', 'refs/heads/refs/heads/main', first)
    await fixture.git('update-ref', 'refs/heads/HEAD', first)
    await fixture.git('update-ref', 'refs/heads/mainly', first)
    expect(await repository.resolveCommit('refs/heads/main')).toBe(second)
    expect(await repository.resolveCommit('HEAD')).toBe(second)
    await refusalOf(repository.resolveCommit('mai*'))

    await fixture.git('update-ref', `refs/heads/${second.slice(0, 8)}`, first)
    const finding = await refusalOf(repository.resolveCommit(second.slice(0, 8)))
    expect(finding?.message).toContain(second)
    await fixture.git('update-ref', `refs/heads/${second}`, first)
    expect(await repository.resolveCommit(second)).toBe(second)
  })
})

describe('readRef', () => {
  it('answers for exactly that ref, and undefined when there is none', async () => {
    await using at = await twoCommits()
    const { repository, fixture, first, second } = at
    await fixture.git('update-ref', 'refs/heads/refs/heads/only-nested', first)
    expect(await repository.readRef('refs/heads/main')).toBe(second)
    expect(await repository.readRef('HEAD')).toBe(second)
    for (const ref of ['main', 'heads/main', 'refs/heads/only-nested', 'refs/heads/../x', '-d']) {
      expect([ref, await repository.readRef(ref)]).toEqual([ref, undefined])
    }
  })
})
