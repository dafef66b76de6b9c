import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { GITHUB_TOKEN, type GithubServer, startGithub } from '@bulkhead/testkit'
import { WorldError } from '@bulkhead/vocabulary'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  type GithubAccess,
  careAfter,
  chosenHotfix,
  findTrustedBase,
  hotfixStatus,
  keepIncident,
  openGithubAccess,
} from '../src/index.ts'
import { pushRefs } from '../src/forge/push-refs.ts'
import { ENVIRONMENT, FACTS, type GatedHotfix, makeGatedHotfix } from './support/gated-hotfix.ts'

const impatient = { attempts: 1, budget: 0, wait: () => Promise.resolve(), now: () => 0 }
let lane: GatedHotfix
let origin: string
let github: GithubServer
let access: GithubAccess

const at = (...args: readonly string[]) =>
  execFileSync('git', ['--git-dir', origin, ...args])
    .toString()
    .trim()
const debts = async () => {
  const { ledger } = await findTrustedBase(lane.workspace, ENVIRONMENT)
  return chosenHotfix(ledger.state.hotfixes, lane.hotfix).debts.flatMap(({ name, repaid }) =>
    repaid === null ? [name] : [],
  )
}
const care = () =>
  careAfter(lane.workspace, { ...lane.request, hotfix: lane.hotfix, github: access, into: 'main' })
const keep = async () => {
  const [status] = await hotfixStatus(lane.workspace, {
    environment: ENVIRONMENT,
    hotfix: lane.hotfix,
  })
  if (status === undefined) throw new Error('it was declared')
  return keepIncident(access, { environment: ENVIRONMENT, status, agreement: undefined, links: [] })
}
const issues = () => [...github.world.issues.values()]

beforeAll(async () => {
  lane = await makeGatedHotfix()
  const { repository } = lane.project
  origin = join(repository.path, '..', 'origin.git')
  execFileSync('git', ['init', '-q', '--bare', origin])
  await repository.git('remote', 'add', 'origin', origin)
  // On GitHub main has gone its own way, and touched what the fix touches.
  await repository.git('switch', '-q', '--create', 'theirs', 'v1.2.3')
  await repository.commit({
    by: lane.project.ada,
    message: 'Other notes',
    files: { 'notes.txt': 'together\n' },
  })
  await repository.git('push', '-q', 'origin', 'theirs:main')
  await repository.git('fetch', '-q', 'origin')
  await repository.git('switch', '-q', 'main')
}, 120_000)
afterAll(() => lane[Symbol.asyncDispose]())

beforeEach(async () => {
  github = await startGithub()
  access = openGithubAccess(
    { GITHUB_SERVER_URL: github.url, GITHUB_REPOSITORY: 'octo/app' },
    GITHUB_TOKEN,
    impatient,
  )
  return async () => {
    expect(github.violations).toEqual([])
    await github[Symbol.asyncDispose]()
  }
})

