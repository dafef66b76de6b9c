import { once } from 'node:events'
import { copyFile, readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Project, buildAction, makeProject, startAction } from '@bulkhead/action-kit/testing'
import {
  type AttestationFiles,
  buildRelease,
  gateRelease,
  openWorkspace,
  parseKeyring,
  runSuites,
  startEnvironmentFleet,
  stopEnvironmentFleet,
  workingPolicy,
} from '@bulkhead/release'
import { type TemporaryDirectory, temporaryDirectory } from '@bulkhead/testkit'

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string')
    throw new TypeError('a TCP port was asked for')
  return address.port
}

describe('rolling-deploy, started as the runner starts it', () => {
  let home: TemporaryDirectory
  let entry: string
  let project: Project
  let port: number
  let files: AttestationFiles
  beforeAll(async () => {
    home = await temporaryDirectory()
    entry = await buildAction(dirname(dirname(fileURLToPath(import.meta.url))))
    port = await freePort()
    project = await makeProject(join(home.path, 'project'), port)
    files = await passTheGate()
    await startFleet()
  })
  afterAll(async () => {
    const workspace = await openWorkspace(project.repository.path)
    await stopEnvironmentFleet(workspace, 'production')
    await workspace.repository.close()
    await home[Symbol.asyncDispose]()
  })

  /** A fleet of real processes, run by a supervisor of its own, as `bulkhead fleet up` starts it. */
  async function startFleet(): Promise<void> {
    const supervisor = join(home.path, 'supervisor.ts')
    await writeFile(
      supervisor,
      `import { openWorkspace, runEnvironmentFleet } from ${JSON.stringify(import.meta.resolve('@bulkhead/release'))}
       const workspace = await openWorkspace(${JSON.stringify(project.repository.path)})
       await runEnvironmentFleet(workspace, ${JSON.stringify({ environment: 'production', genesis: project.genesis })})
       await workspace.repository.close()`,
    )
    const workspace = await openWorkspace(project.repository.path)
    await startEnvironmentFleet(workspace, {
      environment: 'production',
      genesis: project.genesis,
      supervisor: [process.execPath, supervisor],
    })
    await workspace.repository.close()
  }

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
  const start = (inputs: Readonly<Record<string, string>> = {}) =>
    startAction({
      entry,
      workspace: project.repository.path,
      temp: join(home.path, `temp-${(count += 1)}`),
      inputs: {
        genesis: project.genesis,
        environment: '',
        commit: 'HEAD',
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

  it('releases what was attested, from files that were moved too', async () => {
    const moved = join(home.path, 'moved.json')
    await copyFile(files.gate, moved)
    const run = await start({ attestation: moved })
    expect(run.stdout).toContain('rolling-deploy: RELEASED: every unit runs the release\n')
    expect(run).toMatchObject({
      exitCode: 0,
      stderr: '',
      outputs: { result: 'released', commit: project.genesis, outcome: 'passed', findings: '0' },
    })
    expect(run.outputs['plan']).toMatch(/^sha256:[0-9a-f]{64}$/)
    expect(await status()).toBe(200)
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
