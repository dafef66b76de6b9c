import { type GithubServer, REPOSITORY_ID, type StoredReview, startGithub } from '@bulkhead/testkit'
import { WorldError } from '@bulkhead/vocabulary'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { keepIssue, proposeMerge, readForgeWords } from '../src/index.ts'
import { COMMIT, apiOf } from './github-stage.ts'

const OTHER = 'b'.repeat(40)
const BOB = { id: 2, login: 'bob', type: 'User' } as const
const EVE = { id: 3, login: 'eve', type: 'User' } as const
const BOT = { id: 9, login: 'renovate[bot]', type: 'Bot' } as const
const RUN = 4711
const LINE = 'I agree to hotfix 42 as sha256:…'

let github: GithubServer
beforeEach(async () => {
  github = await startGithub()
  const { world } = github
  world.pulls.set(12, {
    number: 12,
    branch: 'fix-42',
    into: 'main',
    head: COMMIT,
    commits: [OTHER, COMMIT],
  })
  world.reviews.set(12, [reviewBy(BOB)])
  world.collaborators.set('bob', { user: BOB, permission: 'write' })
  world.collaborators.set('eve', { user: EVE, permission: 'admin' })
  world.activity.push({ ref: 'refs/heads/fix-42', after: COMMIT, actor: EVE })
  world.runs.set(RUN, {
    id: RUN,
    created_at: '2026-11-28T12:00:00Z',
    actor: BOB,
    triggering_actor: BOB,
  })
  world.approvals.set(RUN, [{ user: EVE, comment: LINE, state: 'approved' }])
})
afterEach(async () => {
  expect(github.violations).toEqual([])
  await github[Symbol.asyncDispose]()
})

const reviewBy = (user: StoredReview['user'], more: Partial<StoredReview> = {}): StoredReview => ({
  id: 80,
  user,
  state: 'APPROVED',
  commit_id: COMMIT,
  body: `Fine.\n${LINE}`,
  submitted_at: '2026-11-28T12:34:56Z',
  ...more,
})
const ask = () =>
  readForgeWords({
    api: apiOf(github),
    repository: 'octo/app',
    commit: COMMIT,
    runs: [String(RUN)],
  })
const voids = async () => (await ask()).words.map((word) => word.void)

describe('who agrees to a commit on GitHub', () => {
  it('is said by reviews and by approvals of environments, with who pushed it', async () => {
    const { words, pushers } = await ask()
    expect(words).toEqual([
      {
        source: 'review',
        reference: 'octo/app#12 review 80',
        account: { id: 2, login: 'bob', isUser: true, mayWrite: true },
        body: `Fine.\n${LINE}`,
        at: Date.parse('2026-11-28T12:34:56Z'),
        void: undefined,
      },
      {
        source: 'environment',
        reference: 'octo/app run 4711 approved by 3',
        account: { id: 3, login: 'eve', isUser: true, mayWrite: true },
        body: LINE,
        at: Date.parse('2026-11-28T12:00:00Z'),
        void: undefined,
      },
    ])
    expect(pushers).toEqual([3])
  })

  it.each([
    ['dismissed', { state: 'DISMISSED' }, 'it was dismissed'],
    ['of an older commit', { commit_id: OTHER }, `it is of commit ${OTHER}`],
  ] as const)('a review that is %s is void', async (_, more, why) => {
    github.world.reviews.set(12, [reviewBy(BOB, more)])
    expect((await voids())[0]).toBe(why)
  })

  it('a review is void once somebody pushed, though GitHub keeps its state', async () => {
    const pull = github.world.pulls.get(12)
    if (pull === undefined) throw new Error('it is there')
    github.world.pulls.set(12, { ...pull, head: OTHER })
    const { words, pushers } = await ask()
    expect(words[0]?.void).toBe('somebody pushed to the branch after it')
    expect(pushers).toEqual([])
  })

  it('a review of a fork is void', async () => {
    const pull = github.world.pulls.get(12)
    if (pull === undefined) throw new Error('it is there')
    github.world.pulls.set(12, { ...pull, from: REPOSITORY_ID + 1 })
    expect((await voids())[0]).toBe('it is of a fork')
  })

  it('a later word of the same reviewer takes the place of the first; a comment takes nothing', async () => {
    const asked = reviewBy(BOB, { id: 81, state: 'CHANGES_REQUESTED' })
    github.world.reviews.set(12, [reviewBy(BOB), asked])
    expect((await voids())[0]).toBe('its author asked for changes after it')
    github.world.reviews.set(12, [reviewBy(BOB), asked, reviewBy(BOB, { id: 82 })])
    expect((await voids()).slice(0, 2)).toEqual(['its author reviewed again after it', undefined])
    github.world.reviews.set(12, [reviewBy(BOB), reviewBy(BOB, { id: 81, state: 'COMMENTED' })])
    expect((await voids())[0]).toBeUndefined()
  })

  it('who may not write (any more), whose name is another account now, or who is a bot, has no authority', async () => {
    const mayWrite = async () => (await ask()).words[0]?.account.mayWrite
    github.world.collaborators.set('bob', { user: BOB, permission: 'read' })
    expect(await mayWrite()).toBe(false)
    github.world.collaborators.delete('bob')
    expect(await mayWrite()).toBe(false)
    github.world.collaborators.set('bob', { user: { ...BOB, id: 77 }, permission: 'write' })
    expect(await mayWrite()).toBe(false)
    github.world.reviews.set(12, [reviewBy(BOT)])
    github.world.collaborators.set(BOT.login, { user: BOT, permission: 'admin' })
    expect((await ask()).words[0]?.account).toMatchObject({ isUser: false, mayWrite: false })
  })

  it('who started a run cannot approve in it; a rejection is no approval', async () => {
    github.world.approvals.set(RUN, [
      { user: BOB, comment: LINE, state: 'approved' },
      { user: EVE, comment: LINE, state: 'rejected' },
    ])
    expect((await voids()).slice(1)).toEqual(['its author started the run'])
  })

  it('a short page is not the last one: a word on the next still takes back the first', async () => {
    const pages = [[reviewBy(BOB)], [reviewBy(BOB, { id: 81, state: 'CHANGES_REQUESTED' })], []]
    github.fault = ({ path }) => {
      const [, page] = /\/reviews\?.*\bpage=([0-9]+)$/.exec(path) ?? []
      return page === undefined
        ? undefined
        : { kind: 'body', body: JSON.stringify(pages[Number(page) - 1]) }
    }
    expect((await voids())[0]).toBe('its author asked for changes after it')
  })

  it('reads every page, and knows nothing when any call fails, whichever it is', async () => {
    github.world.reviews.set(
      12,
      Array.from({ length: 101 }, (_, index) => reviewBy(BOB, { id: 100 + index })),
    )
    expect((await ask()).words.filter((word) => word.void === undefined)).toHaveLength(2)
    const calls = github.requests.length
    expect(calls).toBeGreaterThan(8)
    for (let nth = 0; nth < calls; nth += 1) {
      const begin = github.requests.length
      github.fault = (_request, index) =>
        index === begin + nth ? { kind: 'status', status: 502 } : undefined
      await expect(ask(), `call ${nth}`).rejects.toThrow(WorldError)
    }
  })
})

