import { appendFile, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { digest as parseDigest, type Milliseconds } from '@bulkhead/vocabulary'
import type { Channel, Notice } from '@bulkhead/notify'
import { type Person, makePerson, temporaryDirectory } from '@bulkhead/testkit'
import { type CommitId, InputError, fencingToken } from '@bulkhead/vocabulary'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type TinyProject, adopt, makeTinyProject } from '../../cli/test/support/tiny-project.ts'
import { subjectOf } from '../src/hotfix/approve-hotfix.ts'
import { refuseReopening } from '../src/hotfix/refuse-reopening.ts'
import { recallFacts } from '../src/hotfix/sealed-facts.ts'
import { refuseWayBack } from '../src/leftover.ts'
import {
  type Workspace,
  acknowledgeHotfix,
  approveHotfix,
  approveReopening,
  buildRelease,
  closeHotfix,
  declareHotfix,
  findTrustedBase,
  gateRelease,
  hotfixStatus,
  hotfixTexts,
  keysDirectory,
  openHotfix,
  openWhenTime,
  openWorkspace,
  pageUntilAcknowledged,
  parseKeyring,
  recordApproval,
  refuseHotfix,
  repayDebt,
  runSuites,
  workingPolicy,
} from '../src/index.ts'
import { pseudonymOf } from '@bulkhead/hotfix'

const environment = 'production'
const quiet = { onOutput: () => undefined, signal: new AbortController().signal }
const PLAN = parseDigest(`sha256:${'9'.repeat(64)}`)
const FACTS = { salt: '5a'.repeat(32), advisory: 'SEC-42', reason: 'tenants see each other' }

let home: Awaited<ReturnType<typeof temporaryDirectory>>
let project: TinyProject
let workspace: Workspace
let people: Readonly<Record<'bob' | 'eve' | 'tim', Person>>
let fix: CommitId
let hotfix: number

const keyringOf = async () => {
  const files = ['voucher', 'builder', 'gate', 'ledger'].map((role) =>
    readFile(join(keysDirectory(workspace.repository), `${role}.pem`), 'utf8'),
  )
  return parseKeyring((await Promise.all(files)).join(''), 'keys')
}
const request = async (by: Person = people.tim) => ({
  environment,
  keyring: await keyringOf(),
  actors: [{ provider: 'git', id: pseudonymOf(by.email), role: 'release-manager' }] as const,
})
const codes = (findings: readonly { readonly code: string }[]) => findings.map(({ code }) => code)

/** A channel that keeps what it is given, or is down. */
function channel(name: string, why?: string): Channel & { readonly heard: Notice[] } {
  const heard: Notice[] = []
  return {
    name,
    from: 'info',
    heard,
    deliver: (notice) => {
      heard.push(notice)
      return Promise.resolve(
        why === undefined
          ? { kind: 'delivered', channel: name }
          : { kind: 'failed', channel: name, why },
      )
    },
  }
}

const declare = async (commit: CommitId, channels: readonly Channel[] = [], advisory = 'SEC-42') =>
  declareHotfix(workspace, {
    ...(await request()),
    commit,
    severity: 'critical',
    facts: { ...FACTS, advisory },
    embargo: true,
    channels,
  })

/** A commit on top of what is checked out, tested, built and with a PASS on record. */
async function gated(message: string): Promise<CommitId> {
  const commit = await project.repository.commit({
    by: project.ada,
    message,
    files: { 'notes.txt': `${message}\n` },
  })
  const keyring = await keyringOf()
  const policy = await workingPolicy(workspace)
  await runSuites(workspace, { policy, suites: [], vouching: { kind: 'local', keyring }, ...quiet })
  await buildRelease(workspace, { policy, keyring, ...quiet })
  const { actors } = await request()
  const { verdict } = await gateRelease(workspace, { environment, commit, keyring, actors })
  expect(verdict.outcome).toBe('PASS')
  return commit
}

