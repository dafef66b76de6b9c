import { execFileSync } from 'node:child_process'
import { cp, mkdir, readFile, readdir, writeFile } from 'node:fs/promises'
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

const BRANCH = 'ledger/production'
const WHY = ['--reason', 'x']

/** What reads the record, steers by it, or leans on it. */
const READING: readonly (readonly string[])[] = [
  ['ledger', 'verify'],
  ['ledger', 'verify', '--at', '0'],
  ['ledger', 'log'],
  ['ledger', 'export'],
  ['ledger', 'export', '--format', 'csv'],
  ['ledger', 'lease', 'show'],
  ['ledger', 'proof', '0'],
  ['status'],
  ['queue', 'list'],
  ['hotfix', 'status'],
  ['hotfix', 'post-mortem'],
]

const LEANING: readonly (readonly string[])[] = [
  ['ledger', 'lease', 'break', '2', ...WHY],
  ['ledger', 'annotate', '0', 'a note'],
  ['ledger', 'clock', 'correct', '1', ...WHY],
  ['ledger', 'keys', 'revoke', '--key', '.bulkhead/keys/ledger.pub', ...WHY],
  ['ledger', 'keys', 'acknowledge', '1', ...WHY],
  ['pause', ...WHY],
  ['abort', ...WHY],
  ['resume'],
  ['rollback'],
  ['ship', '--queued'],
  ['queue', 'add'],
  ['zone', 'shift', 'local/a', ...WHY],
  ['hotfix', 'declare', '--commit', 'HEAD', '--advisory', 'S-1', '--severity', 'high', ...WHY],
  ['hotfix', 'ship'],
  ['hotfix', 'close'],
]

describe('a ledger that is not there', () => {
  let home: TemporaryDirectory
  let bulkhead: CommandLine
  let adopted: TinyProject
  let copies = 0
  const file = (name: string) => join(home.path, name)
  beforeAll(async () => {
    home = await temporaryDirectory()
    bulkhead = await installBulkhead(file('bin'))
    adopted = await makeTinyProject(file('adopted'))
    await adopt(adopted, { port: 1 })
  })
  afterAll(() => home[Symbol.asyncDispose]())

  const fresh = async () => (await copyOf(adopted, file(`copy-${(copies += 1)}`))).repository
  async function run({ path }: GitFixture, code: number, ...args: readonly string[]) {
    const answer = answerOf(await bulkhead.run(path, [...args, '--json']))
    expect(answer, `${args.join(' ')}: ${JSON.stringify(answer.findings)}`).toMatchObject({
      exitCode: code,
    })
    return answer
  }
  const codes = ({ findings }: Answer) => [...new Set(findings.map(({ code }) => code))]
  const ledgers = (at: GitFixture) => at.git('for-each-ref', `refs/heads/${BRANCH}`)

  /** A clone as `git clone` makes it, with the keys and the pinned genesis of whoever made it. */
  async function cloneOf(from: GitFixture): Promise<GitFixture> {
    const path = file(`clone-${(copies += 1)}`)
    execFileSync('git', ['clone', '-q', from.path, path])
    await mkdir(join(path, '.git/bulkhead'))
    await cp(join(from.path, '.git/bulkhead/keys'), join(path, '.git/bulkhead/keys'), {
      recursive: true,
    })
    const clone = await makeRepository(path)
    const genesis = (await from.git('config', 'bulkhead.genesis')).trim()
    await clone.git('config', 'bulkhead.genesis', genesis)
    return clone
  }

  it.each([...READING, ...LEANING].map((args) => [args.join(' '), args] as const))(
    'is no empty record: %s',
    async (_name, args) => {
      const answer = await run(adopted.repository, 1, ...args)
      expect(codes(answer)).toEqual(['ledger/missing'])
      expect(answer.findings[0]?.remedy).toContain(`git fetch origin ${BRANCH}:${BRANCH}`)
      expect(await ledgers(adopted.repository)).toBe('')
    },
  )

  it('leaves no lease that would seem free, and no mirror', async () => {
    const { path } = adopted.repository
    const shown = await bulkhead.run(path, ['ledger', 'lease', 'show'])
    expect(shown).toMatchObject({ code: 1, stdout: expect.not.stringContaining('free') as string })
    const status = await run(adopted.repository, 1, 'status')
    expect(status).toMatchObject({ ledger: null, next: null, fleet: null })
    const mirror = file('mirror')
    await run(adopted.repository, 1, 'ledger', 'export', '--mirror', mirror)
    await expect(readdir(mirror)).rejects.toThrow(/ENOENT/)
  })

  it('is begun by a heartbeat or by the gate, and read from then on', async () => {
    for (const [code, ...begin] of [[0, 'ledger', 'heartbeat'] as const, [1, 'gate'] as const]) {
      const repository = await fresh()
      await run(repository, code, ...begin)
      await run(repository, 0, 'ledger', 'verify')
      expect(await run(repository, 0, 'status')).toMatchObject({ ledger: { released: null } })
      expect(await run(repository, 0, 'ledger', 'lease', 'show')).toMatchObject({ leases: [] })
      expect(await run(repository, 0, 'hotfix', 'status')).toMatchObject({ hotfixes: [] })
    }
  })

  it('in a clone whose remote has it is neither read as empty nor begun anew', async () => {
    const origin = await fresh()
    await run(origin, 0, 'ledger', 'heartbeat')
    const clone = await cloneOf(origin)
    for (const args of [['ledger', 'verify'], ['status'], ['ledger', 'heartbeat'], ['gate']]) {
      const { findings } = await run(clone, 1, ...args)
      expect(findings).toMatchObject([
        { code: 'ledger/missing', subject: BRANCH, message: expect.stringContaining('origin') },
      ])
    }
    expect(await ledgers(clone)).toBe('')
    await clone.git('fetch', 'origin', `${BRANCH}:${BRANCH}`)
    expect(await run(clone, 0, 'ledger', 'verify')).toMatchObject({ size: 2 })
    await run(clone, 0, 'ledger', 'heartbeat')
  })

  it('is none for an auditor with a policy of their own, and none in an empty mirror', async () => {
    const { policy } = await run(adopted.repository, 0, 'ledger', 'policy')
    await writeFile(file('verifier.json'), String(policy))
    const mine = ['--verifier-policy', file('verifier.json')]
    const verify = ['ledger', 'verify', ...mine]
    expect(codes(await run(adopted.repository, 1, ...verify))).toEqual(['ledger/missing'])
    await mkdir(file('hollow/tile/entries'), { recursive: true })
    const hollow = await run(adopted.repository, 1, ...verify, '--log', file('hollow'))
    expect(codes(hollow)).toEqual(['ledger/missing'])
  })

  it('is told from one that lost its checkpoint, which the next append writes anew', async () => {
    const repository = await fresh()
    await run(repository, 0, 'ledger', 'heartbeat')
    await repository.git('read-tree', BRANCH)
    await repository.git('update-index', '--force-remove', 'checkpoint')
    const tree = (await repository.git('write-tree')).trim()
    await repository.git('read-tree', 'HEAD')
    const commit = await repository.git('commit-tree', tree, '-p', BRANCH, '-m', 'lost')
    await repository.git('update-ref', `refs/heads/${BRANCH}`, commit.trim())
    expect(codes(await run(repository, 2, 'ledger', 'proof', '0'))).toEqual([
      'ledger/no-checkpoint',
    ])
    await run(repository, 0, 'ledger', 'heartbeat')
    await run(repository, 0, 'ledger', 'proof', '0', '--out', file('proof'))
    expect(await readFile(file('proof'), 'utf8')).toContain('index 0')
  })
})
