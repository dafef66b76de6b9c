import { readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { type TemporaryDirectory, succeed, temporaryDirectory } from '@bulkhead/testkit'
import type { CommitId } from '@bulkhead/vocabulary'
import {
  type TinyProject,
  adopt,
  copyOf,
  makeTinyProject,
} from '../../cli/test/support/tiny-project.ts'
import {
  type Keyring,
  type Workspace,
  buildRelease,
  findTrustedBase,
  gateRelease,
  keysDirectory,
  openWorkspace,
  parseKeyring,
  runSuites,
  verifyRelease,
  workingPolicy,
} from '../src/index.ts'

const environment = 'production'
const quiet = { onOutput: () => undefined, signal: new AbortController().signal }

/** A project whose commit has passed the gate, copied for each test that spoils one thing of it. */
async function makePassed(): Promise<{ readonly home: TemporaryDirectory; project: TinyProject }> {
  const home = await temporaryDirectory()
  const project = await makeTinyProject(join(home.path, 'passed'))
  await adopt(project, { port: 1 })
  await project.repository.commit({ by: project.ada, message: 'A change' })
  await using workspace = await opened(project)
  await test(workspace)
  await build(workspace)
  await gate(workspace)
  return { home, project }
}

type OpenWorkspace = Workspace & AsyncDisposable

async function opened({ repository }: TinyProject): Promise<OpenWorkspace> {
  const workspace = await openWorkspace(repository.path)
  return { ...workspace, [Symbol.asyncDispose]: () => workspace.repository.close() }
}

async function keyringOf({ repository }: Workspace): Promise<Keyring> {
  const files = ['voucher', 'builder', 'gate', 'ledger'].map((role) =>
    readFile(join(keysDirectory(repository), `${role}.pem`), 'utf8'),
  )
  return parseKeyring((await Promise.all(files)).join(''), 'keys')
}

async function test(workspace: Workspace): Promise<void> {
  const keyring = await keyringOf(workspace)
  const policy = await workingPolicy(workspace)
  await runSuites(workspace, { policy, suites: [], vouching: { kind: 'local', keyring }, ...quiet })
}

const build = async (workspace: Workspace) =>
  buildRelease(workspace, {
    policy: await workingPolicy(workspace),
    keyring: await keyringOf(workspace),
    ...quiet,
  })

const headOf = ({ repository }: Workspace): Promise<CommitId> => repository.resolveCommit('HEAD')

async function gate(workspace: Workspace) {
  const keyring = await keyringOf(workspace)
  const commit = await headOf(workspace)
  return gateRelease(workspace, { environment, commit, keyring, actors: [] })
}

/** The codes that the deploy step finds against shipping HEAD; none when it may ship. */
async function objections(workspace: Workspace): Promise<readonly string[]> {
  const { policy } = await findTrustedBase(workspace, environment)
  const commit = await headOf(workspace)
  const { attestation } = await verifyRelease(workspace, { environment, commit, policy })
  return attestation.kind === 'accepted' ? [] : attestation.findings.map(({ code }) => code)
}

describe('what ships is bound to what was judged', async () => {
  const { home, project: passed } = await makePassed()
  afterAll(() => home[Symbol.asyncDispose]())
  let project: TinyProject
  let copies = 0
  beforeEach(async () => {
    project = await copyOf(passed, join(home.path, `copy-${(copies += 1)}`))
  })

  const evidence = async (workspace: Workspace) =>
    join(workspace.repository.gitDirectory, 'bulkhead', 'evidence', await headOf(workspace))

  it('accepts the release that passed', async () => {
    await using workspace = await opened(project)
    expect(await objections(workspace)).toEqual([])
  })

  it('refuses when one byte of the artifact has changed since', async () => {
    await using workspace = await opened(project)
    const [artifact] = (await build(workspace)).artifacts
    const name = artifact?.digest.replace('sha256:', '') ?? ''
    const path = join(await evidence(workspace), 'artifacts', name, 'server.mjs')
    const bytes = await readFile(path)
    await writeFile(path, bytes.fill((bytes[0] ?? 0) ^ 1, 0, 1))
    expect(await objections(workspace)).toEqual(['attest/wrong-artifact'])
    expect((await gate(workspace)).verdict.findings).toMatchObject([
      { code: 'gate/changed-artifact' },
    ])
  })

  it('refuses the verdict of the commit before', async () => {
    await using workspace = await opened(project)
    const before = await evidence(workspace)
    await project.repository.commit({ by: project.ada, message: 'One more' })
    expect(await objections(workspace)).toContain('attest/missing')
    await test(workspace)
    await build(workspace)
    const now = join(await evidence(workspace), 'environments', environment)
    await gate(workspace)
    expect(await objections(workspace)).toEqual([])
    for (const file of ['verdict.json', 'summary.json']) {
      const bytes = await readFile(join(before, 'environments', environment, file))
      await writeFile(join(now, file), bytes)
    }
    expect(await objections(workspace)).toContain('attest/wrong-commit')
  })

  it('refuses a verdict of which one letter was changed', async () => {
    await using workspace = await opened(project)
    const file = join(await evidence(workspace), 'environments', environment, 'verdict.json')
    const text = await readFile(file, 'utf8')
    await writeFile(
      file,
      text.replace(/("sig": ?")(.)/, (_, key, one) => key + (one === 'A' ? 'B' : 'A')),
    )
    expect(await objections(workspace)).toEqual(['attest/bad-signature'])
  })

  it('refuses a verdict that has expired', async () => {
    await using workspace = await opened(project)
    const clock = { ...workspace.clock, now: () => Date.now() + 3_600_000 }
    expect(await objections({ ...workspace, clock })).toEqual(['attest/expired'])
  })

  it('blocks a run record and a build record whose signers the trusted ref does not name', async () => {
    await using workspace = await opened(project)
    const { policy } = await findTrustedBase(workspace, environment)
    const keyring = await keyringOf(workspace)
    const [voucher] = keyring.signers
    const strangers = { ...keyring, signers: keyring.signers.filter((key) => key !== voucher) }
    const vouching = { kind: 'local', keyring: strangers } as const
    await expect(
      runSuites(workspace, { policy, suites: [], vouching, ...quiet }),
    ).rejects.toMatchObject({ findings: [{ code: 'usage/wrong-key' }] })
    const directory = await evidence(workspace)
    const record = await readFile(join(directory, 'build.json'), 'utf8')
    await writeFile(join(directory, 'build.json'), record.replace(/("sig": ?").{4}/, '$1AAAA'))
    const codes = (await gate(workspace)).verdict.findings.map(({ code }) => code)
    expect(codes).toContain('gate/unbound-artifact')
  })

  // A named pipe is waited for as long as nobody writes to it: the gate would never end.
  it.skipIf(process.platform === 'win32').each(['build', 'artifact', 'report', 'verdict'])(
    'blocks at once when its %s is a named pipe',
    async (which) => {
      await using workspace = await opened(project)
      const directory = await evidence(workspace)
      const [artifact] = await readdir(join(directory, 'artifacts'))
      const path = {
        build: 'build.json',
        artifact: join('artifacts', artifact ?? '', 'server.mjs'),
        report: join('suites', 'tenant-isolation', '1-of-1', 'reports', '1-tenant-isolation.xml'),
        verdict: join('environments', environment, 'verdict.json'),
      }[which]
      const pipe = join(directory, path ?? '')
      await rm(pipe)
      await succeed(['mkfifo', pipe], { cwd: directory })
      if (which === 'verdict')
        return expect(await objections(workspace)).toEqual(['attest/missing'])
      expect((await gate(workspace)).verdict.outcome).toBe('BLOCK')
    },
  )

  it('blocks when the record of the run is gone, or its report was edited', async () => {
    await using workspace = await opened(project)
    const suites = join(await evidence(workspace), 'suites')
    await rm(suites, { recursive: true })
    const gone = (await gate(workspace)).verdict
    expect(gone).toMatchObject({ outcome: 'BLOCK', findings: [{ code: 'gate/missing-run' }] })
    await test(workspace)
    expect((await gate(workspace)).verdict.outcome).toBe('PASS')
  })
})

describe('nothing stands in for a run', async () => {
  const { home, project: passed } = await makePassed()
  afterAll(() => home[Symbol.asyncDispose]())
  let project: TinyProject
  let copies = 0
  beforeEach(async () => {
    project = await copyOf(passed, join(home.path, `copy-${(copies += 1)}`))
  })

  /** As a build tool does that finds its task up to date, or restores its output from a cache. */
  const restoring = [
    "import { mkdirSync, utimesSync, writeFileSync } from 'node:fs'",
    "mkdirSync('reports', { recursive: true })",
    `writeFileSync('reports/tenant-isolation.xml', '<testsuites><testsuite name="tenants" tests="1" failures="0"><testcase classname="tenants" name="reads only its own" time="0"/></testsuite></testsuites>')`,
    "if (process.env.FRESH !== '1') utimesSync('reports/tenant-isolation.xml', 1, 1)",
  ]

  it('C73: a report that was restored from a cache is of another run', async () => {
    await using workspace = await opened(project)
    const { policy } = await workingPolicy(workspace)
    const script = policy.suites['tenant-isolation']?.command.at(-1) ?? ''
    const run = async (lines: readonly string[]) => {
      const files = { [script]: `${lines.join('\n')}\n` }
      await project.repository.commit({ by: project.ada, message: 'Run', files })
      await test(workspace)
      await build(workspace)
      return (await gate(workspace)).verdict.findings.map(({ code }) => code)
    }
    expect(await run(restoring)).toContain('gate/missing-report')
    expect(await run(restoring.slice(0, -1))).not.toContain('gate/missing-report')
  })

  it('F111: the tag of an old release ships by its own verdict, or not at all', async () => {
    await using workspace = await opened(project)
    const old = await headOf(workspace)
    await succeed(['git', 'tag', 'v1.0.0'], { cwd: workspace.repository.root })
    await project.repository.commit({ by: project.ada, message: 'Newer' })
    const { policy } = await findTrustedBase(workspace, environment)
    const commit = await workspace.repository.resolveCommit('v1.0.0')
    expect(commit).toBe(old)
    const later = { ...workspace.clock, now: () => Date.now() + 7_200_000 }
    const codesAt = async (clock: Workspace['clock']) => {
      const { attestation } = await verifyRelease(
        { ...workspace, clock },
        { environment, commit, policy },
      )
      return attestation.kind === 'accepted' ? [] : attestation.findings.map(({ code }) => code)
    }
    expect(await codesAt(later)).toEqual(['attest/expired'])
  })
})

describe('the policy of the trusted ref', async () => {
  const { home, project } = await makePassed()
  afterAll(() => home[Symbol.asyncDispose]())

  it('is what a commit is judged by, not the policy that it brings', async () => {
    await using workspace = await opened(project)
    const path = join(project.repository.path, 'bulkhead.yml')
    const own = (await readFile(path, 'utf8')).replace('node, suite.mjs', 'node, --version')
    await project.repository.commit({
      by: project.ada,
      message: 'An easier suite',
      files: { 'bulkhead.yml': own },
    })
    await test(workspace)
    await build(workspace)
    const { outcome, findings } = (await gate(workspace)).verdict
    expect(outcome).toBe('BLOCK')
    expect(findings.map(({ code }) => code)).toContain('gate/command-mismatch')
  })
})

describe('a commit whose own policy could judge nothing after it', async () => {
  const { home, project } = await makePassed()
  afterAll(() => home[Symbol.asyncDispose]())
  const policy = await readFile(join(project.repository.path, 'bulkhead.yml'), 'utf8')
  const signers = '.bulkhead/allowed_signers'
  const sound = await readFile(join(project.repository.path, signers), 'utf8')

  it.each([
    ['its environment renamed', { 'bulkhead.yml': policy.replace('  production:', '  staging:') }],
    ['a policy that is not one', { 'bulkhead.yml': policy.replace('version: 1', 'version: 9') }],
    ['no policy', { 'bulkhead.yml': null }],
    ['signers that cannot be read', { [signers]: 'nobody\n' }],
    ['a key that is not one', { '.bulkhead/keys/gate.pub': 'not a key\n' }],
  ])('blocks: %s', async (message, files) => {
    await using workspace = await opened(project)
    const before = await headOf(workspace)
    await project.repository.commit({ by: project.ada, message, files })
    const { findings } = (await gate(workspace)).verdict
    expect(findings.map(({ code }) => code)).toContain('gate/unusable-policy')
    await project.repository.git('reset', '--hard', '--quiet', before)
  })

  it('is no objection when policy and signers changed and can be read', async () => {
    await using workspace = await opened(project)
    const files = { [signers]: `# one more line\n${sound}`, 'bulkhead.yml': `# why\n${policy}` }
    await project.repository.commit({ by: project.ada, message: 'Comments', files })
    await test(workspace)
    await build(workspace)
    expect((await gate(workspace)).verdict.findings).toEqual([])
  })
})
