import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type TemporaryDirectory, temporaryDirectory } from '@bulkhead/testkit'
import type { CommitId } from '@bulkhead/vocabulary'
import { type Answer, answerOf } from './support/answers.ts'
import { type CommandLine, installBulkhead, processesOf } from './support/command-line.ts'
import { startLoad } from './support/load.ts'
import { TINY_APP, policyText, serverText } from './support/tiny-app.ts'
import { type TinyProject, adopt, freePort, makeTinyProject } from './support/tiny-project.ts'

/** Sets the clock of a program by a file: `bulkhead` reads it, and what it starts does not. */
const CLOCK = `import { readFileSync } from 'node:fs'
const real = Date.now
Date.now = () => real() + Number(readFileSync(process.env.CLOCK_FILE, 'utf8'))
`

/** Two services in one repository, each with an artifact of its own. */
const BUILD = `${TINY_APP['build.mjs']}
const api = readFileSync('dist/server.mjs', 'utf8').replace("tenant: 'acme'", "service: 'api'")
writeFileSync('dist/api.mjs', api)
`

const ENVIRONMENTS = ['staging', 'production', 'api'] as const
type Environment = (typeof ENVIRONMENTS)[number]

/** Keys of an environment besides those that all have. */
const OWN: Readonly<Record<Environment, readonly string[]>> = {
  staging: [],
  production: [
    'after: staging',
    'schedule: { freeze: [{ from: 2031-01-01 00:00, to: 2031-01-02 00:00, reason: holiday }] }',
  ],
  api: ['artifact: dist/api.mjs'],
}

function policyOf(ports: Readonly<Record<Environment, number>>): string {
  const blocks = ENVIRONMENTS.map((name) => {
    const text = policyText({ port: ports[name], environment: OWN[name] })
    const [, block = ''] = text.split('environments:\n')
    return block.replace('  production:', `  ${name}:`)
  })
  const [top = ''] = policyText({ port: 1 }).split('environments:\n')
  const artifacts = 'artifacts: [dist/server.mjs, dist/api.mjs]'
  return `${top.replace('artifacts: [dist/server.mjs]', artifacts)}environments:\n${blocks.join('')}`
}

