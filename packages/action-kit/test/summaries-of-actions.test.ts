import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  GITHUB_TOKEN,
  type GithubServer,
  type TemporaryDirectory,
  startGithub,
  temporaryDirectory,
} from '@bulkhead/testkit'
import {
  type StagedProject,
  assembleRelease,
  browse,
  freePort,
  noBrowser,
  pageOf,
  stageProject,
  startAction,
  startFleet,
} from '../src/testing/index.ts'
import { elementsOf, expectPicture } from './support/drawn-page.ts'
import { HOSTILE } from './support/example-page.ts'

const ACTIONS = [
  'signed-commits',
  'test-suite',
  'release-gate',
  'rolling-deploy',
  'ledger',
] as const
type Action = (typeof ACTIONS)[number]

/** What people see below a run in which every action passed, and below one in which each had a reason not to. */
describe('the job summaries of a day', () => {
  let home: TemporaryDirectory
  let project: StagedProject
  let github: GithubServer
  let fleet: AsyncDisposable
  const summaries: string[] = []
  beforeAll(async () => {
    home = await temporaryDirectory()
    await assembleRelease(ACTIONS, home.path)
    project = await stageProject({
      directory: join(home.path, 'project'),
      testSuite: entryOf('test-suite'),
      port: await freePort(),
    })
    github = await startGithub()
    project.stageOn(github)
    fleet = await startFleet(project, home.path)
    await goodDay()
    await badDay()
    await writeFile(join(home.path, 'summary.html'), pageOf(summaries.join('\n')))
  })
  afterAll(async () => {
    await fleet[Symbol.asyncDispose]()
    await github[Symbol.asyncDispose]()
    await home[Symbol.asyncDispose]()
  })

  const entryOf = (name: Action) => join(home.path, 'actions', name, 'dist', 'main.mjs')
  async function run(
    name: Action,
    inputs: Readonly<Record<string, string>>,
    exitCode: number,
  ): Promise<void> {
    const ended = await startAction({
      entry: entryOf(name),
      inputs,
      workspace: project.repository.path,
      temp: join(home.path, `temp-${summaries.length}`),
      env: project.environment(github.url),
    })
    expect(ended.exitCode, ended.stdout).toBe(exitCode)
    expect(ended.summary).toContain(`bulkhead ${name}</h2>`)
    summaries.push(ended.summary)
  }

  const keyed = () => ({
    genesis: project.genesis,
    'keys-file': project.keysFile,
    'github-token': GITHUB_TOKEN,
  })

  async function goodDay(): Promise<void> {
    const { genesis } = project
    await run('signed-commits', { range: 'HEAD', genesis }, 0)
    await run('test-suite', { voucher: 'github' }, 0)
    await run('release-gate', keyed(), 0)
    await run('rolling-deploy', keyed(), 0)
    await run('ledger', { command: 'verify', genesis }, 0)
  }

  async function badDay(): Promise<void> {
    const { repository, mallory: by, genesis } = project
    await repository.commit({
      by,
      message: `Let strangers in ${HOSTILE}`,
      files: { 'tests.json': JSON.stringify({ 'refuses a stranger': 'no', [HOSTILE]: HOSTILE }) },
    })
    await run('signed-commits', { range: 'HEAD', genesis }, 1)
    await run('test-suite', { voucher: 'github' }, 1)
    await run('release-gate', keyed(), 1)
    await run('rolling-deploy', keyed(), 1)
    await run('ledger', { command: 'verify', genesis, since: 'yesterday' }, 2)
  }

  it('have elements of our own only, each closed where it was opened', () => {
    const elements = new Set(elementsOf(pageOf(summaries.join('\n'))))
    const ours = 'b blockquote br code details h2 h3 meta p style summary table td th tr'.split(' ')
    expect([...elements].filter((name) => !ours.includes(name))).toEqual([])
  })

  it('say in their first line how each ended', () => {
    const icons = summaries.map((summary) => /<h2>(.{1,2}) bulkhead /u.exec(summary)?.[1])
    expect(icons).toEqual(['✅', '✅', '✅', '✅', '✅', '⛔', '⛔', '⛔', '⛔', '❗'])
  })

  it.skipIf(noBrowser)(
    'are drawn, and nothing of what others wrote is more than text',
    async () => {
      const { stdout, status } = browse(home.path, 'summary.html', '--dump-dom')
      expect(status).toBe(0)
      const [, body = ''] = stdout.split('</head>')
      expect(body).not.toMatch(/<(?:a|img|script|iframe|h1|h4)[\s>]/)
      await expectPicture(home.path, 3_600)
    },
    150_000,
  )
})