describe('what follows on GitHub', () => {
  it('the issue of a hotfix under embargo says how it stands, and not what it fixes', async () => {
    await keep()
    const [issue] = issues()
    expect(issue).toMatchObject({
      title: `Hotfix ${lane.hotfix} in production: waits to be acknowledged`,
      state: 'open',
      labels: ['bulkhead-hotfix'],
    })
    for (const secret of [FACTS.advisory, FACTS.reason, FACTS.salt])
      expect(JSON.stringify(issue)).not.toContain(secret)
    expect(issue?.body).toContain('under embargo')
    expect(issue?.body).toContain(`bulkhead hotfix acknowledge --hotfix ${lane.hotfix}`)
  })

  it('does nothing before it is everywhere', async () => {
    expect(await care()).toEqual({ done: [], owed: [] })
    expect(github.requests).toEqual([])
    expect(at('for-each-ref', '--format=%(refname)')).toBe('refs/heads/main')
  })

  it('a remote that is not there leaves the debts, and keeps nothing else from being done', async () => {
    await lane.release()
    await lane.project.repository.git('remote', 'set-url', '--push', 'origin', `${origin}.gone`)
    const { owed } = await care()
    await lane.project.repository.git('remote', 'set-url', '--push', 'origin', origin)
    expect(owed.map(({ code, subject }) => `${code} ${subject}`)).toEqual([
      'git/failed git push origin',
      'git/failed git push origin',
    ])
    expect(await debts()).toEqual(expect.arrayContaining(['tag', 'back-merge', 'post-mortem']))
    expect(issues()).toHaveLength(1)
  })

  it('is done once, whichever call fails, and whether it was taken or not', async () => {
    for (const fault of [{ kind: 'status', status: 502 }, { kind: 'lost' }] as const)
      for (let nth = 0; nth < 6; nth += 1) {
        const first = github.requests.length
        github.fault = (_request, index) => (index === first + nth ? fault : undefined)
        await care()
      }
    github.fault = () => undefined
    const { done, owed } = await care()
    expect(issues()).toHaveLength(1)
    expect([...github.world.pulls.values()]).toMatchObject([
      { branch: `bulkhead/back-merge-${lane.hotfix}`, into: 'main' },
    ])
    expect(done.map(({ what }) => what)).toEqual([
      'pull request into main, which CONFLICTS',
      'issue of the post-mortem',
    ])
    expect(owed).toMatchObject([{ code: 'hotfix/back-merge-conflict' }])
    expect(github.world.pulls.get(1)?.body).toContain('conflict')
    expect(at('rev-parse', `bulkhead/back-merge-${lane.hotfix}`)).toBe(lane.fix)
    expect(at('rev-parse', 'v1.2.4^{commit}')).toBe(lane.fix)
    expect(await debts()).not.toContain('tag')
    expect(await debts()).toContain('back-merge')
  })

  it('the post-mortem is filled from the ledger, and its author is asked for one detect and one prevent', async () => {
    await care()
    const [issue] = issues()
    expect(issue?.title).toBe(`Post-mortem: hotfix ${lane.hotfix} in production`)
    for (const said of [
      'SEC-42',
      '| hotfix.declared |',
      '- [ ] Detect',
      '- [ ] Prevent',
      'Next update',
    ])
      expect(issue?.body).toContain(said)
  })

  it('the back-merge is repaid when main on GitHub has the fix', async () => {
    const { repository } = lane.project
    await repository.git('switch', '-q', '--detach', 'origin/main')
    await repository.git('merge', '-q', '--no-edit', '-X', 'theirs', lane.fix)
    await repository.git('push', '-q', 'origin', 'HEAD:main')
    await repository.git('fetch', '-q', 'origin')
    await repository.git('switch', '-q', 'main')
    const { done, owed } = await care()
    expect(owed).toEqual([])
    expect(done.map(({ what }) => what)).toContain('main has the fix')
    expect(await debts()).not.toContain('back-merge')
    await keep()
    expect(issues().at(-1)?.body).toContain('**SEC-42**: tenants see each other')
  })

  it('a token goes to no other server, and into no argument', async () => {
    const heard: (string | undefined)[] = []
    const server = createServer((request, response) => {
      heard.push(request.headers.authorization)
      response.writeHead(403).end()
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    const port = typeof address === 'object' ? address?.port : 0
    const url = `http://127.0.0.1:${port}`
    await lane.project.repository.git('config', 'remote.origin.pushurl', `${url}/octo/app.git`)
    const argv: string[] = []
    const spied = {
      ...lane.workspace,
      run: (request: Parameters<typeof lane.workspace.run>[0]) => {
        argv.push(...request.argv)
        return lane.workspace.run(request)
      },
    }
    const refs = [{ from: lane.fix, to: 'refs/heads/x' }]
    const token = 'ghs_canary'
    for (const target of [url, 'https://github.example'])
      await expect(pushRefs(spied, { server: new URL(target), token }, refs)).rejects.toThrow(
        WorldError,
      )
    server.close()
    const sent = `basic ${Buffer.from(`x-access-token:${token}`).toString('base64')}`
    expect(heard).toEqual([sent, undefined])
    expect(argv.join(' ')).not.toContain(token)
    expect(argv.join(' ')).not.toContain(sent)
  })
})