/** Promotion, calendar and expiry, through the command line and by a clock that the test sets. */
describe('several environments of one repository', () => {
  let home: TemporaryDirectory
  let bulkhead: CommandLine
  let project: TinyProject
  let root: string
  let ports: Record<Environment, number>
  let env: Readonly<Record<string, string>>
  beforeAll(async () => {
    home = await temporaryDirectory()
    bulkhead = await installBulkhead(join(home.path, 'bin'))
    project = await makeTinyProject(join(home.path, 'project'))
    root = project.repository.path
    ports = { staging: await freePort(), production: await freePort(), api: await freePort() }
    const clock = join(home.path, 'clock.mjs')
    const file = join(home.path, 'clock.txt')
    await writeFile(clock, CLOCK)
    env = { NODE_OPTIONS: `--import=${clock}`, CLOCK_FILE: file }
    await setClock('2030-12-31T22:00:00Z')
    await writeFile(join(root, 'build.mjs'), BUILD)
    await adopt(project, { text: policyOf(ports) })
    for (const environment of ENVIRONMENTS) await run(['fleet', 'up'], environment, 0)
  })
  afterAll(async () => {
    for (const environment of ENVIRONMENTS)
      await bulkhead.run(root, ['fleet', 'down', '--environment', environment])
    const left = await processesOf(home.path)
    await home[Symbol.asyncDispose]()
    expect(left).toEqual([])
  })

  const setClock = (to: string) =>
    writeFile(env['CLOCK_FILE'] ?? '', String(Date.parse(to) - Date.now()))

  const command = (words: readonly string[], environment: Environment) =>
    [...words, '--environment', environment, '--json'] as const

  async function run(
    words: readonly string[],
    environment: Environment,
    code: number,
  ): Promise<Answer> {
    const answer = answerOf(await bulkhead.run(root, command(words, environment), { env }))
    expect(answer.exitCode, `${words.join(' ')}: ${JSON.stringify(answer.findings)}`).toBe(code)
    return answer
  }

  /** A commit that is tested and built once, and judged for every environment. */
  async function release(message: string): Promise<CommitId> {
    const files = { 'server.mjs': `// ${message}\n${serverText(200)}` }
    const commit = await project.repository.commit({ by: project.ada, message, files })
    for (const words of [['test'], ['build']])
      expect(answerOf(await bulkhead.run(root, [...words, '--json'], { env })).exitCode).toBe(0)
    for (const environment of ENVIRONMENTS) await run(['gate'], environment, 0)
    return commit
  }

  async function underLoad<Ended>(environment: Environment, act: () => Promise<Ended>) {
    const load = startLoad(ports[environment])
    try {
      return await act()
    } finally {
      expect((await load.stop()).failures).toBe(0)
    }
  }

  const ship = (environment: Environment, code = 0) =>
    underLoad(environment, () => run(['ship'], environment, code))

  /** Ships to production and, while the canary waits for traffic, lets time pass. */
  async function shipWhile(now: string): Promise<Answer> {
    const shipping = bulkhead.start(root, command(['ship'], 'production'), { env })
    await shipping.until('placed local/a/1')
    await setClock(now)
    return underLoad('production', async () => answerOf(await shipping.ended))
  }

  const codes = ({ findings }: Answer) => findings.map(({ code }) => code)
  const versions = async (environment: Environment) => {
    const { fleet } = await run(['status'], environment, 0)
    return (fleet as { units: { version: string }[] }).units.map(({ version }) => version)
  }
  const asked = async (environment: Environment): Promise<unknown> =>
    (await fetch(`http://127.0.0.1:${ports[environment]}/`)).json()

  let first: CommitId

  it('what was not fully good in staging does not reach production; the same bytes then do', async () => {
    first = await release('first')
    expect(codes(await run(['ship'], 'production', 1))).toEqual(['rollout/not-promoted'])
    await run(['ship'], 'staging', 0)
    expect(await run(['ship'], 'production', 0)).toMatchObject({ result: 'released' })
    expect(await versions('production')).toEqual([first, first, first])
  })

  it('each service of the repository runs its own artifact of the same commit', async () => {
    await run(['ship'], 'api', 0)
    expect(await versions('api')).toEqual([first, first, first])
    expect([await asked('production'), await asked('api')]).toEqual([
      { tenant: 'acme' },
      { service: 'api' },
    ])
  })

  it('a freeze that begins in the middle lets the zone be finished and holds the rest (failure 58)', async () => {
    await setClock('2030-12-31T23:30:00Z')
    const commit = await release('second')
    await ship('staging')
    const held = await shipWhile('2031-01-01T00:05:00Z')
    expect([held['result'], ...codes(held)]).toEqual(['paused', 'rollout/frozen'])
    expect(await versions('production')).toEqual([commit, first, first])
    expect(codes(await run(['resume'], 'production', 1))).toEqual(['rollout/frozen'])
    // Other environments have calendars of their own.
    expect(await ship('api')).toMatchObject({ result: 'released' })
    expect(await asked('api')).toEqual({ service: 'api' })
    const back = await underLoad('api', () => run(['rollback'], 'api', 0))
    expect(back).toMatchObject({ result: 'released', commit: first })
    expect(await asked('api')).toEqual({ service: 'api' })
  })

  it('after the freeze the verdict is too old to go on; judged again, the rollout ends', async () => {
    await setClock('2031-01-02T00:10:00Z')
    expect(codes(await run(['resume'], 'production', 1))).toContain('attest/expired')
    await run(['gate'], 'production', 0)
    const resumed = await underLoad('production', () => run(['resume'], 'production', 0))
    expect(resumed).toMatchObject({ result: 'released' })
  })

  it('a verdict that expires in the middle pauses before the next wave, and can be taken back', async () => {
    const before = (await versions('production'))[0]
    await setClock('2031-01-02T02:00:00Z')
    const commit = await release('third')
    await ship('staging')
    const held = await shipWhile('2031-01-02T03:30:00Z')
    expect([held['result'], ...codes(held)]).toEqual(['paused', 'attest/expired'])
    expect(await versions('production')).toEqual([commit, before, before])
    // The way back asks no verdict.
    const aborted = await underLoad('production', () =>
      run(['abort', '--reason', 'too late tonight'], 'production', 0),
    )
    expect(aborted).toMatchObject({ result: 'rolled-back' })
    for (const environment of ENVIRONMENTS) await run(['ledger', 'verify'], environment, 0)
  })
})