/** What the ship step puts on record when everything went well. */
async function release(commit: CommitId): Promise<void> {
  const { ledger } = await openHotfix(workspace, { ...(await request()), hotfix })
  const { actors } = await request()
  const { artifacts = [], attestations = [] } = ledger.known().verdicts[commit] ?? {}
  const outcome = await ledger.acquireLease({ region: 'local', actors })
  if (outcome.kind === 'refused') throw new TypeError('nobody else holds it')
  const { token: fence } = outcome.lease
  const about = { release: { commit, artifacts }, fence, actors }
  await ledger.append([
    { kind: 'deploy.started', ...about, data: { attestation: attestations.at(-1) ?? null } },
    { kind: 'deploy.finished', ...about, data: { result: 'released' } },
  ])
  await outcome.lease.release()
  await ledger.append([
    { kind: 'hotfix.shipped', release: about.release, actors, data: { of: hotfix } },
  ])
}

const approvedBy = async (by: Person, plan = PLAN) =>
  approveHotfix(workspace, {
    base: await findTrustedBase(workspace, environment),
    environment,
    hotfix,
    plan,
    reason: 'read it, tried it',
    key: by.keyFile,
  })
const refusals = async (plan = PLAN, during = workspace) => {
  const base = await findTrustedBase(during, environment)
  const found = base.ledger.state.hotfixes.find(({ id }) => id === hotfix)
  if (found === undefined) throw new Error('it was declared')
  return refuseHotfix(during, base, subjectOf(base, environment, found, plan))
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
  const lines = [bob, eve, tim].map(
    ({ email, publicKey }) => `${email} namespaces="git,bulkhead-approval" ${publicKey}\n`,
  )
  await appendFile(file, lines.join(''))
  const genesis = await project.repository.commit({ by: project.ada, message: 'The team' })
  await project.repository.git('config', 'bulkhead.genesis', genesis)
  workspace = await openWorkspace(project.repository.path)
}, 120_000)

afterAll(async () => {
  await workspace.repository.close()
  await home[Symbol.asyncDispose]()
})

