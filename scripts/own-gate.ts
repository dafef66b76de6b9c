// Judges this commit by this repository's own policy: its security suite is run once, by a voucher, and
// what the runner wrote is judged as that of any other repository would be.
import { dirname } from 'node:path'
import { parseArgs } from 'node:util'
import { generateKeyPair } from '../packages/envelope/src/index.ts'
import {
  KEY_ROLES,
  type ReportedRelease,
  type Workspace,
  buildRelease,
  openWorkspace,
  parseKeyring,
  reportRelease,
  runSuites,
  workingPolicy,
} from '../packages/release/src/index.ts'
import { InputError, WorldError, counted } from '../packages/vocabulary/src/index.ts'

const HELP = `usage: npm run bulkhead-dev -- own-gate

Runs every suite of bulkhead.yml once, builds, and judges the commit that is checked out. Exits with 1 when
it is blocked, whatever the mode of the policy is.

  --root DIR          the checkout (default: this one)
  --environment NAME  the environment that it is judged for (default: demo)
`

const { values } = parseArgs({
  options: {
    root: { type: 'string', default: dirname(import.meta.dirname) },
    environment: { type: 'string', default: 'demo' },
    help: { type: 'boolean', default: false },
  },
})

/**
 * No private key can lie in a repository, so CI makes a pair for each role, uses it for this one judgement
 * and forgets it. They stand in for the public keys that the policy names, and for nothing else of it.
 */
function withKeysOfThisRun(workspace: Workspace) {
  const pairs = new Map(KEY_ROLES.map((role) => [`.bulkhead/keys/${role}.pub`, generateKeyPair()]))
  const { repository } = workspace
  const readFile: Workspace['repository']['readFile'] = async (commit, path) => {
    const file = await repository.readFile(commit, path)
    const pair = pairs.get(path)
    return file === undefined || pair === undefined
      ? file
      : { ...file, bytes: Buffer.from(pair.publicKey) }
  }
  const privateKeys = [...pairs.values()].map(({ privateKey }) => privateKey).join('')
  return {
    workspace: { ...workspace, repository: { ...repository, readFile } },
    keyring: parseKeyring(privateKeys, 'the keys of this run'),
  }
}

async function judgeOurselves(opened: Workspace): Promise<ReportedRelease> {
  const { workspace, keyring } = withKeysOfThisRun(opened)
  const policy = await workingPolicy(workspace)
  const seen = {
    onOutput: (chunk: Uint8Array) => void process.stderr.write(chunk),
    signal: new AbortController().signal,
  }
  const vouching = { kind: 'local', keyring } as const
  const runs = await runSuites(workspace, { policy, suites: [], vouching, ...seen })
  await buildRelease(workspace, { policy, keyring, ...seen })
  const commit = await workspace.repository.resolveCommit('HEAD')
  // Nobody has enrolled, so the commit is its own genesis: its signature is not judged, and what it
  // demands of its tests is its own inventory.
  const run = runs[0]?.record.run
  const { environment } = values
  return reportRelease(workspace, { environment, commit, genesis: commit, run })
}

/** The commit is its own genesis: no history is judged, so none is missed in a shallow clone. */
const isOfHistory = ({ code }: { readonly code: string }): boolean => code === 'git/shallow-clone'

async function sayVerdict(): Promise<number> {
  const opened = await openWorkspace(values.root)
  try {
    const { outcome, counts, findings } = (await judgeOurselves(opened)).verdict
    for (const { code, subject, message, remedy } of findings)
      process.stdout.write(`${code}: ${subject}: ${message}\n  mend: ${remedy}\n`)
    const isPassed = outcome === 'PASS' || (findings.length > 0 && findings.every(isOfHistory))
    process.stdout.write(
      `own gate: ${isPassed ? 'PASS' : 'BLOCK'}: ${counts.passed} of ${counted(counts.tests, 'test')} passed\n`,
    )
    return isPassed ? 0 : 1
  } finally {
    await opened.repository.close()
  }
}

process.exitCode = 70
if (values.help) process.stdout.write(HELP)
try {
  process.exitCode = values.help ? 0 : await sayVerdict()
} catch (error) {
  if (!(error instanceof InputError || error instanceof WorldError)) throw error
  process.stdout.write(`own gate: ERROR: ${error.message}\n`)
  process.exitCode = error instanceof InputError ? 2 : 3
}
