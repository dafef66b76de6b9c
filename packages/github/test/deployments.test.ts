import { type GithubServer, startGithub } from '@bulkhead/testkit'
import { commitId } from '@bulkhead/vocabulary'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { DeploymentTeller } from '../src/index.ts'
import { apiOf } from './github-stage.ts'

let github: GithubServer
const waits: number[] = []
beforeEach(async () => {
  waits.length = 0
  github = await startGithub()
})
afterEach(async () => {
  expect(github.violations).toEqual([])
  await github[Symbol.asyncDispose]()
})

const COMMIT = commitId('a'.repeat(40))
const LOG = 'https://github.example/octo/app/actions/runs/4711'
const patience = {
  attempts: 3,
  budget: 100_000,
  now: () => 0,
  wait: (milliseconds: number) => {
    waits.push(milliseconds)
    return Promise.resolve()
  },
}
const tellerOf = () =>
  new DeploymentTeller({
    api: apiOf(github, { patience }),
    repository: 'octo/app',
    environment: 'production',
    logUrl: LOG,
  })

describe('a deployment told to GitHub', () => {
  it('is created for the commit and asks for no merge and no check; its statuses come in order', async () => {
    const teller = tellerOf()
    teller.begin(COMMIT)
    teller.begin(COMMIT)
    teller.tell('in_progress', 'canary')
    teller.tell('success', `every unit runs it ${'and so on '.repeat(30)}`)
    expect(await teller.settled()).toEqual([])
    const [deployment, ...others] = github.world.deployments.values()
    expect(others).toEqual([])
    expect(deployment?.sent).toMatchObject({
      ref: COMMIT,
      environment: 'production',
      auto_merge: false,
      required_contexts: [],
    })
    expect(deployment?.statuses.map(({ state }) => state)).toEqual([
      'queued',
      'in_progress',
      'success',
    ])
    for (const { log_url: url, description } of deployment?.statuses ?? []) {
      expect(url).toBe(LOG)
      expect(String(description).length).toBeLessThanOrEqual(140)
    }
  })

  it('makes the one before it inactive once it has succeeded, and not earlier', async () => {
    const states = () =>
      [...github.world.deployments.values()].map(({ statuses }) => statuses.at(-1)?.['state'])
    for (const end of ['success', 'failure', 'success'] as const) {
      const teller = tellerOf()
      teller.begin(COMMIT)
      teller.tell(end, end)
      expect(await teller.settled()).toEqual([])
    }
    expect(states()).toEqual(['inactive', 'failure', 'success'])
  })

  it.each([
    ['forbids', { kind: 'status', status: 403 }],
    ['does not know the repository', { kind: 'status', status: 404 }],
    ['breaks down', { kind: 'status', status: 500 }],
    ['hangs up', { kind: 'hang-up' }],
    ['answers nonsense', { kind: 'body', body: '<html>' }],
  ] as const)(
    'is one finding when GitHub %s, sent once, and nothing is thrown',
    async (_, fault) => {
      github.fault = () => fault
      const teller = tellerOf()
      teller.begin(COMMIT)
      teller.tell('in_progress', 'canary')
      const findings = await teller.settled()
      expect(findings).toMatchObject([{ code: 'notify/undelivered', subject: 'GitHub deployment' }])
      expect(github.requests.length).toBe(1)
      expect(waits).toEqual([])
    },
  )

  it('is sent again when GitHub turned it away for now', async () => {
    github.fault = (_request, index) =>
      index === 0 ? { kind: 'status', status: 429, headers: { 'retry-after': '7' } } : undefined
    const teller = tellerOf()
    teller.begin(COMMIT)
    expect(await teller.settled()).toEqual([])
    expect(waits).toEqual([7_000])
    expect(github.world.deployments.size).toBe(1)
  })

  it('a status that is lost is a finding, and the next one is told', async () => {
    github.fault = (_request, index) => (index === 1 ? { kind: 'status', status: 502 } : undefined)
    const teller = tellerOf()
    teller.begin(COMMIT)
    teller.tell('success', 'done')
    expect(await teller.settled()).toMatchObject([{ code: 'notify/undelivered' }])
    const [deployment] = github.world.deployments.values()
    expect(deployment?.statuses.map(({ state }) => state)).toEqual(['success'])
  })

  it('says nothing of what was never begun', async () => {
    const teller = tellerOf()
    teller.tell('failure', 'refused')
    expect(await teller.settled()).toEqual([])
    expect(github.requests).toEqual([])
  })
})
