import { agreementLine } from '@bulkhead/approvals'
import { apiAddressOf, openGithubApi, readForgeWords } from '@bulkhead/github'
import { GITHUB_TOKEN, type GithubServer, startGithub } from '@bulkhead/testkit'
import { WorldError, digest } from '@bulkhead/vocabulary'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { subjectOf } from '../src/hotfix/approve-hotfix.ts'
import {
  type HotfixForge,
  type Workspace,
  approveHotfix,
  chosenHotfix,
  findTrustedBase,
  recordForgeApprovals,
  refuseHotfix,
} from '../src/index.ts'
import {
  ADA,
  BOB,
  ENVIRONMENT as environment,
  EVE,
  type GatedHotfix,
  makeGatedHotfix,
} from './support/gated-hotfix.ts'

const PLAN = digest(`sha256:${'9'.repeat(64)}`)
const RUN = '4711'
let lane: GatedHotfix
let line: string
let github: GithubServer

const impatient = { attempts: 1, budget: 0, wait: () => Promise.resolve(), now: () => 0 }
const forge: HotfixForge = {
  words: (commit, runs) =>
    readForgeWords({
      api: openGithubApi({
        address: apiAddressOf({ GITHUB_SERVER_URL: github.url }),
        token: GITHUB_TOKEN,
        patience: impatient,
      }),
      repository: 'octo/app',
      commit,
      runs,
    }),
}
const collect = () =>
  recordForgeApprovals(lane.workspace, { ...lane.request, forge, plan: PLAN, runs: [RUN] })
const subject = async (during: Workspace) => {
  const base = await findTrustedBase(during, environment)
  const found = chosenHotfix(base.ledger.state.hotfixes, lane.hotfix)
  return { base, about: subjectOf(base, environment, found, PLAN) }
}
const codesNow = async (during: Workspace = { ...lane.workspace, forge }) => {
  const { base, about } = await subject(during)
  return (await refuseHotfix(during, base, about)).map(({ code }) => code)
}

beforeAll(async () => {
  lane = await makeGatedHotfix()
  const { base, about } = await subject(lane.workspace)
  line = agreementLine(base.genesis, about)
}, 120_000)

beforeEach(async () => {
  github = await startGithub()
  const { world } = github
  const { fix } = lane
  world.pulls.set(12, { number: 12, branch: 'fix', into: 'main', head: fix, commits: [fix] })
  world.reviews.set(12, [reviewBy(BOB)])
  for (const user of [BOB, EVE, ADA])
    world.collaborators.set(user.login, { user, permission: 'write' })
  world.activity.push({ ref: 'refs/heads/fix', after: fix, actor: ADA })
  const created = new Date().toISOString()
  world.runs.set(Number(RUN), { id: Number(RUN), created_at: created, actor: ADA })
  world.approvals.set(Number(RUN), [{ user: EVE, comment: line, state: 'approved' }])
  return async () => {
    expect(github.violations).toEqual([])
    await github[Symbol.asyncDispose]()
  }
})

afterAll(() => lane[Symbol.asyncDispose]())

const reviewBy = (user: typeof BOB | typeof EVE | typeof ADA, id = 80, body = line) =>
  ({
    id,
    user,
    state: 'APPROVED',
    commit_id: lane.fix,
    body,
    submitted_at: new Date().toISOString(),
  }) as const

