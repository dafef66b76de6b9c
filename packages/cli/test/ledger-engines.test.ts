import { execFileSync } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type TemporaryDirectory, makeRepository, temporaryDirectory } from '@bulkhead/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { cephIsAbsent, startCeph } from '../../ledger/test/engines/ceph.ts'
import { TABLE, dynamoIsAbsent, startDynamo } from '../../ledger/test/engines/dynamodb.ts'
import { githubStandIn } from '../../ledger/test/engines/github-stand-in.ts'
import { postgresIsAbsent, startPostgres } from '../../ledger/test/engines/postgres.ts'
import { type Answer, answerOf } from './support/answers.ts'
import { type CommandLine, installBulkhead } from './support/command-line.ts'
import { policyText } from './support/tiny-app.ts'
import {
  type TinyProject,
  adopt,
  freePort,
  makeTinyProject,
  writeFiles,
} from './support/tiny-project.ts'

/** A server that keeps a ledger: its line in the policy, and the credentials that a writer brings. */
interface Engine extends AsyncDisposable {
  readonly address: string
  readonly env: Readonly<Record<string, string>>
}

type StartEngine = (home: string) => Promise<Engine>

const s3: StartEngine = async (home) => {
  const ceph = await startCeph(home)
  const bucket = await ceph.makeBucket('ledgers')
  const address = `{ store: s3, bucket: ${bucket}, region: us-east-1, endpoint: '${ceph.endpoint}' }`
  return Object.assign(ceph, { address })
}

const dynamodb: StartEngine = async (home) => {
  const dynamo = await startDynamo(home)
  const address = `{ store: dynamodb, table: ${TABLE}, region: us-east-1, endpoint: '${dynamo.endpoint}' }`
  return Object.assign(dynamo, { address })
}

const postgres: StartEngine = async (home) => {
  const server = await startPostgres(home)
  return Object.assign(server, { address: `{ store: postgres, url: '${server.url}' }` })
}

const github: StartEngine = async (home) => {
  const hub = await makeRepository(join(home, 'hub'))
  const standIn = await githubStandIn(join(hub.path, '.git'))
  const address = `{ store: github, repository: acme/shop, api: 'http://127.0.0.1:${standIn.port}' }`
  return Object.assign(standIn, { address, env: { GITHUB_TOKEN: 'a-token' } })
}

