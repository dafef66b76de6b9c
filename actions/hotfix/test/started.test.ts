import { execFile, execFileSync } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { buildAction, startAction } from '@bulkhead/action-kit/testing'
import {
  GITHUB_TOKEN,
  type GithubServer,
  type StoredIssue,
  type TemporaryDirectory,
  startGithub,
  temporaryDirectory,
} from '@bulkhead/testkit'
import {
  ADA,
  BOB,
  EVE,
  type HotfixProject,
  RUN,
  TIM,
  makeHotfixProject,
} from './support/hotfix-project.ts'

const runFile = promisify(execFile)
const CLI = join(dirname(fileURLToPath(import.meta.url)), '../../../packages/cli/src/main.ts')
const ADVISORY = 'GHSA-canary-advisory'
const REASON = 'tenants see each other, a canary'
const FORBIDDEN = { kind: 'status', status: 403 } as const

describe('hotfix, started as the runner starts it', () => {
  let home: TemporaryDirectory
  let lane: HotfixProject
  let entry: string
  let github: GithubServer
  /** What GitHub keeps from one step to the next. */
  const kept = new Map<number, StoredIssue>()
  beforeAll(async () => {
    home = await temporaryDirectory()
    entry = await buildAction(dirname(dirname(fileURLToPath(import.meta.url))))
    lane = await makeHotfixProject(home)
  }, 180_000)
  afterAll(async () => {
    await lane[Symbol.asyncDispose]()
    await home[Symbol.asyncDispose]()
  })
  beforeEach(async () => {
    github = await startGithub()
    lane.stageOn(github)
    for (const [number, issue] of kept) github.world.issues.set(number, issue)
  })
  afterEach(async () => {
    expect(github.violations).toEqual([])
    for (const [number, issue] of github.world.issues) kept.set(number, issue)
    await github[Symbol.asyncDispose]()
  })

  let count = 0
  const start = async (
    command: string,
    inputs: Readonly<Record<string, string>> = {},
    env: Readonly<Record<string, string>> = {},
  ) => {
    const ours = command === 'dispatch' ? {} : { genesis: lane.genesis }
    const keys = command === 'dispatch' || command === 'status' ? '' : lane.project.keysFile
    const ended = await startAction({
      entry,
      workspace: lane.project.repository.path,
      temp: join(home.path, `temp-${(count += 1)}`),
      // As the workflow hands them on: what is not given is empty.
      inputs: {
        command,
        ...ours,
        hotfix: '',
        commit: '',
        severity: '',
        comment: '',
        debt: '',
        evidence: '',
        'keys-file': keys,
        'github-token': GITHUB_TOKEN,
        ...inputs,
      },
      env: {
        GITHUB_EVENT_NAME: 'workflow_dispatch',
        GITHUB_SERVER_URL: github.url,
        GITHUB_API_URL: `${github.url}/api/v3`,
        GITHUB_REPOSITORY: 'octo/app',
        GITHUB_RUN_ID: String(RUN),
        ...env,
      },
    })
    // What is hidden from the log must not be what is found in it.
    return { ...ended, stdout: ended.stdout.replaceAll(/^::add-mask::.*\n/gm, '') }
  }
  const declare = () =>
    start('declare', {
      commit: lane.fix,
      severity: 'critical',
      advisory: ADVISORY,
      reason: REASON,
    })
  const agree = (line: string) => {
    const body = `Read it.\n\n${line}\n`
    const at = new Date().toISOString()
    github.world.reviews.set(12, [
      { id: 80, user: BOB, state: 'APPROVED', commit_id: lane.fix, body, submitted_at: at },
    ])
    github.world.approvals.set(RUN, [{ user: EVE, comment: line, state: 'approved' }])
  }
  const lineNow = async () => {
    const { outputs } = await start('status', { 'github-token': '' })
    expect(outputs['agreement']).toMatch(/^I agree to hotfix \d+ as sha256:[0-9a-f]{64}$/)
    return outputs['agreement'] ?? ''
  }
  const issueOf = (title: string) =>
    [...github.world.issues.values()].find((issue) => issue.title.startsWith(title))
  const comment = (body: string, more: object = {}) => {
    const at = new Date().toISOString()
    github.world.comments.set(31, { body, user: TIM, created_at: at, updated_at: at, ...more })
  }
  async function dispatch(payload: unknown = { comment: { id: 31, body: '/hotfix ship' } }) {
    const path = join(home.path, 'event.json')
    await writeFile(path, JSON.stringify(payload))
    return start(
      'dispatch',
      { workflow: 'hotfix.yml' },
      { GITHUB_EVENT_NAME: 'issue_comment', GITHUB_EVENT_PATH: path },
    )
  }

  it('says when no hotfix is open', async () => {
    const run = await start('status')
    expect(run).toMatchObject({
      exitCode: 0,
      stderr: '',
      outputs: { result: 'none', hotfix: '', issue: '' },
    })
    expect(run.stdout).toContain('hotfix: NONE: no hotfix is open\n')
  })

  it('refuses what belongs to another command, and what is missing, all at once', async () => {
    const run = await start('declare', { debt: 'tag', 'keys-file': '' })
    expect(run).toMatchObject({ exitCode: 2, outputs: { result: 'error' } })
    for (const name of ['debt', 'commit', 'severity']) expect(run.stdout).toContain(`input ${name}`)
    const event = await start('ship', {}, { GITHUB_EVENT_NAME: 'issue_comment' })
    expect(event).toMatchObject({ exitCode: 2 })
    expect(event.stdout).toContain('github/refused-event')
  })

  it('GitHub down, it is declared all the same, and the issue is owed', async () => {
    github.fault = () => ({ kind: 'hang-up' })
    const run = await declare()
    expect(run).toMatchObject({ exitCode: 0, outputs: { result: 'declared', issue: '' } })
    expect(run.summary).toContain('incident issue')
    expect(run.summary).toContain('channel GitHub issue')
  })

  it('declared again it opens the issue, which tells nobody what it fixes', async () => {
    const run = await declare()
    expect(run).toMatchObject({
      exitCode: 0,
      stderr: '',
      outputs: {
        result: 'declared',
        commit: lane.fix,
        'waits-for': 'acknowledged',
        issue: 'https://github.example/octo/app/issues/1',
      },
    })
    const shown = [
      run.stdout,
      run.summary,
      JSON.stringify(run.outputs),
      JSON.stringify([...github.world.issues.values()]),
    ].join('\n')
    for (const secret of [ADVISORY, REASON, GITHUB_TOKEN]) expect(shown).not.toContain(secret)
    expect(run.summary).not.toContain('channel GitHub issue')
    expect(issueOf('Hotfix ')?.body).toContain('under embargo')
  })

  it('a comment starts the workflow of the default branch, and nothing else', async () => {
    comment('/hotfix ship')
    const run = await dispatch()
    expect(run).toMatchObject({ exitCode: 0, outputs: { result: 'dispatched' } })
    expect(github.world.dispatches).toEqual([
      {
        workflow: 'hotfix.yml',
        sent: { ref: 'main', inputs: { command: 'ship', comment: '31' } },
      },
    ])
  })

  it.each([
    ['that was edited', '/hotfix ship', { updated_at: '2030-01-01T00:00:00Z' }],
    [
      'that is old',
      '/hotfix ship',
      { created_at: '2026-01-01T00:00:00Z', updated_at: '2026-01-01T00:00:00Z' },
    ],
    ['of a bot', '/hotfix ship', { user: { id: 9, login: 'x[bot]', type: 'Bot' } }],
    ['of a stranger', '/hotfix ship', { user: { id: 8, login: 'mallory', type: 'User' } }],
    ['with more than an order', '/hotfix ship\n::set-output name=x::y', {}],
    ['with another word', '/hotfix ship --break-lease 12', {}],
  ])('a comment %s starts nothing, whatever the event says', async (_, body, more) => {
    comment(body, more)
    const run = await dispatch()
    expect(run).toMatchObject({ exitCode: 1, outputs: { result: 'refused' } })
    expect(run.stdout).toContain('hotfix/refused-comment')
    expect(github.world.dispatches).toEqual([])
  })

  it('starts nothing when any call fails, whichever it is', async () => {
    comment('/hotfix ship')
    for (let nth = 0; nth < 4; nth += 1) {
      const first = github.requests.length
      github.fault = (_request, index) => (index === first + nth ? FORBIDDEN : undefined)
      expect(await dispatch(), `call ${nth}`).toMatchObject({ exitCode: 3 })
      expect(github.world.dispatches).toEqual([])
    }
  })

  it('a run that a comment ordered does what the comment says, or nothing', async () => {
    comment('/hotfix status', { user: ADA })
    expect(await start('status', { comment: '31' })).toMatchObject({ exitCode: 0 })
    const other = await start('acknowledge', { comment: '31' })
    expect(other).toMatchObject({ exitCode: 1, outputs: { result: 'refused' } })
    expect(other.stdout).toContain('hotfix/refused-comment')
    const more = await start('status', { comment: '31', hotfix: '7' })
    expect(more.stdout).toContain('hotfix/refused-comment')
  })

  it('is taken by somebody', async () => {
    const run = await start('acknowledge')
    expect(run).toMatchObject({
      exitCode: 0,
      outputs: { result: 'acknowledged', 'waits-for': 'approved' },
    })
  })

  it('waits for people, and says by which line they agree', async () => {
    const run = await start('approve')
    expect(run).toMatchObject({ exitCode: 1, outputs: { result: 'waiting' } })
    expect(run.stdout).toContain('hotfix/too-few-approvals')
    expect(run.summary).toContain('I agree to hotfix')
    const shipped = await start('ship')
    expect(shipped).toMatchObject({ exitCode: 1, outputs: { result: 'refused' } })
  })

  it('takes no word of whoever started the run, and no review without the line', async () => {
    const line = await lineNow()
    const at = new Date().toISOString()
    github.world.reviews.set(12, [
      { id: 81, user: BOB, state: 'APPROVED', commit_id: lane.fix, body: 'LGTM', submitted_at: at },
    ])
    github.world.approvals.set(RUN, [{ user: TIM, comment: line, state: 'approved' }])
    const run = await start('approve')
    expect(run).toMatchObject({ exitCode: 1, outputs: { result: 'waiting' } })
    expect(run.stdout.match(/hotfix\/approval-void/g)?.length).toBeGreaterThanOrEqual(2)
  })

  it('no one is approved by a GitHub of which any call fails, whichever it is', async () => {
    agree(await lineNow())
    // A dry run of the question itself: pulls, reviews, permissions, run, approvals, activity.
    for (let nth = 0; nth < 9; nth += 1) {
      const first = github.requests.length
      github.fault = (_request, index) => (index >= first + nth ? FORBIDDEN : undefined)
      const run = await start('approve')
      expect([1, 3], `call ${nth}: ${run.stdout}`).toContain(run.exitCode)
      expect(run.outputs['result']).not.toBe('approved')
    }
  })

  it('is approved by a review and an approval of the environment', async () => {
    agree(await lineNow())
    const run = await start('approve')
    expect(run, run.stdout).toMatchObject({ exitCode: 0, outputs: { result: 'approved' } })
    expect(run.summary).toContain('bob')
  })

  it('is seen alike from a clone: the command line shows the same line, and finds nothing new', async () => {
    const line = await lineNow()
    agree(line)
    const cli = (...args: readonly string[]) =>
      runFile(
        process.execPath,
        [CLI, 'hotfix', ...args, '--genesis', lane.genesis, '--repo', lane.project.repository.path],
        {
          env: {
            PATH: process.env['PATH'],
            HOME: home.path,
            GITHUB_TOKEN,
            GITHUB_REPOSITORY: 'octo/app',
            GITHUB_SERVER_URL: github.url,
          },
        },
      )
    const { stdout: shown } = await cli('status')
    expect(shown).toContain(line)
    expect(shown).toContain('agrees: ')
    const { stdout } = await cli('collect', '--run', String(RUN), '--keys', lane.project.keysFile)
    expect(stdout).toContain('✓ 0 new on record')
  })

  it('does not ship once somebody has pushed', async () => {
    agree(await lineNow())
    github.world.pulls.set(12, {
      number: 12,
      branch: 'fix',
      into: 'main',
      head: 'b'.repeat(40),
      commits: [lane.fix, 'b'.repeat(40)],
    })
    const run = await start('ship')
    expect(run).toMatchObject({ exitCode: 1, outputs: { result: 'refused' } })
    expect(run.stdout).toContain('hotfix/approval')
  })

  it('ships, and does what follows: tag, back-merge, post-mortem, the issue', async () => {
    agree(await lineNow())
    const run = await start('ship')
    expect(run, run.stdout).toMatchObject({
      exitCode: 0,
      stderr: '',
      outputs: { result: 'released', 'waits-for': '', agreement: '' },
    })
    const refs = execFileSync('git', [
      '--git-dir',
      lane.origin,
      'for-each-ref',
      '--format=%(refname)',
    ])
    expect(refs.toString()).toContain('refs/tags/v1.2.4')
    expect([...github.world.pulls.values()].at(-1)).toMatchObject({ into: 'main' })
    expect(issueOf('Post-mortem')?.body).toContain(ADVISORY)
    expect(issueOf('Hotfix ')?.body).toContain(ADVISORY)
    expect(issueOf('Hotfix ')?.title).toContain('everywhere')
    const again = await start('ship')
    expect(again).toMatchObject({ exitCode: 0, outputs: { result: 'released' } })
    expect(github.world.issues.size).toBe(2)
  })

  it('closes only when nothing is owed', async () => {
    const { repository } = lane.project
    const owed = await start('close')
    expect(owed).toMatchObject({ exitCode: 1, outputs: { result: 'owed' } })
    expect(owed.stdout).toContain('hotfix/debt-open')
    await repository.git('push', '-q', 'origin', `${lane.fix}:refs/heads/main`)
    await repository.git('fetch', '-q', 'origin')
    for (const debt of ['review', 'post-mortem', 'customer-notice'])
      expect(await start('repay', { debt, evidence: 'octo/app#12' }), debt).toMatchObject({
        exitCode: 0,
      })
    const half = { debt: 'action-items', evidence: 'octo/app#2', detect: 'an alert' }
    expect(await start('repay', half)).toMatchObject({ exitCode: 1, outputs: { result: 'owed' } })
    expect(await start('repay', { ...half, prevent: 'row-level security' })).toMatchObject({
      exitCode: 0,
      outputs: { result: 'repaid' },
    })
    const closed = await start('close')
    expect(closed, closed.stdout).toMatchObject({ exitCode: 0, outputs: { result: 'closed' } })
    expect(issueOf('Hotfix ')?.state).toBe('closed')
  })
})