describe('approvals that people give on GitHub', () => {
  it('are on record only when GitHub has answered in full, whichever call fails; once', async () => {
    const recorded = async () =>
      chosenHotfix(
        (await findTrustedBase(lane.workspace, environment)).ledger.state.hotfixes,
        lane.hotfix,
      ).approvals.map(({ source, proof }) => `${source}: ${proof}`)
    const begin = github.requests.length
    await forge.words(lane.fix, [RUN])
    const calls = github.requests.length - begin
    expect(calls).toBeGreaterThan(6)
    for (let nth = 0; nth < calls; nth += 1) {
      const first = github.requests.length
      github.fault = (_request, index) =>
        index === first + nth ? { kind: 'status', status: 503 } : undefined
      await expect(collect(), `call ${nth}`).rejects.toThrow(WorldError)
      expect(await recorded(), `call ${nth}`).toEqual([])
    }
    github.fault = () => undefined
    expect(await collect()).toMatchObject({ recorded: [expect.anything(), expect.anything()] })
    expect(await collect()).toMatchObject({ recorded: [] })
    expect(await recorded()).toEqual([
      'review: octo/app#12 review 80',
      'environment: octo/app run 4711 approved by 3',
    ])
  })

  it('count together: a review and an approval of an environment', async () => {
    expect(await codesNow()).toEqual([])
  })

  it('do not count where GitHub is not asked, or does not answer', async () => {
    const none = ['hotfix/too-few-approvals', 'hotfix/approval-refused', 'hotfix/approval-refused']
    expect(await codesNow(lane.workspace)).toEqual(none)
    github.fault = () => ({ kind: 'hang-up' })
    expect(await codesNow()).toEqual(none)
  })

  it.each([
    [
      'it is dismissed',
      () => void github.world.reviews.set(12, [{ ...reviewBy(BOB), state: 'DISMISSED' }]),
    ],
    [
      'its author asks for changes',
      () =>
        void github.world.reviews.set(12, [
          reviewBy(BOB),
          { ...reviewBy(BOB, 81), state: 'CHANGES_REQUESTED' },
        ]),
    ],
    ['its author may not write any more', () => void github.world.collaborators.delete('bob')],
    ['it is gone', () => void github.world.reviews.set(12, [])],
    [
      'somebody pushes',
      () =>
        void github.world.pulls.set(12, {
          number: 12,
          branch: 'fix',
          into: 'main',
          head: 'b'.repeat(40),
          commits: [lane.fix, 'b'.repeat(40)],
        }),
    ],
    [
      'its author turns out to have pushed it',
      () =>
        void github.world.activity.unshift({ ref: 'refs/heads/fix', after: lane.fix, actor: BOB }),
    ],
    ['GitHub does not say who pushed', () => void github.world.activity.splice(0)],
  ])('a review counts no longer when %s', async (_, happen) => {
    expect(await codesNow()).toEqual([])
    happen()
    expect(await codesNow()).toContain('hotfix/too-few-approvals')
  })

  it('of the author, of a second account, or without the line count for nothing', async () => {
    const home22 = { id: 22, login: 'bob-home', type: 'User' } as const
    github.world.collaborators.set('bob-home', { user: home22, permission: 'write' })
    github.world.reviews.set(12, [
      reviewBy(BOB),
      reviewBy(ADA, 90),
      { ...reviewBy(BOB, 91), user: home22 },
      reviewBy(EVE, 92, 'LGTM'),
    ])
    const { recorded, refused } = await collect()
    expect(recorded).toEqual(['octo/app#12 review 91 (bob-home)'])
    expect(refused.map(({ code }) => code)).toEqual([
      'hotfix/approval-refused',
      'hotfix/approval-void',
    ])
    github.world.approvals.set(Number(RUN), [])
    expect(await codesNow()).toEqual(
      expect.arrayContaining(['hotfix/too-few-approvals', 'hotfix/same-person']),
    )
  })

  it('GitHub down, keys go on: a fix needs no forge', async () => {
    github.fault = () => ({ kind: 'hang-up' })
    const { workspace, hotfix, people } = lane
    for (const by of [people.bob, people.eve])
      await approveHotfix(workspace, {
        base: await findTrustedBase(workspace, environment),
        environment,
        hotfix,
        plan: PLAN,
        reason: 'read it, tried it',
        key: by.keyFile,
      })
    expect(await codesNow()).toEqual([])
  })
})