describe.each([
  ['S3', s3, cephIsAbsent],
  ['DynamoDB', dynamodb, dynamoIsAbsent],
  ['PostgreSQL', postgres, postgresIsAbsent],
  ['GitHub', github, false],
])('a ledger in %s', (name, startEngine, isAbsent) => {
  const stack = new AsyncDisposableStack()
  let home: TemporaryDirectory
  let engine: Engine
  let bulkhead: CommandLine
  let project: TinyProject
  let root: string
  const file = (path: string) => join(home.path, path)
  beforeAll(async () => {
    if (isAbsent) return
    home = stack.use(await temporaryDirectory())
    // Of its own: PostgreSQL runs as somebody who may not look into ours.
    engine = await startEngine(stack.use(await temporaryDirectory()).path)
    stack.use(engine)
    bulkhead = await installBulkhead(file('bin'))
    project = await makeTinyProject(file('project'))
    const { repository, ada } = project
    root = repository.path
    const port = await freePort()
    await adopt(project, { port })
    const policy = policyText({ port }).replace(
      '  production:\n',
      `  production:\n    ledger: ${engine.address}\n`,
    )
    await writeFiles(root, { 'bulkhead.yml': policy })
    const genesis = await repository.commit({ by: ada, message: `Keep the ledger in ${name}` })
    await repository.git('config', 'bulkhead.genesis', genesis)
  }, 120_000)
  afterAll(async () => {
    if (isAbsent) return
    await bulkhead.run(root, ['fleet', 'down'])
    await stack.disposeAsync()
  })

  const run = async (code: number, ...args: readonly string[]): Promise<Answer> => {
    const { env } = engine
    const answer = answerOf(await bulkhead.run(root, [...args, '--json'], { env }))
    expect(answer, `${args.join(' ')}: ${JSON.stringify(answer.findings)}`).toMatchObject({
      exitCode: code,
    })
    return answer
  }
  const kindsOf = (answer: Answer) =>
    (answer['entries'] as readonly { readonly kind: string }[]).map(({ kind }) => kind)

  it.skipIf(isAbsent)('holds a whole release, and every command reads and writes it', async () => {
    expect(await run(1, 'ledger', 'log')).toMatchObject({
      findings: [{ code: 'ledger/missing' }],
    })
    for (const step of [['test'], ['build'], ['gate'], ['fleet', 'up'], ['ship']])
      await run(0, ...step)
    const log = await run(0, 'ledger', 'log')
    const kinds = kindsOf(log)
    expect(kinds.slice(0, 3)).toEqual(['genesis', 'gate.verdict', 'lease.acquired'])
    expect(kinds.slice(-2)).toEqual(['deploy.finished', 'lease.released'])
    const size = kinds.length
    expect(await run(0, 'ledger', 'verify', '--save', file('seen'))).toMatchObject({
      verdict: 'VERIFIED',
      size,
    })
    expect(await run(0, 'status')).toMatchObject({ ledger: { lease: null } })
    // A repository's own branch is none of its business.
    expect(execFileSync('git', ['branch', '--list', 'ledger/*'], { cwd: root }).toString()).toBe('')

    await run(0, 'ledger', 'annotate', '1', 'the first verdict')
    expect(await run(0, 'ledger', 'verify', '--from', file('seen'))).toMatchObject({
      size: size + 1,
      judged: 1,
    })
    expect(await run(0, 'ledger', 'lease')).toMatchObject({ leases: [] })
    expect(
      (await run(2, 'ledger', 'lease', 'break', '2', '--reason', 'gone')).findings,
    ).toMatchObject([{ code: 'ledger/illegal-step' }])
    expect(await run(0, 'ledger', 'export', '--out', file('events'))).toMatchObject({
      lines: size + 1,
    })
    await run(0, 'ledger', 'export', '--format', 'csv', '--out', file('changes.csv'))
    expect((await readFile(file('changes.csv'), 'utf8')).trim().split('\n')).toHaveLength(2)
  })

  it.skipIf(isAbsent)(
    'is proven, witnessed and mirrored to people without the server',
    async () => {
      execFileSync('openssl', ['genpkey', '-algorithm', 'ed25519', '-out', file('w.pem')])
      const witness = ['--name', 'example.net/w', '--key', file('w.pem'), '--state', file('state')]
      const { size } = await run(0, 'ledger', 'witness', ...witness, '--out', file('cosigned'))
      await run(0, 'ledger', 'proof', '1', '--witnessed', file('cosigned'), '--out', file('proof'))
      expect(await run(0, 'ledger', 'proof', 'verify', file('proof'))).toMatchObject({
        verdict: 'PROVEN',
        entry: { index: 1, kind: 'gate.verdict' },
      })
      expect(await run(0, 'ledger', 'export', '--mirror', file('mirror'))).toMatchObject({ size })
      const { policy } = await run(0, 'ledger', 'policy')
      await writeFile(file('mine.json'), String(policy))
      const outside = ['ledger', 'verify', '--log', file('mirror'), '--json']
      const mine = ['--verifier-policy', file('mine.json')]
      const answer = answerOf(await bulkhead.run(home.path, [...outside, ...mine]))
      expect(answer).toMatchObject({ exitCode: 0, verdict: 'VERIFIED', size })
    },
  )

  it.skipIf(isAbsent)('that cannot be reached is an error of the world', async () => {
    const policy = await readFile(join(root, 'bulkhead.yml'), 'utf8')
    const moved = policy.replace(/127\.0\.0\.1:\d+(?=[/'])/, `127.0.0.1:${await freePort()}`)
    expect(moved).not.toBe(policy)
    await writeFiles(root, { 'bulkhead.yml': moved })
    const { repository, ada } = project
    const genesis = await repository.commit({ by: ada, message: 'Look elsewhere' })
    await repository.git('config', 'bulkhead.genesis', genesis)
    const { findings } = await run(3, 'ledger', 'verify')
    expect(findings).toMatchObject([{ code: 'ledger/append-failed' }])
    await run(3, 'ledger', 'heartbeat')
  })
})
