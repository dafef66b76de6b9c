import { copyFile, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type Project,
  buildAction,
  freePort,
  makeProject,
  startAction,
  startFleet,
} from '@bulkhead/action-kit/testing'
import {
  type AttestationFiles,
  buildRelease,
  gateRelease,
  openWorkspace,
  parseKeyring,
  runSuites,
  workingPolicy,
} from '@bulkhead/release'
import {
  GITHUB_TOKEN,
  type GithubServer,
  type TemporaryDirectory,
  startGithub,
  temporaryDirectory,
} from '@bulkhead/testkit'

describe('rolling-deploy, started as the runner starts it', () => {
  let home: TemporaryDirectory
  let entry: string
  let project: Project
  let port: number
  let files: AttestationFiles
  let fleet: AsyncDisposable
  beforeAll(async () => {
    home = await temporaryDirectory()
    entry = await buildAction(dirname(dirname(fileURLToPath(import.meta.url))))
    port = await freePort()
    project = await makeProject(join(home.path, 'project'), { port })
    files = await passTheGate()
    fleet = await startFleet(project, home.path)
  })
  afterAll(async () => {
    await fleet[Symbol.asyncDispose]()
    await home[Symbol.asyncDispose]()
  })

  /** What the jobs before the deploy do: suites, build and gate of the commit that is checked out. */
  async function passTheGate(): Promise<AttestationFiles> {
    const workspace = await openWorkspace(project.repository.path)
    try {
      const policy = await workingPolicy(workspace)
      const keyring = parseKeyring(await readFile(project.keysFile, 'utf8'), project.keysFile)
      const quiet = { onOutput: () => undefined, signal: new AbortController().signal }
      await runSuites(workspace, {
        policy,
        suites: [],
        vouching: { kind: 'local', keyring },
        ...quiet,
      })
      await buildRelease(workspace, { policy, keyring, ...quiet })
      const commit = await workspace.repository.resolveCommit('HEAD')
      const gated = await gateRelease(workspace, {
        environment: 'production',
        commit,
        genesis: project.genesis,
        keyring,
        actors: [],
      })
      return gated.files
    } finally {
      await workspace.repository.close()
    }
  }

  let count = 0
  const start = (
    inputs: Readonly<Record<string, string>> = {},
    env: Readonly<Record<string, string>> = {},
  ) =>
    startAction({
      env,
      entry,
      workspace: project.repository.path,
      temp: join(home.path, `temp-${(count += 1)}`),
      inputs: {
        genesis: project.genesis,
        environment: '',
        commit: 'HEAD',
        queued: 'false',
        page: '',
        'github-token': '',
        'keys-file': project.keysFile,
        attestation: '',
        'verification-summary': '',
        'working-directory': '.',
        annotations: 'true',
        ...inputs,
      },
    })
  const status = async () => (await fetch(`http://127.0.0.1:${port}/`)).status

  it('refuses an attestation of which one byte was changed, and deploys nothing', async () => {
    const forged = join(home.path, 'forged.json')
    const text = await readFile(files.gate, 'utf8')
    await writeFile(
      forged,
      text.replace(
        /("payload": ?")(.)/,
        (_, key: string, first: string) => `${key}${first === 'e' ? 'f' : 'e'}`,
      ),
    )
    const run = await start({ attestation: forged })
    expect(run).toMatchObject({
      exitCode: 1,
      stderr: '',
      outputs: { result: 'refused', plan: '', outcome: 'blocked' },
    })
    expect(run.commands.some(({ properties }) => properties['title']?.startsWith('attest/'))).toBe(
      true,
    )
    expect(await status()).not.toBe(200)
  })

  it('refuses a commit that the gate has not judged', async () => {
    const { repository, ada } = project
    await repository.git('checkout', '--quiet', '-b', 'other')
    await repository.commit({ by: ada, message: 'Not judged' })
    const run = await start()
    await repository.git('checkout', '--quiet', 'main')
    expect(run).toMatchObject({ exitCode: 1, outputs: { result: 'refused', outcome: 'blocked' } })
  })

  const onGithub = ({ url }: GithubServer) => ({
    GITHUB_SERVER_URL: url,
    GITHUB_API_URL: `${url}/api/v3`,
    GITHUB_REPOSITORY: 'octo/app',
    GITHUB_RUN_ID: '4711',
  })

  it('tells GitHub of a refusal as of the end of a deployment', async () => {
    await using github = await startGithub()
    const run = await start(
      { attestation: join(home.path, 'forged.json'), 'github-token': GITHUB_TOKEN },
      onGithub(github),
    )
    expect(run).toMatchObject({ exitCode: 1, outputs: { result: 'refused' } })
    const [deployment] = github.world.deployments.values()
    expect(deployment).toMatchObject({ ref: project.genesis, environment: 'production' })
    expect(deployment?.statuses.map(({ state }) => state)).toEqual(['queued', 'failure'])
    expect(run.outputs['rollout']).toMatch(/^\d+$/)
    expect(await readFile(run.outputs['report'] ?? '', 'utf8')).toContain('REFUSED')
    expect(github.violations).toEqual([])
  })

  it('refuses two wishes at once, and has nothing to do for an empty queue', async () => {
    expect(await start({ queued: 'true', commit: 'main' })).toMatchObject({
      exitCode: 2,
      outputs: { result: 'error', outcome: 'bad-input' },
    })
    expect(await start({ queued: 'true' })).toMatchObject({
      exitCode: 0,
      outputs: { result: 'idle', commit: '', outcome: 'passed' },
    })
  })

  it('releases what was attested, from files that were moved too', async () => {
    await using github = await startGithub()
    const moved = join(home.path, 'moved.json')
    await copyFile(files.gate, moved)
    const page = join(home.path, 'page.html')
    const run = await start(
      { attestation: moved, page, 'github-token': GITHUB_TOKEN },
      onGithub(github),
    )
    expect(github.violations).toEqual([])
    const [deployment] = github.world.deployments.values()
    expect(deployment?.statuses.map(({ state }) => state)).toEqual([
      'queued',
      'in_progress',
      'success',
    ])
    expect(deployment?.statuses[0]).toMatchObject({
      log_url: `${github.url}/octo/app/actions/runs/4711`,
    })
    expect(run.outputs['report']).toBe(page)
    expect(await readFile(page, 'utf8')).toContain('RELEASED')
    expect(run.summary).toContain('wave judged')
    expect(run.stdout).not.toContain(`Bearer ${GITHUB_TOKEN}`)
    expect(run.stdout).toContain('rolling-deploy: RELEASED: every unit runs the release\n')
    expect(run).toMatchObject({
      exitCode: 0,
      stderr: '',
      outputs: { result: 'released', commit: project.genesis, outcome: 'passed', findings: '0' },
    })
    expect(run.outputs['plan']).toMatch(/^sha256:[0-9a-f]{64}$/)
    expect(await status()).toBe(200)
  })

  it('goes its way when GitHub does not take it, and says so', async () => {
    await using github = await startGithub()
    github.fault = () => ({ kind: 'status', status: 403 })
    const run = await start({ 'github-token': GITHUB_TOKEN }, onGithub(github))
    expect(run).toMatchObject({ exitCode: 0, outputs: { result: 'released', findings: '0' } })
    expect(run.summary).toContain('Not delivered')
    expect(run.summary).toContain('GitHub deployment')
  })

  it('is released whichever call GitHub fails from, and says what was not told', async () => {
    for (let from = 0; from < 3; from += 1) {
      await using github = await startGithub()
      github.fault = (_request, index) => (index >= from ? { kind: 'hang-up' } : undefined)
      const run = await start({ 'github-token': GITHUB_TOKEN }, onGithub(github))
      expect(run, run.stdout).toMatchObject({ exitCode: 0, outputs: { result: 'released' } })
      expect(run.summary, `call ${from}`).toContain('GitHub deployment')
      expect(run.summary, `call ${from}`).toContain('Not delivered')
      expect(await status()).toBe(200)
    }
  })

  it.each([
    ['no genesis', { genesis: '' }, 'action/missing-input'],
    ['keys that are not there', { 'keys-file': 'none.pem' }, 'usage/missing-key'],
  ])('answers %s with 2 and one finding', async (_, inputs, code) => {
    const run = await start(inputs)
    expect(run).toMatchObject({
      exitCode: 2,
      stderr: '',
      outputs: { result: 'error', outcome: 'bad-input', findings: '1' },
    })
    expect(
      run.commands
        .filter(({ name }) => name === 'error')
        .map(({ properties }) => properties['title']),
    ).toEqual([code])
  })
})