describe('a hotfix from declared to closed', () => {
  it('is declared: on record before anybody is paged; the second channel is told, the first is a debt and stops nothing (hotfix fault 2)', async () => {
    fix = await gated('Keep tenants apart')
    const [pager, slack] = [channel('pager', 'answered 503'), channel('slack')]
    const declared = await declare(fix, [pager, slack])
    if (declared.kind !== 'declared') throw new Error(JSON.stringify(declared.findings))
    hotfix = declared.hotfix.id
    expect(codes(declared.undelivered)).toEqual(['notify/undelivered'])
    expect(declared.hotfix.pages).toMatchObject([{ told: ['slack'], failed: ['pager'] }])
    expect(declared.hotfix.debts).toMatchObject([{ name: 'channel pager', repaid: null }])
  })

  it('tells nobody what it fixes: not the ledger, not a channel, not the post-mortem', async () => {
    const slack = channel('slack')
    const controller = new AbortController()
    await pageUntilAcknowledged(workspace, {
      ...(await request()),
      until: 'acknowledged',
      every: 1 as Milliseconds,
      channels: [slack],
      signal: controller.signal,
      onPage: () => controller.abort(),
    })
    expect(slack.heard).toHaveLength(1)
    const { ledger, hotfix: found } = await openHotfix(workspace, await request())
    const said: string[] = [JSON.stringify(slack.heard)]
    for await (const { bytes } of ledger.entries()) said.push(payloadOf(bytes))
    said.push(JSON.stringify(await hotfixTexts(workspace, { environment })))
    for (const secret of [FACTS.advisory, FACTS.reason, FACTS.salt])
      expect(said.join('\n')).not.toContain(secret)
    expect(await recallFacts(workspace, found)).toEqual(FACTS)
    expect(await openWhenTime(workspace, ledger, found, (await request()).actors)).toBe(false)
  })

  it('declared again, after a kill, it goes on where it stood', async () => {
    const again = await declare(fix, [channel('slack')])
    expect(again).toMatchObject({ kind: 'declared', hotfix: { id: hotfix }, undelivered: [] })
  })

  it('pages until a person takes it', async () => {
    const slack = channel('slack')
    let slept = 0
    const sleep = async () => {
      slept += 1
      if (slept === 2) await acknowledgeHotfix(workspace, await request(people.bob))
    }
    const taken = await pageUntilAcknowledged(
      { ...workspace, clock: { ...workspace.clock, sleep } },
      {
        ...(await request()),
        until: 'acknowledged',
        every: 120_000 as Milliseconds,
        channels: [slack],
        signal: quiet.signal,
      },
    )
    expect(slack.heard.map(({ urgency }) => urgency)).toEqual(['page', 'page'])
    expect(taken.acknowledged).toMatchObject({
      how: 'person',
      by: `git:${pseudonymOf(people.bob.email)}`,
    })
  })

  it('two people agree, one on record and one by file; the author and who declared it do not count (hotfix fault 7)', async () => {
    expect(codes(await refusals())).toEqual(['hotfix/too-few-approvals'])
    await approvedBy(project.ada)
    await approvedBy(people.tim)
    expect(codes(await refusals()).toSorted()).toEqual([
      'hotfix/approved-by-trigger',
      'hotfix/self-approval',
      'hotfix/too-few-approvals',
    ])
    await recordApproval(workspace, await request(people.bob), await approvedBy(people.bob))
    expect(codes(await refusals())).toContain('hotfix/too-few-approvals')
    await approvedBy(people.eve)
    expect(await refusals()).toEqual([])
  })

  it('by another plan it may not ship, nor when the approvals are over (hotfix fault 10)', async () => {
    const other = parseDigest(`sha256:${'8'.repeat(64)}`)
    expect(codes(await refusals(other))).toContain('hotfix/approval-void')
    const later = { ...workspace.clock, now: () => Date.now() + 31 * 60_000 }
    expect(codes(await refusals(PLAN, { ...workspace, clock: later }))).toContain(
      'hotfix/too-few-approvals',
    )
    const back = { ...workspace.clock, now: () => Date.now() - 86_400_000 }
    expect(codes(await refusals(PLAN, { ...workspace, clock: back }))).toEqual(
      expect.arrayContaining(['hotfix/too-few-approvals']),
    )
  })

  it('an approver whom the trusted ref no longer knows does not count (hotfix fault 6)', async () => {
    const base = await findTrustedBase(workspace, environment)
    const path = base.policy.policy.signers ?? ''
    const lines = base.policy.files.get(path)?.toString().split('\n') ?? []
    const without = lines.filter((line) => !line.startsWith(people.bob.email)).join('\n')
    const files = new Map([...base.policy.files, [path, Buffer.from(without)]])
    const found = base.ledger.state.hotfixes.find(({ id }) => id === hotfix)
    if (found === undefined) throw new Error('it was declared')
    const subject = subjectOf(base, environment, found, PLAN)
    const now = { ...base, policy: { ...base.policy, files } }
    expect(await refuseHotfix(workspace, base, subject)).toEqual([])
    expect(codes(await refuseHotfix(workspace, now, subject))).toEqual(
      expect.arrayContaining(['hotfix/too-few-approvals', 'hotfix/approval-refused']),
    )
  })

  it('shows one screen: the clock, who agrees, and the command for what is next', async () => {
    const [status] = await hotfixStatus(workspace, { environment })
    expect(status?.approvals?.by.map(({ name }) => name).toSorted()).toEqual([
      people.bob.email,
      people.eve.email,
    ])
    expect(status?.clock.waitsFor).toBe('everywhere')
    expect(status?.next.map(({ command }) => command)).toEqual([
      `bulkhead hotfix ship --hotfix ${hotfix}`,
    ])
  })

  it('everywhere, it owes; it is told; and it closes only when all is repaid', async () => {
    await release(fix)
    const opened = await openHotfix(workspace, await request())
    const { actors } = await request()
    expect(await openWhenTime(workspace, opened.ledger, opened.hotfix, actors)).toBe(true)
    const refused = await closeHotfix(workspace, { ...(await request()), withdraw: undefined })
    expect(codes(refused.findings)).toEqual(['hotfix/debt-open'])
    const repay = async (debt: string, more: object = {}) =>
      repayDebt(workspace, {
        ...(await request()),
        debt,
        evidence: undefined,
        items: [],
        into: 'main',
        ...more,
      })
    expect(await repay('review')).toMatchObject({ kind: 'owed' })
    expect(await repay('tag')).toMatchObject({ kind: 'owed' })
    await project.repository.git('tag', 'v1.2.3', `${fix}~1`)
    expect(await repay('tag')).toMatchObject({ kind: 'repaid', evidence: 'v1.2.4' })
    expect((await project.repository.git('rev-parse', 'v1.2.4^{commit}')).trim()).toBe(fix)
    await project.repository.git('branch', 'stale', `${fix}~1`)
    expect(await repay('back-merge', { into: 'stale' })).toMatchObject({
      kind: 'owed',
      findings: [{ code: 'hotfix/back-merge-conflict', message: expect.stringContaining('clean') }],
    })
    expect(await repay('back-merge')).toMatchObject({ kind: 'repaid' })
    for (const debt of ['review', 'post-mortem', 'customer-notice', 'channel pager'])
      expect(await repay(debt, { evidence: 'https://example.test/1' })).toMatchObject({
        kind: 'repaid',
      })
    expect(
      await repay('action-items', { evidence: 'x', items: [{ kind: 'detect', text: 'an alert' }] }),
    ).toMatchObject({ kind: 'owed' })
    const items = [
      { kind: 'detect', text: 'an alert' },
      { kind: 'prevent', text: 'row-level security' },
    ]
    expect(await repay('action-items', { evidence: 'x', items })).toMatchObject({ kind: 'repaid' })
    const { postMortem, customerNotice } = await hotfixTexts(workspace, { environment })
    expect(postMortem).toContain('SEC-42')
    expect(postMortem).toContain('| hotfix.declared |')
    expect(customerNotice).toContain('fixed everywhere since')
    const closed = await closeHotfix(workspace, { ...(await request()), withdraw: undefined })
    expect(closed).toMatchObject({ findings: [], hotfix: { closed: { result: 'repaid' } } })
  })
})