describe('an issue that is about one thing', () => {
  const issue = {
    about: 'production/hotfix/42',
    label: 'bulkhead-hotfix',
    title: 'Hotfix 42',
    body: 'Wait.',
    state: 'open',
    owner: 'ours',
  } as const
  const keep = (more: object = {}) => keepIssue(apiOf(github), 'octo/app', { ...issue, ...more })

  it('is opened once, and brought up to date from then on', async () => {
    const first = await keep()
    expect(await keep()).toBe(first)
    const before = github.requests.length
    expect(await keep()).toBe(first)
    expect(github.requests.slice(before).map(({ method }) => method)).toEqual(['GET', 'GET'])
    await keep({ body: 'Everywhere.', state: 'closed' })
    expect([...github.world.issues.values()]).toMatchObject([
      { state: 'closed', body: expect.stringContaining('Everywhere.') },
    ])
  })

  it('that people write on in is left to them', async () => {
    await keep({ owner: 'theirs' })
    const [made] = github.world.issues.values()
    if (made === undefined) throw new Error('it was opened')
    github.world.issues.set(1, { ...made, body: `${made.body}\nCause: a missing check` })
    await keep({ owner: 'theirs', body: 'Other.' })
    expect(github.world.issues.get(1)?.body).toContain('a missing check')
  })

  it('is never one that a stranger has prepared', async () => {
    await keep()
    const [ours] = github.world.issues.values()
    if (ours === undefined) throw new Error('it was opened')
    github.world.issues.set(1, { ...ours, user: EVE, author_association: 'NONE' })
    await keep()
    expect(github.world.issues.size).toBe(2)
  })

  it('is there once, whichever call fails or breaks off after it was taken', async () => {
    for (const kind of ['status', 'lost'] as const)
      for (let nth = 0; nth < 3; nth += 1) {
        const begin = github.requests.length
        github.fault = (_request, index) =>
          index === begin + nth ? (kind === 'status' ? { kind, status: 500 } : { kind }) : undefined
        await keep({ body: `${kind} ${nth}` }).catch(() => undefined)
        github.fault = () => undefined
        await keep({ body: `${kind} ${nth}, again` })
        expect([...github.world.issues.values()]).toMatchObject([
          { body: expect.stringContaining(`${kind} ${nth}, again`) },
        ])
      }
  })
})

describe('a merge that is proposed', () => {
  it('is proposed once', async () => {
    const merge = { branch: 'back-42', into: 'main', title: 'Merge hotfix 42', body: 'x' }
    const first = await proposeMerge(apiOf(github), 'octo/app', merge)
    expect(await proposeMerge(apiOf(github), 'octo/app', merge)).toBe(first)
    expect(github.world.pulls.size).toBe(2)
  })
})
