import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { type Project, makeProject } from '@bulkhead/action-kit/testing'
import {
  buildRelease,
  gateRelease,
  openWorkspace,
  parseKeyring,
  runSuites,
  startEnvironmentFleet,
  stopEnvironmentFleet,
  workingPolicy,
} from '@bulkhead/release'
import {
  type GithubServer,
  type Person,
  type TemporaryDirectory,
  makePerson,
} from '@bulkhead/testkit'
import type { CommitId } from '@bulkhead/vocabulary'

export const ENVIRONMENT = 'production'
export const RUN = 4711
/** Tim releases; Bob and Eve read what ships. Ada, who wrote it, has an account that nobody knows. */
export const [TIM, BOB, EVE, ADA] = [
  { id: 4711, login: 'tim', type: 'User' },
  { id: 2, login: 'bob', type: 'User' },
  { id: 3, login: 'eve', type: 'User' },
  { id: 5, login: 'ada', type: 'User' },
] as const

/** A project with a fix that has its PASS, a fleet of real processes, and an `origin` to push to. */
export interface HotfixProject extends AsyncDisposable {
  readonly project: Project
  readonly genesis: CommitId
  readonly fix: CommitId
  readonly origin: string
  readonly bob: Person
  readonly eve: Person
  /** Puts the pull request of the fix, the run and the people into a stand-in. */
  readonly stageOn: (github: GithubServer) => void
}

export async function makeHotfixProject(home: TemporaryDirectory): Promise<HotfixProject> {
  const project = await makeProject(join(home.path, 'project'), { port: await freePort() })
  const { repository } = project
  const { genesis, bob, eve } = await addTeam(project, home.path)
  const origin = join(home.path, 'origin.git')
  execFileSync('git', ['init', '-q', '--bare', origin])
  await repository.git('remote', 'add', 'origin', origin)
  await repository.git('tag', 'v1.2.3', genesis)
  await repository.git('push', '-q', 'origin', `${genesis}:refs/heads/main`)
  await repository.git('fetch', '-q', 'origin')
  const fix = await repository.commit({
    by: project.ada,
    message: 'Keep tenants apart',
    files: { 'notes.txt': 'apart\n' },
  })
  await passTheGate(project, genesis, fix)
  await startFleet(project, genesis, home.path)
  return {
    project,
    genesis,
    fix,
    origin,
    bob,
    eve,
    stageOn: (github) => stageOn(github, fix),
    async [Symbol.asyncDispose]() {
      const workspace = await openWorkspace(repository.path)
      await stopEnvironmentFleet(workspace, ENVIRONMENT)
      await workspace.repository.close()
    },
  }
}

async function addTeam({ repository, ada }: Project, directory: string) {
  const [tim, bob, eve] = await Promise.all(
    ['Tim', 'Bob', 'Eve'].map((name) => makePerson(name, directory)),
  )
  if (!tim || !bob || !eve) throw new Error('three people were made')
  const line = ({ email, publicKey }: Person, account: string) =>
    `${email}${account} namespaces="git,bulkhead-approval" ${publicKey}\n`
  const genesis = await repository.commit({
    by: ada,
    message: 'The team',
    files: {
      '.bulkhead/allowed_signers': [
        line(ada, ''),
        line(tim, ',4711+tim@users.noreply.github.com'),
        line(bob, ',2+bob@users.noreply.github.com'),
        line(eve, ',3+eve@users.noreply.github.com'),
      ].join(''),
    },
  })
  return { genesis, bob, eve }
}

/** What the jobs before do: suites, build and gate of the commit that is checked out. */
async function passTheGate(
  { repository, keysFile }: Project,
  genesis: CommitId,
  commit: CommitId,
): Promise<void> {
  const workspace = await openWorkspace(repository.path)
  try {
    const policy = await workingPolicy(workspace)
    const keyring = parseKeyring(await readFile(keysFile, 'utf8'), keysFile)
    const quiet = { onOutput: () => undefined, signal: new AbortController().signal }
    const vouching = { kind: 'local', keyring } as const
    await runSuites(workspace, { policy, suites: [], vouching, ...quiet })
    await buildRelease(workspace, { policy, keyring, ...quiet })
    const asked = { environment: ENVIRONMENT, commit, genesis, keyring, actors: [] }
    const { verdict } = await gateRelease(workspace, asked)
    if (verdict.outcome !== 'PASS') throw new Error(JSON.stringify(verdict))
  } finally {
    await workspace.repository.close()
  }
}

/** As `bulkhead fleet up` starts it, by a supervisor of its own. */
async function startFleet(
  { repository }: Project,
  genesis: CommitId,
  directory: string,
): Promise<void> {
  const supervisor = join(directory, 'supervisor.ts')
  await writeFile(
    supervisor,
    `import { openWorkspace, runEnvironmentFleet } from ${JSON.stringify(import.meta.resolve('@bulkhead/release'))}
     const workspace = await openWorkspace(${JSON.stringify(repository.path)})
     await runEnvironmentFleet(workspace, ${JSON.stringify({ environment: ENVIRONMENT, genesis })})
     await workspace.repository.close()`,
  )
  const workspace = await openWorkspace(repository.path)
  const spawned = [process.execPath, supervisor] as const
  await startEnvironmentFleet(workspace, {
    environment: ENVIRONMENT,
    genesis,
    supervisor: spawned,
  })
  await workspace.repository.close()
}

function stageOn({ world }: GithubServer, fix: CommitId): void {
  world.pulls.set(12, { number: 12, branch: 'fix', into: 'main', head: fix, commits: [fix] })
  for (const user of [TIM, BOB, EVE, ADA])
    world.collaborators.set(user.login, { user, permission: 'write' })
  world.activity.push({ ref: 'refs/heads/fix', after: fix, actor: ADA })
  world.runs.set(RUN, { id: RUN, created_at: new Date().toISOString(), actor: TIM })
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new TypeError('it is a TCP port')
  return address.port
}