it('going back behind a fix that is out needs two people, and says what reopens', async () => {
  const base = await findTrustedBase(workspace, environment)
  const commit = await workspace.repository.resolveCommit(`${fix}~1`)
  const asked = { base, environment, commit }
  expect(codes(await refuseReopening(workspace, asked))).toEqual([
    'hotfix/reopens',
    'hotfix/too-few-approvals',
  ])
  const state = { ...base.ledger.state, released: { commit, artifacts: [], index: 0, at: '' } }
  const before = { ...base, ledger: { ...base.ledger, state } }
  const left = {
    commit: fix,
    direction: 'forward',
    id: fencingToken(1),
    lane: 'hotfix',
    steps: 1,
  } as const
  const abort = () => refuseWayBack(workspace, before, environment, left)
  expect(codes(await abort())).toEqual(['hotfix/reopens', 'hotfix/too-few-approvals'])
  const agree = (by: Person) =>
    approveReopening(workspace, { ...asked, reason: 'it loses data', key: by.keyFile }, hotfix)
  await agree(people.bob)
  await agree(people.bob)
  expect(codes(await refuseReopening(workspace, asked))).toContain('hotfix/too-few-approvals')
  await agree(people.eve)
  expect(await refuseReopening(workspace, asked)).toEqual([])
  expect(await abort()).toEqual([])
  const elsewhere = { ...asked, environment: 'staging' }
  expect(codes(await refuseReopening(workspace, elsewhere))).toContain('hotfix/reopens')
})

