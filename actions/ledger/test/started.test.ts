import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Project, buildAction, makeProject, startAction } from '@bulkhead/action-kit/testing'
import { type TemporaryDirectory, temporaryDirectory } from '@bulkhead/testkit'

describe('ledger, started as the runner starts it', () => {
  let home: TemporaryDirectory
  let entry: string
  let project: Project
  beforeAll(async () => {
    home = await temporaryDirectory()
    entry = await buildAction(dirname(dirname(fileURLToPath(import.meta.url))))
    project = await makeProject(join(home.path, 'project'))
  })
  afterAll(() => home[Symbol.asyncDispose]())

  let count = 0
  const start = (
    inputs: Readonly<Record<string, string>>,
    env: Readonly<Record<string, string>> = {},
  ) =>
    startAction({
      entry,
      env,
      workspace: project.repository.path,
      temp: join(home.path, `temp-${(count += 1)}`),
      inputs: { genesis: project.genesis, ...inputs },
    })
  const beat = () => start({ command: 'heartbeat', 'keys-file': project.keysFile })

  it('refuses a ledger that is not there, and exports nothing of it', async () => {
    const run = await start({ command: 'verify' })
    expect(run).toMatchObject({
      exitCode: 1,
      stderr: '',
      stdout: expect.stringMatching(
        /^ledger: REFUSED: nothing is in ledger\/production\n/,
      ) as string,
      outputs: { verdict: 'REFUSED', size: '0', head: '', released: '', index: '' },
    })
    expect(run.commands.map(({ properties }) => properties['title'])).toEqual(['ledger/missing'])
    expect(run.summary).not.toContain('nothing yet')
    const file = join(home.path, 'missing.jsonl')
    expect(await start({ command: 'export', file })).toMatchObject({
      exitCode: 1,
      outputs: { verdict: 'REFUSED', file: '' },
    })
    await expect(readFile(file)).rejects.toThrow('ENOENT')
  })

  it('records heartbeats, each of which is then on record', async () => {
    expect(await beat()).toMatchObject({
      exitCode: 0,
      outputs: { verdict: 'VERIFIED', index: '1' },
    })
    expect(await beat()).toMatchObject({ exitCode: 0, outputs: { index: '2' } })
    const { outputs } = await start({ command: 'verify' })
    expect(outputs).toMatchObject({ verdict: 'VERIFIED', size: '3' })
    expect(outputs['head']).toMatch(/^sha256:[0-9a-f]{64}$/)
  })

  it('exports into a new file, and never over one that is there', async () => {
    const file = join(home.path, 'entries.jsonl')
    expect(await start({ command: 'export', file })).toMatchObject({
      exitCode: 0,
      outputs: { verdict: 'VERIFIED', file, entries: '3' },
    })
    const lines = (await readFile(file, 'utf8')).trimEnd().split('\n')
    expect(lines.map((line) => (JSON.parse(line) as { type: string }).type)).toHaveLength(3)
    const again = await start({ command: 'export', file })
    expect(again).toMatchObject({ exitCode: 2, outputs: { outcome: 'bad-input' } })
    expect(again.commands[0]?.properties['title']).toBe('usage/unwritable-file')
  })

  it.each([
    [{ command: 'verify', 'keys-file': 'x' }, 'action/invalid-input'],
    [{ command: 'export' }, 'action/missing-input'],
    [{ command: 'heartbeat' }, 'action/missing-input'],
    [{ command: 'Verify' }, 'action/invalid-input'],
    [{ command: 'export', file: 'x', since: 'yesterday' }, 'action/invalid-input'],
    [{ command: 'verify', environment: 'moon' }, 'usage/invalid-option'],
  ])('answers the inputs %j with a reason and exit code 2', async (inputs, code) => {
    const run = await start(inputs)
    expect(run).toMatchObject({ exitCode: 2, outputs: { verdict: 'ERROR' } })
    expect(run.commands.map(({ properties }) => properties['title'])).toEqual([code])
  })

  it.each(['pull_request_target', 'issue_comment', 'workflow_run', 'pull_request', ''])(
    'does nothing on the event %j',
    async (event) => {
      const run = await start({ command: 'verify' }, { GITHUB_EVENT_NAME: event })
      expect(run).toMatchObject({ exitCode: 2, outputs: { verdict: 'ERROR' } })
      expect(run.commands[0]?.properties['title']).toBe('github/refused-event')
    },
  )

  it('does nothing in an environment that somebody prepared', async () => {
    const hostile = { GIT_DIR: '/elsewhere', HTTPS_PROXY: 'http://127.0.0.1:1' }
    const run = await start({ command: 'verify' }, hostile)
    expect(run).toMatchObject({ exitCode: 2, outputs: { verdict: 'ERROR', findings: '2' } })
    expect(run.stdout).not.toContain('/elsewhere')
  })

  it('refuses a log that is shorter than what this clone saw', async () => {
    const { repository } = project
    const branch = 'refs/heads/ledger/production'
    const sound = (await repository.git('rev-parse', branch)).trim()
    const parent = (await repository.git('rev-parse', `${sound}~1`)).trim()
    await repository.git('update-ref', branch, parent)
    const run = await start({ command: 'verify' })
    expect(run).toMatchObject({ exitCode: 1, outputs: { verdict: 'REFUSED' } })
    expect(run.commands[0]?.properties['title']).toMatch(/^ledger\//)
    const file = join(home.path, 'refused.jsonl')
    expect(await start({ command: 'export', file })).toMatchObject({
      exitCode: 1,
      outputs: { verdict: 'REFUSED', file: '' },
    })
    await expect(readFile(file)).rejects.toThrow('ENOENT')
    await repository.git('update-ref', branch, sound)
    expect(await start({ command: 'verify' })).toMatchObject({ exitCode: 0 })
  })
})
