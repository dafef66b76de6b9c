import { appendFile, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pseudonymOf } from '@bulkhead/hotfix'
import {
  type Person,
  type TemporaryDirectory,
  makePerson,
  temporaryDirectory,
} from '@bulkhead/testkit'
import type { CommitId } from '@bulkhead/vocabulary'
import { type TinyProject, adopt, makeTinyProject } from '../../../cli/test/support/tiny-project.ts'
import {
  type Workspace,
  buildRelease,
  declareHotfix,
  gateRelease,
  keysDirectory,
  openHotfix,
  openWorkspace,
  parseKeyring,
  runSuites,
  workingPolicy,
} from '../../src/index.ts'

export const ENVIRONMENT = 'production'
export const FACTS = {
  salt: '5a'.repeat(32),
  advisory: 'SEC-42',
  reason: 'tenants see each other',
}
/** Accounts of people whom the trusted ref knows by number; of Ada, who made the fix, it knows none. */
export const [BOB, EVE, ADA] = [
  { id: 2, login: 'bob', type: 'User' },
  { id: 3, login: 'eve', type: 'User' },
  { id: 5, login: 'ada', type: 'User' },
] as const

const quiet = { onOutput: () => undefined, signal: new AbortController().signal }

/** A hotfix that is declared and has its PASS, in a repository whose people have accounts on GitHub. */
export interface GatedHotfix extends AsyncDisposable {
  readonly project: TinyProject
  readonly workspace: Workspace
  readonly people: Readonly<Record<'bob' | 'eve' | 'tim', Person>>
  readonly fix: CommitId
  readonly hotfix: number
  readonly request: Awaited<ReturnType<typeof requestIn>>
  /** What the ship step puts on record when everything went well. */
  readonly release: () => Promise<void>
}

export async function makeGatedHotfix(): Promise<GatedHotfix> {
  const home = await temporaryDirectory()
  const { project, people } = await makeTeam(home)
  const workspace = await openWorkspace(project.repository.path)
  const request = await requestIn(workspace, people.tim)
  const fix = await gatedFix(project, workspace, request)
  const declared = await declareHotfix(workspace, {
    ...request,
    commit: fix,
    severity: 'critical',
    facts: FACTS,
    embargo: true,
    channels: [],
  })
  if (declared.kind !== 'declared') throw new Error(JSON.stringify(declared.findings))
  const hotfix = declared.hotfix.id
  return {
    project,
    workspace,
    people,
    fix,
    hotfix,
    request,
    release: () => releaseIn(workspace, { ...request, hotfix }, fix),
    async [Symbol.asyncDispose]() {
      await workspace.repository.close()
      await home[Symbol.asyncDispose]()
    },
  }
}

async function makeTeam(home: TemporaryDirectory) {
  const project = await makeTinyProject(home.path)
  const [bob, eve, tim] = await Promise.all(
    ['Bob', 'Eve', 'Tim'].map((name) => makePerson(name, home.path)),
  )
  if (!bob || !eve || !tim) throw new Error('three people were made')
  await adopt(project, { port: 1 })
  const accounts = [
    [bob, ',2+bob@users.noreply.github.com,22+bob-home@users.noreply.github.com'],
    [eve, ',3+eve@users.noreply.github.com'],
    [tim, ''],
  ] as const
  const lines = accounts.map(
    ([{ email, publicKey }, account]) =>
      `${email}${account} namespaces="git,bulkhead-approval" ${publicKey}\n`,
  )
  await appendFile(join(project.repository.path, '.bulkhead/allowed_signers'), lines.join(''))
  const genesis = await project.repository.commit({ by: project.ada, message: 'The team' })
  await project.repository.git('config', 'bulkhead.genesis', genesis)
  await project.repository.git('tag', 'v1.2.3')
  return { project, people: { bob, eve, tim } }
}

async function requestIn({ repository }: Workspace, by: Person) {
  const files = ['voucher', 'builder', 'gate', 'ledger'].map((role) =>
    readFile(join(keysDirectory(repository), `${role}.pem`), 'utf8'),
  )
  return {
    environment: ENVIRONMENT,
    keyring: parseKeyring((await Promise.all(files)).join(''), 'keys'),
    actors: [{ provider: 'git', id: pseudonymOf(by.email), role: 'release-manager' }] as const,
  }
}

/** A commit on top of what is checked out, tested, built and with a PASS on record. */
async function gatedFix(
  project: TinyProject,
  workspace: Workspace,
  { keyring, actors }: Awaited<ReturnType<typeof requestIn>>,
): Promise<CommitId> {
  const commit = await project.repository.commit({
    by: project.ada,
    message: 'Keep tenants apart',
    files: { 'notes.txt': 'apart\n' },
  })
  const policy = await workingPolicy(workspace)
  await runSuites(workspace, { policy, suites: [], vouching: { kind: 'local', keyring }, ...quiet })
  await buildRelease(workspace, { policy, keyring, ...quiet })
  await gateRelease(workspace, { environment: ENVIRONMENT, commit, keyring, actors })
  return commit
}

async function releaseIn(
  workspace: Workspace,
  request: Parameters<typeof openHotfix>[1],
  commit: CommitId,
): Promise<void> {
  const { ledger, hotfix } = await openHotfix(workspace, request)
  const { actors } = request
  const { artifacts = [], attestations = [] } = ledger.known().verdicts[commit] ?? {}
  const outcome = await ledger.acquireLease({ region: 'local', actors })
  if (outcome.kind === 'refused') throw new TypeError('nobody else holds it')
  const { token: fence } = outcome.lease
  const about = { release: { commit, artifacts }, fence, actors }
  await ledger.append([
    { kind: 'deploy.started', ...about, data: { attestation: attestations.at(-1) ?? null } },
    { kind: 'deploy.finished', ...about, data: { result: 'released' } },
  ])
  await outcome.lease.release()
  await ledger.append([
    { kind: 'hotfix.shipped', release: about.release, actors, data: { of: hotfix.id } },
    { kind: 'hotfix.opened', actors, data: { of: hotfix.id, ...FACTS } },
  ])
}