describe('a hotfix that the lane does not take', () => {
  it('is none without an advisory, nor one that does not contain what is deployed', async () => {
    await project.repository.git('switch', '--quiet', '--create', 'stray', `${fix}~1`)
    const stray = await project.repository.commit({
      by: project.ada,
      message: 'Stray',
      files: { 'stray.txt': 'x\n' },
    })
    const declared = await declare(stray, [], 'please')
    expect(declared.kind === 'refused' && codes(declared.findings)).toEqual([
      'hotfix/no-advisory',
      'hotfix/not-from-deployed',
    ])
  })

  it('smuggles no large change', async () => {
    await project.repository.git('switch', '--quiet', '--create', 'large', fix)
    const large = await project.repository.commit({
      by: project.ada,
      message: 'Large',
      files: { 'large.txt': 'line\n'.repeat(401) },
    })
    const declared = await declare(large)
    expect(declared.kind === 'refused' && codes(declared.findings)).toEqual(['hotfix/too-large'])
  })

  it('an approval of an earlier hotfix is none of the next; Slack is down meanwhile (hotfix fault 3) (hotfix fault 16)', async () => {
    await project.repository.git('switch', '--quiet', 'main')
    fix = await gated('Keep them further apart')
    const earlier = hotfix
    const [pager, slack] = [channel('pager'), channel('slack', 'answered 500')]
    const declared = await declare(fix, [pager, slack])
    if (declared.kind !== 'declared') throw new Error(JSON.stringify(declared.findings))
    hotfix = declared.hotfix.id
    expect(declared.hotfix.pages).toMatchObject([{ told: ['pager'], failed: ['slack'] }])
    expect(declared.hotfix.debts).toMatchObject([{ name: 'channel slack' }])
    expect(hotfix).not.toBe(earlier)
    expect(codes(await refusals())).toEqual(['hotfix/too-few-approvals'])
  })

  it('is taken by whoever acknowledges it with the pager', async () => {
    const pager = { ...channel('pager'), acknowledgedBy: () => Promise.resolve('U1') }
    const taken = await pageUntilAcknowledged(workspace, {
      ...(await request()),
      until: 'acknowledged',
      every: 120_000 as Milliseconds,
      channels: [pager],
      signal: quiet.signal,
    })
    expect(taken.acknowledged).toMatchObject({ how: 'pager', by: 'pagerduty:U1' })
    expect(pager.heard).toEqual([])
  })

  it('there is nothing to agree to before a PASS', async () => {
    const bare = await project.repository.commit({
      by: project.ada,
      message: 'Bare',
      files: { 'bare.txt': 'x\n' },
    })
    const declared = await declare(bare)
    if (declared.kind !== 'declared') throw new Error(JSON.stringify(declared.findings))
    hotfix = declared.hotfix.id
    await expect(approvedBy(people.bob)).rejects.toThrow(InputError)
    const closed = await closeHotfix(workspace, {
      ...(await request()),
      hotfix,
      withdraw: 'a false alarm',
    })
    expect(closed.hotfix.closed).toMatchObject({ result: 'withdrawn' })
  })

  it('has a quota of seven days', async () => {
    const next = await project.repository.commit({
      by: project.ada,
      message: 'One more',
      files: { 'more.txt': 'x\n' },
    })
    const declared = await declare(next)
    expect(declared.kind === 'refused' && codes(declared.findings)).toEqual(['hotfix/quota'])
  })
})

/** What an entry says, out of its envelope. */
function payloadOf(bytes: Buffer): string {
  const { payload } = JSON.parse(bytes.toString()) as { readonly payload: string }
  return Buffer.from(payload, 'base64').toString()
}
