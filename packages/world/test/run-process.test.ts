import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { runProcess } from '../src/index.ts'

let cwd: string
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'world-'))
})
afterEach(() => rm(cwd, { recursive: true, force: true }))

/** A child that runs this JavaScript. */
const node = (script: string) => [process.execPath, '--eval', script] as [string, ...string[]]

describe('how a child ends', () => {
  it('says its exit code and what it printed', async () => {
    const outcome = await runProcess({
      argv: node('process.stdout.write("out"); process.stderr.write("err"); process.exitCode = 3'),
      cwd,
    })
    expect(outcome.end).toEqual({ kind: 'exited', code: 3 })
    expect([outcome.stdout.toString(), outcome.stderr.toString()]).toEqual(['out', 'err'])
  })

  it('never throws for a command that does not exist', async () => {
    const { end } = await runProcess({ argv: ['no-such-command-anywhere'], cwd })
    expect(end.kind).toBe('not-started')
  })

  it('tells a signal from an exit code', async () => {
    const { end } = await runProcess({
      argv: node('process.kill(process.pid, "SIGTERM"); setInterval(() => {}, 1000)'),
      cwd,
    })
    expect(end).toEqual({ kind: 'signalled', signal: 'SIGTERM' })
  })

  it('refuses more output than its limit instead of cutting it', async () => {
    const script = 'process.stdout.write("x".repeat(5000))'
    expect((await runProcess({ argv: node(script), cwd, maxOutput: 4_999 })).end.kind).toBe(
      'output-limit',
    )
    expect((await runProcess({ argv: node(script), cwd, maxOutput: 5_000 })).end).toEqual({
      kind: 'exited',
      code: 0,
    })
  })

  it('kills a child that takes too long, with everything that it started', async () => {
    const grandchild = join(cwd, 'grandchild.pid')
    const script = `const c = require('child_process').spawn(process.execPath, ['--eval', 'setInterval(() => {}, 1000)']); require('fs').writeFileSync(${JSON.stringify(grandchild)}, String(c.pid)); setInterval(() => {}, 1000)`
    const { end } = await runProcess({ argv: node(script), cwd, timeout: 1_000 })
    expect(end.kind).toBe('timed-out')
    const pid = Number(await readFile(grandchild, 'utf8'))
    await vi.waitFor(async () => expect(await isRunning(pid)).toBe(false))
  })

  it('lets a child with a grace end by itself, and kills one that does not', async () => {
    const asked = async (onTerm: string, grace: number) => {
      const controller = new AbortController()
      const program = `process.on('SIGTERM', () => { ${onTerm} }); console.log('up'); setInterval(() => {}, 1000)`
      return runProcess({
        argv: [process.execPath, '-e', program],
        cwd: '.',
        grace,
        signal: controller.signal,
        onOutput: () => controller.abort(),
      })
    }
    const polite = await asked("console.log('bye'); process.exit(3)", 60_000)
    expect(polite.end).toEqual({ kind: 'exited', code: 3 })
    expect(polite.stdout.toString()).toContain('bye')
    expect((await asked('', 50)).end).toEqual({ kind: 'cancelled' })
  })

  it('kills a child that is cancelled, also when it was cancelled beforehand', async () => {
    const controller = new AbortController()
    const running = runProcess({
      argv: node('console.log("up"); setInterval(() => {}, 1000)'),
      cwd,
      signal: controller.signal,
      onOutput: () => controller.abort(),
    })
    expect((await running).end.kind).toBe('cancelled')
    const late = await runProcess({
      argv: node('setInterval(() => {}, 1000)'),
      cwd,
      signal: AbortSignal.abort(),
    })
    expect(late.end.kind).toBe('cancelled')
  })

  it('survives a child that does not read its input', async () => {
    const { end } = await runProcess({
      argv: node('process.exit(0)'),
      cwd,
      input: 'x'.repeat(1_000_000),
    })
    expect(end).toEqual({ kind: 'exited', code: 0 })
  })
})

describe('what a child inherits', () => {
  it('is an allow-list: no secret, no hook into Node or git', async () => {
    for (const name of [
      'NODE_OPTIONS',
      'GIT_DIR',
      'GITHUB_TOKEN',
      'LD_PRELOAD',
      'BASH_ENV',
      'SSH_AUTH_SOCK',
    ])
      vi.stubEnv(name, '')
    vi.stubEnv('GITHUB_TOKEN', 'canary-secret')
    const { stdout } = await runProcess({
      argv: node('console.log(JSON.stringify(process.env))'),
      cwd,
      env: { WANTED: 'yes' },
    })
    const env = JSON.parse(stdout.toString()) as Record<string, string>
    expect(env['WANTED']).toBe('yes')
    expect(env['PATH']).toBe(process.env['PATH'])
    expect(stdout.toString()).not.toContain('canary-secret')
    for (const name of [
      'NODE_OPTIONS',
      'GIT_DIR',
      'GITHUB_TOKEN',
      'LD_PRELOAD',
      'BASH_ENV',
      'SSH_AUTH_SOCK',
    ])
      expect(env[name]).toBeUndefined()
  })

  it('passes words as they are: no shell reads them', async () => {
    const words = ['$(touch pwned)', '`id`', 'a b', '--', '"quoted"', '; exit 1']
    const { stdout } = await runProcess({
      argv: [
        process.execPath,
        '--eval',
        'console.log(JSON.stringify(process.argv.slice(1)))',
        '--',
        ...words,
      ],
      cwd,
    })
    expect(JSON.parse(stdout.toString())).toEqual(words)
  })
})

async function isRunning(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0)
  } catch {
    return false
  }
  // A killed process whose parent is gone may stay as a zombie until init has looked.
  const state = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  return state !== '' && !state.includes(') Z ')
}
