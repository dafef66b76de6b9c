import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { generateKeyPair, parsePrivateKey, parsePublicKey } from '@bulkhead/envelope'
import { succeed, temporaryDirectory } from '@bulkhead/testkit'
import { type CommitId, commitId } from '@bulkhead/vocabulary'
import { runProcess, systemClock } from '@bulkhead/world'
import {
  type Checkout,
  type StoredEvidence,
  type VouchedRunRequest,
  WHOLE_SUITE,
  readSuiteEvidence,
} from '../../src/index.ts'

export const GREEN = '<testsuite name="s"><testcase classname="t" name="a"/></testsuite>'

const IDENTITY = [
  '-c',
  'user.name=t',
  '-c',
  'user.email=t@example.com',
  '-c',
  'commit.gpgsign=false',
]

/** A real repository whose one suite is the program `suite.mjs`. */
export async function suiteRepository(program: string) {
  const home = await temporaryDirectory()
  const root = join(home.path, 'repository')
  await mkdir(root)
  const git = (...args: string[]) => succeed(['git', ...IDENTITY, ...args], { cwd: root })
  await git('init', '--quiet')
  await writeFile(join(root, 'suite.mjs'), program)
  await writeFile(join(root, '.gitignore'), 'results/\n')
  await git('add', '--all')
  await git('commit', '--quiet', '--message', 'suite')
  const commit = commitId((await git('rev-parse', 'HEAD')).trim())
  const pair = generateKeyPair()
  const key = parsePublicKey(Buffer.from(pair.publicKey), 'voucher.pub')
  return {
    root,
    commit,
    git,
    evidence: join(home.path, 'evidence'),
    socketPath: join(home.path, 'v.sock'),
    privateKey: pair.privateKey,
    signer: parsePrivateKey(Buffer.from(pair.privateKey), 'voucher'),
    vouchers: [{ key, separation: 'process' as const }],
    checkout: checkoutOf(root),
    [Symbol.asyncDispose]: () => home[Symbol.asyncDispose](),
  }
}

export type SuiteRepository = Awaited<ReturnType<typeof suiteRepository>>

/** The checkout as plain git sees it. */
export function checkoutOf(root: string): Checkout {
  const git = async (...args: string[]) => succeed(['git', ...args], { cwd: root })
  return {
    root,
    head: async () => commitId((await git('rev-parse', 'HEAD')).trim()),
    dirtyPaths: async () =>
      (await git('status', '--porcelain')).split('\n').filter((line) => line !== ''),
  }
}

export const PLAN = {
  command: [process.execPath, 'suite.mjs'],
  reports: ['results/*.xml'],
  timeout: 60_000,
} as const

let runs = 0

export const freshNonce = (): string => `nonce-${(runs += 1)}`

/** A request to run the repository's suite here and now. */
export function vouchedRun(
  repository: SuiteRepository,
  more: Partial<VouchedRunRequest> = {},
): VouchedRunRequest {
  return {
    checkout: repository.checkout,
    commit: repository.commit satisfies CommitId,
    evidence: repository.evidence,
    signer: repository.signer,
    suite: 'tenant',
    plan: PLAN,
    run: { id: 'run-1', attempt: 1 },
    part: WHOLE_SUITE,
    tools: { bulkhead: '0.0.0' },
    nonce: freshNonce,
    clock: systemClock,
    runProcess,
    ...more,
  }
}

/** What was kept of a suite that runs in one part; nothing when nothing was kept. */
export async function keptOf({ evidence }: SuiteRepository): Promise<StoredEvidence> {
  const [only, ...others] = await readSuiteEvidence(evidence, 'tenant')
  if (others.length > 0) throw new Error('there are several parts')
  return only ?? { part: '1-of-1', record: undefined, reports: [] }
}

/** A program that writes reports, by name within `results/`, and then does something. */
export const writing = (files: Record<string, string>, then = ''): string =>
  `import { mkdirSync, writeFileSync } from 'node:fs'
mkdirSync('results', { recursive: true })
for (const [name, text] of Object.entries(${JSON.stringify(files)})) writeFileSync('results/' + name, text)
${then}
`
