import { appendFile, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { agreementLine } from '@bulkhead/approvals'
import { apiAddressOf, openGithubApi, readForgeWords } from '@bulkhead/github'
import { pseudonymOf } from '@bulkhead/hotfix'
import {
  GITHUB_TOKEN,
  type GithubServer,
  type Person,
  makePerson,
  startGithub,
  temporaryDirectory,
} from '@bulkhead/testkit'
import { type CommitId, WorldError, digest } from '@bulkhead/vocabulary'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type TinyProject, adopt, makeTinyProject } from '../../cli/test/support/tiny-project.ts'
import { subjectOf } from '../src/hotfix/approve-hotfix.ts'
import {
  type HotfixForge,
  type Workspace,
  approveHotfix,
  buildRelease,
  chosenHotfix,
  declareHotfix,
  findTrustedBase,
  gateRelease,
  keysDirectory,
  openWorkspace,
  parseKeyring,
  recordForgeApprovals,
  refuseHotfix,
  runSuites,
  workingPolicy,
} from '../src/index.ts'

const environment = 'production'
const quiet = { onOutput: () => undefined, signal: new AbortController().signal }
const PLAN = digest(`sha256:${'9'.repeat(64)}`)
const RUN = '4711'
const [BOB, EVE, ADA] = [
  { id: 2, login: 'bob', type: 'User' },
  { id: 3, login: 'eve', type: 'User' },
  { id: 5, login: 'ada', type: 'User' },
] as const

let home: Awaited<ReturnType<typeof temporaryDirectory>>
let project: TinyProject
let workspace: Workspace
let people: Readonly<Record<'bob' | 'eve' | 'tim', Person>>
let fix: CommitId
let hotfix: number
let line: string
let github: GithubServer

const keyringOf = async () => {
  const files = ['voucher', 'builder', 'gate', 'ledger'].map((role) =>
    readFile(join(keysDirectory(workspace.repository), `${role}.pem`), 'utf8'),
  )
  return parseKeyring((await Promise.all(files)).join(''), 'keys')
}
const request = async () => ({
  environment,
  keyring: await keyringOf(),
  actors: [
    { provider: 'git', id: pseudonymOf(people.tim.email), role: 'release-manager' },
  ] as const,
})
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
const collect = async () =>
  recordForgeApprovals(workspace, { ...(await request()), forge, plan: PLAN, runs: [RUN] })
const subject = async (during: Workspace) => {
  const base = await findTrustedBase(during, environment)
  const found = chosenHotfix(base.ledger.state.hotfixes, hotfix)
  return { base, about: subjectOf(base, environment, found, PLAN) }
}
const codesNow = async (during: Workspace = { ...workspace, forge }) => {
  const { base, about } = await subject(during)
  return (await refuseHotfix(during, base, about)).map(({ code }) => code)
}

beforeAll(async () => {
  home = await temporaryDirectory()
  project = await makeTinyProject(home.path)
  const [bob, eve, tim] = await Promise.all(
    ['Bob', 'Eve', 'Tim'].map((name) => makePerson(name, home.path)),
  )
  if (!bob || !eve || !tim) throw new Error('three people were made')
  people = { bob, eve, tim }
  await adopt(project, { port: 1 })
  const file = join(project.repository.path, '.bulkhead/allowed_signers')
  const accounts = [
    [bob, ',2+bob@users.noreply.github.com,22+bob-home@users.noreply.github.com'],
    [eve, ',3+eve@users.noreply.github.com'],
    [tim, ''],
  ] as const
  const lines = accounts.map(
    ([{ email, publicKey }, account]) =>
      `${email}${account} namespaces="git,bulkhead-approval" ${publicKey}\n`,
  )
  await appendFile(file, lines.join(''))
  const genesis = await project.repository.commit({ by: project.ada, message: 'The team' })
  await project.repository.git('config', 'bulkhead.genesis', genesis)
  workspace = await openWorkspace(project.repository.path)
  fix = await project.repository.commit({
    by: project.ada,
    message: 'Keep tenants apart',
    files: { 'notes.txt': 'apart\n' },
  })
  const keyring = await keyringOf()
  const policy = await workingPolicy(workspace)
  await runSuites(workspace, { policy, suites: [], vouching: { kind: 'local', keyring }, ...quiet })
  await buildRelease(workspace, { policy, keyring, ...quiet })
  const { actors } = await request()
  await gateRelease(workspace, { environment, commit: fix, keyring, actors })
  const declared = await declareHotfix(workspace, {
    ...(await request()),
    commit: fix,
    severity: 'critical',
    facts: { salt: '5a'.repeat(32), advisory: 'SEC-42', reason: 'tenants see each other' },
    embargo: true,
    channels: [],
  })
  if (declared.kind !== 'declared') throw new Error(JSON.stringify(declared.findings))
  hotfix = declared.hotfix.id
  const { base, about } = await subject(workspace)
  line = agreementLine(base.genesis, about)
}, 120_000)

beforeEach(async () => {
  github = await startGithub()
  const { world } = github
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

afterAll(async () => {
  await workspace.repository.close()
  await home[Symbol.asyncDispose]()
})

const reviewBy = (user: typeof BOB | typeof EVE | typeof ADA, id = 80, body = line) =>
  ({
    id,
    user,
    state: 'APPROVED',
    commit_id: fix,
    body,
    submitted_at: new Date().toISOString(),
  }) as const

describe('approvals that people give on GitHub', () => {
  it('are on record only when GitHub has answered in full, whichever call fails; once', async () => {
    const recorded = async () =>
      chosenHotfix(
        (await findTrustedBase(workspace, environment)).ledger.state.hotfixes,
        hotfix,
      ).approvals.map(({ source, proof }) => `${source}: ${proof}`)
    const begin = github.requests.length
    await forge.words(fix, [RUN])
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
    expect(await codesNow(workspace)).toEqual(none)
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
          commits: [fix, 'b'.repeat(40)],
        }),
    ],
    [
      'its author turns out to have pushed it',
      () => void github.world.activity.unshift({ ref: 'refs/heads/fix', after: fix, actor: BOB }),
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
