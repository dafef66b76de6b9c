import { execFileSync } from 'node:child_process'
import { cp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  type GitFixture,
  type TemporaryDirectory,
  makeRepository,
  temporaryDirectory,
} from '@bulkhead/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Answer, answerOf } from './support/answers.ts'
import { type CommandLine, installBulkhead } from './support/command-line.ts'
import { type TinyProject, adopt, copyOf, makeTinyProject } from './support/tiny-project.ts'

const BRANCH = 'refs/heads/ledger/production'

/** Each on a copy of its own of one project, whose ledger has four entries: a person meets it at the command line. */
describe('a ledger that is not what it should be', () => {
  let home: TemporaryDirectory
  let bulkhead: CommandLine
  let begun: TinyProject
  let copies = 0
  const file = (name: string) => join(home.path, name)
  beforeAll(async () => {
    home = await temporaryDirectory()
    bulkhead = await installBulkhead(file('bin'))
    begun = await makeTinyProject(file('begun'))
    await adopt(begun, { port: 1 })
    for (const _ of [1, 2, 3]) await run(begun.repository, 0, ['ledger', 'heartbeat'])
    await writeFile(file('ahead.mjs'), AHEAD)
  })
  afterAll(() => home[Symbol.asyncDispose]())

  const fresh = async () => (await copyOf(begun, file(`copy-${(copies += 1)}`))).repository
  async function run(
    { path }: GitFixture,
    code: number,
    args: readonly string[],
    env: Readonly<Record<string, string>> = {},
  ): Promise<Answer> {
    const answer = answerOf(await bulkhead.run(path, [...args, '--json'], { env }))
    expect(answer, `${args.join(' ')}: ${JSON.stringify(answer.findings)}`).toMatchObject({
      exitCode: code,
    })
    return answer
  }
  const codes = ({ findings }: Answer) => [...new Set(findings.map(({ code }) => code))]
  const tipOf = (repository: GitFixture) => repository.git('rev-parse', BRANCH)

  /** Every command that reads refuses it by this code, and nothing that appends does. */
  async function expectRefused(
    repository: GitFixture,
    code: string,
    whenReading = code,
  ): Promise<void> {
    const before = await tipOf(repository)
    for (const reading of [['verify'], ['log'], ['export'], ['lease']])
      expect(codes(await run(repository, 1, ['ledger', ...reading]))).toContain(whenReading)
    for (const appending of [['heartbeat'], ['annotate', '1', 'a note']])
      expect(codes(await run(repository, 1, ['ledger', ...appending]))).toContain(code)
    expect(await tipOf(repository)).toBe(before)
  }

  it('is no ledger at all: somebody’s branch has its name', async () => {
    const repository = await fresh()
    await repository.git('update-ref', BRANCH, 'refs/heads/main')
    await expectRefused(repository, 'ledger/not-a-ledger')
  })

  it('was rewritten: an older entry has other bytes', async () => {
    const repository = await fresh()
    await rewrite(repository, (text) => text.replace('"keyid"', '"keyID"'))
    await expectRefused(repository, 'ledger/rewritten', 'ledger/malformed-entry')
  })

  it('was truncated, as who has seen more of it knows', async () => {
    const repository = await fresh()
    await repository.git('update-ref', BRANCH, `${BRANCH}~1`)
    await expectRefused(repository, 'ledger/rewritten')
    // A clone that never saw more cannot know; who kept a checkpoint can.
    await rm(join(repository.path, '.git/bulkhead/ledger-heads'), { recursive: true })
    const cut = await run(repository, 0, ['ledger', 'verify', '--save', file('cut')])
    expect(cut).toMatchObject({ size: 3 })
    const whole = ['ledger', 'verify', '--save', file('whole')]
    await run(begun.repository, 0, whole)
    const since = await run(repository, 1, ['ledger', 'verify', '--from', file('whole')])
    expect(codes(since)).toContain('ledger/rewritten')
  })

  it('is signed by a key that the policy does not know', async () => {
    const repository = await fresh()
    const other = await makeTinyProject(file(`other-${(copies += 1)}`))
    await adopt(other, { port: 1 })
    const key = join('.bulkhead', 'keys', 'ledger.pub')
    await cp(join(other.repository.path, key), join(repository.path, key))
    const genesis = await repository.commit({ by: begun.ada, message: 'Another ledger key' })
    await repository.git('config', 'bulkhead.genesis', genesis)
    await cp(
      join(other.repository.path, '.git/bulkhead/keys/ledger.pem'),
      join(repository.path, '.git/bulkhead/keys/ledger.pem'),
    )
    await expectRefused(repository, 'ledger/bad-signature')
  })

  it('has a key that is not the writer’s: nothing is appended, and the log stays good', async () => {
    const repository = await fresh()
    const before = await tipOf(repository)
    await cp(
      join(repository.path, '.git/bulkhead/keys/gate.pem'),
      join(repository.path, '.git/bulkhead/keys/ledger.pem'),
    )
    expect(codes(await run(repository, 2, ['ledger', 'heartbeat']))).toEqual(['usage/wrong-key'])
    expect(await tipOf(repository)).toBe(before)
    await run(repository, 0, ['ledger', 'verify'])
  })

  it('has lost its key: a spare one, declared beforehand, ends the old one and hands over to a new', async () => {
    const repository = await fresh()
    const keys = join(repository.path, '.git/bulkhead/keys')
    const makeKey = async (name: string) => {
      const pem = file(`${name}-${copies}.pem`)
      const pub = file(`${name}-${copies}.pub`)
      execFileSync('openssl', ['genpkey', '-algorithm', 'ed25519', '-out', pem])
      execFileSync('openssl', ['pkey', '-in', pem, '-pubout', '-out', pub])
      return { pem, pub }
    }
    const [spare, next] = [await makeKey('spare'), await makeKey('next')]
    await cp(spare.pub, join(repository.path, '.bulkhead/keys/spare.pub'))
    const policy = join(repository.path, 'bulkhead.yml')
    const first = '{ file: .bulkhead/keys/ledger.pub }'
    const text = await readFile(policy, 'utf8')
    await writeFile(policy, text.replace(first, `${first}, { file: .bulkhead/keys/spare.pub }`))
    const genesis = await repository.commit({ by: begun.ada, message: 'Declare a spare key' })
    await repository.git('config', 'bulkhead.genesis', genesis)
    await repository.git('update-ref', '-d', BRANCH)
    await run(repository, 0, ['ledger', 'heartbeat'])

    await rm(join(keys, 'ledger.pem'))
    expect(codes(await run(repository, 2, ['ledger', 'heartbeat']))).toEqual(['usage/wrong-key'])
    const key = (name: string) => join(repository.path, '.bulkhead/keys', name)
    const bySpare = ['--keys', spare.pem]
    const revoke = ['ledger', 'keys', 'revoke', '--key', key('ledger.pub'), '--reason', 'lost']
    await run(repository, 0, [...revoke, ...bySpare])
    const rotate = ['ledger', 'keys', 'rotate', '--new', next.pub, '--name', 'next']
    expect(
      codes(await run(repository, 2, [...rotate, '--old', key('ledger.pub'), ...bySpare])),
    ).toEqual(['ledger/illegal-step'])
    await run(repository, 0, [...rotate, '--old', key('spare.pub'), ...bySpare])
    await cp(next.pem, join(keys, 'next.pem'))
    await run(repository, 0, ['ledger', 'heartbeat'])
    expect(await run(repository, 0, ['ledger', 'verify'])).toMatchObject({ size: 5 })
  })

  it('is dated a day ahead: refused, until somebody corrects the clock in their name', async () => {
    const repository = await fresh()
    const ahead = { NODE_OPTIONS: `--import=file://${file('ahead.mjs')}` }
    expect(await run(repository, 0, ['ledger', 'heartbeat'], ahead)).toMatchObject({ index: 4 })
    await run(repository, 0, ['ledger', 'annotate', '1', 'still ahead'], ahead)
    const before = await tipOf(repository)
    for (const reading of ['verify', 'log', 'export'])
      expect(codes(await run(repository, 1, ['ledger', reading]))).toEqual(['ledger/wrong-clock'])
    const stopped = await run(repository, 1, ['ledger', 'heartbeat'])
    expect(stopped.findings).toMatchObject([
      {
        code: 'ledger/wrong-clock',
        remedy: expect.stringContaining(
          '`bulkhead ledger clock correct 4 --reason TEXT`',
        ) as string,
      },
    ])
    expect(await tipOf(repository)).toBe(before)
    const correct = (index: string, reason: string) => [
      'ledger',
      'clock',
      'correct',
      index,
      '--reason',
      reason,
    ]
    expect(codes(await run(repository, 2, correct('2', 'it was right')))).toEqual([
      'ledger/illegal-step',
    ])
    expect(codes(await run(repository, 2, correct('4', ' ')))).toEqual(['usage/invalid-option'])
    expect(await tipOf(repository)).toBe(before)
    await run(repository, 0, correct('4', 'the runner was a day ahead'))
    await run(repository, 0, ['ledger', 'heartbeat'])
    for (const reading of ['verify', 'log'])
      expect(await run(repository, 0, ['ledger', reading])).toMatchObject({
        verdict: 'VERIFIED',
        size: 8,
        acknowledged: [{ code: 'ledger/wrong-clock', subject: 'entry 4' }],
      })
    await run(repository, 0, ['ledger', 'verify', '--save', file('corrected')])
    expect(
      await run(repository, 0, ['ledger', 'verify', '--from', file('corrected')]),
    ).toMatchObject({ acknowledged: [{ subject: 'entry 4' }] })
  })

  it('has two heads: this clone and the remote hold logs that part', async () => {
    const repository = await fresh()
    const hub = await makeRepository(file(`hub-${(copies += 1)}`))
    await repository.git('remote', 'add', 'origin', hub.path)
    const policy = join(repository.path, 'bulkhead.yml')
    const text = await readFile(policy, 'utf8')
    await writeFile(
      policy,
      text.replace(
        '  production:\n',
        '  production:\n    ledger: { store: git, remote: origin }\n',
      ),
    )
    const genesis = await repository.commit({ by: begun.ada, message: 'The remote decides' })
    await repository.git('config', 'bulkhead.genesis', genesis)
    await repository.git('update-ref', '-d', BRANCH)
    await run(repository, 0, ['ledger', 'heartbeat'])
    await repository.git('push', '--quiet', 'origin', `${BRANCH}:${BRANCH}`)
    await run(repository, 0, ['ledger', 'heartbeat'])
    const ours = (await tipOf(repository)).trim()
    await hub.git('update-ref', BRANCH, `${BRANCH}~1`)
    const clone = await makeRepository(file(`clone-${copies}`))
    await clone.git('fetch', '--quiet', hub.path, `${BRANCH}:${BRANCH}`, 'refs/*:refs/other/*')
    await rm(join(clone.path, '.git/bulkhead'), { recursive: true, force: true })
    await cp(join(repository.path, '.git/bulkhead/keys'), join(clone.path, '.git/bulkhead/keys'), {
      recursive: true,
    })
    await clone.git('fetch', '--quiet', repository.path, 'main')
    await clone.git('reset', '--hard', '--quiet', genesis)
    await clone.git('config', 'bulkhead.genesis', genesis)
    await clone.git('remote', 'add', 'origin', hub.path)
    await run(clone, 0, ['ledger', 'annotate', '1', 'on the other head'])
    const theirs = await hub.git('rev-parse', BRANCH)
    await expectRefused(repository, 'ledger/two-heads')
    expect((await tipOf(repository)).trim()).toBe(ours)
    expect(await hub.git('rev-parse', BRANCH)).toBe(theirs)
  })

  /** Puts other bytes in the place of entry 1, in a commit on top, as a writer to the branch can. */
  async function rewrite(repository: GitFixture, change: (text: string) => string): Promise<void> {
    const names = (await repository.git('ls-tree', '-r', '--name-only', BRANCH)).split('\n')
    const name = names.filter((one) => one.startsWith('entries/')).sort()[1] ?? ''
    const bytes = await repository.git('cat-file', 'blob', `${BRANCH}:${name}`)
    const changed = change(bytes)
    expect(changed).not.toBe(bytes)
    await writeFile(file('entry'), changed)
    const blob = (await repository.git('hash-object', '-w', file('entry'))).trim()
    await repository.git('read-tree', BRANCH)
    await repository.git('update-index', '--cacheinfo', `100644,${blob},${name}`)
    const tree = (await repository.git('write-tree')).trim()
    await repository.git('read-tree', 'HEAD')
    const commit = await repository.git('commit-tree', tree, '-p', BRANCH, '-m', 'Rewritten')
    await repository.git('update-ref', BRANCH, commit.trim())
  }
})

/** Sets a process's clock a day ahead. */
const AHEAD = 'const right = Date.now; Date.now = () => right() + 86_400_000\n'
