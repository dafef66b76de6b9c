import { execFileSync } from 'node:child_process'
import { cp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Signer, type TrustedKey, parsePrivateKey, parsePublicKey } from '@bulkhead/envelope'
import { openRepository } from '@bulkhead/git'
import { gitLedgerStore, openLedger } from '@bulkhead/ledger'
import {
  type GitFixture,
  type TemporaryDirectory,
  makeRepository,
  temporaryDirectory,
} from '@bulkhead/testkit'
import { type Clock, systemClock } from '@bulkhead/world'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { answerOf } from '../../cli/test/support/answers.ts'
import { type CommandLine, installBulkhead } from '../../cli/test/support/command-line.ts'
import { makeTinyProject } from '../../cli/test/support/tiny-project.ts'

const BRANCH = 'refs/heads/ledger/production'
const DAY = 86_400_000

interface Means {
  readonly signer: Signer
  readonly key: TrustedKey
  readonly clock?: Clock
  /** Names the log. */
  readonly genesis?: string
}

/** Each kind of bad ledger is a finding of its own and exit code 1, and nothing is appended to it. */
describe('a ledger that is none, or not what it was', () => {
  let home: TemporaryDirectory
  let sound: GitFixture
  let bulkhead: CommandLine
  let genesis: string
  let copies = 0

  beforeAll(async () => {
    home = await temporaryDirectory()
    bulkhead = await installBulkhead(join(home.path, 'bin'))
    const adoption = await adopted('sound')
    sound = adoption.repository
    genesis = adoption.genesis
    for (let n = 0; n < 3; n += 1) await run(sound, 0, 'ledger', 'heartbeat')
    await run(sound, 0, 'ledger', 'verify')
  })
  afterAll(() => home[Symbol.asyncDispose]())

  /** A project that has adopted Bulkhead, with its ledger where this says. */
  async function adopted(name: string, ledger?: string) {
    const { repository, ada } = await makeTinyProject(join(home.path, name))
    await run(repository, 0, 'init')
    const file = join(repository.path, 'bulkhead.yml')
    const policy = await readFile(file, 'utf8')
    const place = (line: string, space: string) => `${line}${space}${space}ledger: ${ledger}\n`
    if (ledger !== undefined) await writeFile(file, policy.replace(/^( +)production:.*\n/m, place))
    const first = await repository.commit({ by: ada, message: 'Adopt Bulkhead' })
    await repository.git('config', 'bulkhead.genesis', first)
    return { repository, genesis: first }
  }

  async function run({ path }: GitFixture, code: number, ...args: readonly string[]) {
    const answer = answerOf(await bulkhead.run(path, [...args, '--json']))
    expect(answer, JSON.stringify(answer.findings)).toMatchObject({ exitCode: code })
    return answer.findings.map((finding) => finding.code)
  }

  /** A clone with its keys and its memory; or one that has never seen the log. */
  async function copy(forgetful = false): Promise<GitFixture> {
    copies += 1
    const path = join(home.path, `copy-${copies}`)
    await cp(sound.path, path, { recursive: true })
    if (forgetful) await rm(join(path, '.git/bulkhead/ledger-heads'), { recursive: true })
    return makeRepository(path)
  }

  const tipOf = async (repository: GitFixture) => (await repository.git('rev-parse', BRANCH)).trim()

  /** Verifying says so, and so does appending, which leaves the branch as it was. */
  async function refused(bad: GitFixture, code: string): Promise<void> {
    const before = await tipOf(bad)
    expect(await run(bad, 1, 'ledger', 'verify')).toContain(code)
    expect(await run(bad, 1, 'ledger', 'heartbeat')).toContain(code)
    expect(await tipOf(bad)).toBe(before)
  }

  /** Appends as somebody with other means than the command line. */
  async function appendWith(repository: GitFixture, means: Means): Promise<void> {
    const opened = await openRepository(repository.path)
    try {
      const ledger = await openLedger({
        store: gitLedgerStore({ repository: opened, environment: 'production' }),
        signer: means.signer,
        trustedKeys: [means.key],
        origin: `bulkhead.dev/ledger/${means.genesis ?? genesis}/production`,
        environment: 'production',
        clock: means.clock ?? systemClock,
        actors: [],
      })
      await ledger.append([{ kind: 'heartbeat', actors: [], data: {} }])
    } finally {
      await opened.close()
    }
  }

  async function ownKey({ path }: GitFixture) {
    const key = await readFile(join(path, '.bulkhead/keys/ledger.pub'))
    const pem = await readFile(join(path, '.git/bulkhead/keys/ledger.pem'))
    return { signer: parsePrivateKey(pem, 'ledger'), key: parsePublicKey(key, 'ledger') }
  }

  function strangersKey(name: string) {
    const file = join(home.path, `${name}.pem`)
    execFileSync('openssl', ['genpkey', '-algorithm', 'ed25519', '-out', file])
    const pub = execFileSync('openssl', ['pkey', '-in', file, '-pubout'])
    return readFile(file).then((pem) => ({
      signer: parsePrivateKey(pem, name),
      key: parsePublicKey(pub, name),
    }))
  }

  it('is told from one that is sound', async () => {
    const twin = await copy()
    expect(await run(twin, 0, 'ledger', 'heartbeat')).toEqual([])
    expect(await run(twin, 0, 'ledger', 'verify')).toEqual([])
  })

  it('is a branch of another kind', async () => {
    const bad = await copy(true)
    await bad.git('update-ref', BRANCH, 'HEAD')
    await refused(bad, 'ledger/not-a-ledger')
  })

  it('was truncated: who saw more of it says so', async () => {
    const bad = await copy()
    await bad.git('update-ref', BRANCH, `${BRANCH}~1`)
    await refused(bad, 'ledger/rewritten')
  })

  it('was rewritten: as long as before, with another entry', async () => {
    const bad = await copy()
    await bad.git('update-ref', BRANCH, `${BRANCH}~1`)
    await appendWith(bad, await ownKey(bad))
    await refused(bad, 'ledger/rewritten')
  })

  it('is signed by a key that nobody trusts', async () => {
    const bad = await copy(true)
    await bad.git('update-ref', '-d', BRANCH)
    await appendWith(bad, await strangersKey('stranger'))
    await refused(bad, 'ledger/bad-signature')
  })

  it('was written by a clock that is a day ahead', async () => {
    const bad = await copy()
    const ahead: Clock = { ...systemClock, now: () => Date.now() + DAY }
    await appendWith(bad, { ...(await ownKey(bad)), clock: ahead })
    await refused(bad, 'ledger/wrong-clock')
  })

  it('has two heads: the log in the remote that decides parts from the one here', async () => {
    const hub = await makeRepository(join(home.path, 'hub'))
    const project = await adopted('two-heads', '{ store: git, remote: origin }')
    const { repository } = project
    await repository.git('remote', 'add', 'origin', hub.path)
    for (let n = 0; n < 3; n += 1) await run(repository, 0, 'ledger', 'heartbeat')
    await run(repository, 0, 'ledger', 'verify')
    await hub.git('update-ref', BRANCH, `${BRANCH}~1`)
    await appendWith(hub, { ...(await ownKey(repository)), genesis: project.genesis })
    const there = await tipOf(hub)
    await refused(repository, 'ledger/two-heads')
    expect(await tipOf(hub)).toBe(there)
  })
})
