import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type TemporaryDirectory, succeed, temporaryDirectory } from '@bulkhead/testkit'
import { runProcess } from '@bulkhead/world'
import { type CommandLine, installBulkhead } from './support/command-line.ts'

const MAIN = join(import.meta.dirname, '..', 'src', 'main.ts')

/** A shell that a laptop may lack; CI must have it, so there its test runs and fails. */
const isLacking = async (shell: string, ...words: readonly string[]): Promise<boolean> =>
  process.env['BULKHEAD_REQUIRE_ENGINES'] !== '1' &&
  (await runProcess({ argv: [shell, ...(words.length > 0 ? words : ['-c', 'true'])], cwd: '/' }))
    .end.kind !== 'exited'

let home: TemporaryDirectory
let bulkhead: CommandLine
beforeAll(async () => {
  home = await temporaryDirectory()
  bulkhead = await installBulkhead(join(home.path, 'bin'))
})
afterAll(() => home[Symbol.asyncDispose]())

describe.each(['bash', 'zsh', 'fish'])('completion for %s', async (shell) => {
  it('is one script on stdout', async () => {
    const { code, stdout, stderr } = await bulkhead.run(home.path, ['completion', shell])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(/verify-commits/)
    expect(stdout).toMatch(/environment/)
  })

  it.skipIf(await isLacking(shell))('is valid for the shell that is installed', async () => {
    const { stdout } = await bulkhead.run(home.path, ['completion', shell])
    const script = join(home.path, `completion.${shell}`)
    await writeFile(script, stdout)
    await succeed([shell, '-n', script], { cwd: home.path })
  })
})

it.skipIf(await isLacking('bash'))('bash completes commands, subcommands and options', async () => {
  const script = (await bulkhead.run(home.path, ['completion', 'bash'])).stdout
  const complete = (words: string, last: number) =>
    succeed(
      [
        'bash',
        '-c',
        `${script}\nCOMP_WORDS=(${words}) COMP_CWORD=${last}\n_bulkhead\necho "\${COMPREPLY[*]}"`,
      ],
      { cwd: home.path },
    )
  expect(await complete('bulkhead verify-c', 1)).toBe('verify-commits\n')
  expect(await complete('bulkhead ledger v', 2)).toBe('verify\n')
  expect(await complete('bulkhead ship --break', 2)).toBe('--break-lease\n')
})

it('a command with nothing to clean up ends at the first signal, whatever it waits for', async () => {
  const folder = join(home.path, 'waiting')
  await mkdir(folder)
  // Tells the command to stop, and then answers nothing for as long as it is there.
  const waits =
    '#!/bin/sh\n[ -e "$0.told" ] && exit 1\n: > "$0.told"; kill -TERM $PPID\nfor n in $(seq 100); do kill -0 $PPID || exit; sleep 0.1; done\n'
  await writeFile(join(folder, 'git'), waits, { mode: 0o755 })
  const PATH = `${folder}:${process.env['PATH'] ?? ''}`
  const running = bulkhead.start(home.path, ['ledger', 'verify'], { env: { PATH } })
  expect(await running.ended).toMatchObject({ code: null, printed: '' })
  expect(running.child.signalCode).toBe('SIGTERM')
})

describe.skipIf(await isLacking('bash'))('a reader that stops early', () => {
  it.each(['| true', '| head -n 1 >/dev/null', '2>&1 | true'])('is no error: %s', async (pipe) => {
    for (const args of ['completion bash', '--help', 'no-such-command --json']) {
      const line = `"$NODE" "$ENTRY" ${args} ${pipe}; echo "\${PIPESTATUS[0]}"`
      const env = { NODE: process.execPath, ENTRY: bulkhead.entry }
      const { stdout, stderr } = await runProcess({
        argv: ['bash', '-c', line],
        cwd: home.path,
        env,
      })
      expect(stdout.toString()).toBe(args.startsWith('no') ? '2\n' : '0\n')
      expect(stderr.toString()).not.toMatch(/EPIPE|\n\s+at /)
    }
  })
})

/** Starts the real entry with another program behind it: what happens when ours has a bug. */
async function exitCodeWith(program: string): Promise<number | string> {
  const source = `data:text/javascript,${encodeURIComponent(program)}`
  const hooks = `import { registerHooks } from 'node:module'
    registerHooks({ resolve: (name, context, next) =>
      name === './program.ts' ? { url: ${JSON.stringify(source)}, shortCircuit: true } : next(name, context) })`
  const preload = `data:text/javascript,${encodeURIComponent(hooks)}`
  const { end } = await runProcess({
    argv: [process.execPath, '--import', preload, MAIN, 'gate'],
    cwd: home.path,
  })
  return end.kind === 'exited' ? end.code : end.kind
}

describe('the armed exit', () => {
  it('is disarmed by a finished command, and only then tells its code', async () => {
    expect(await exitCodeWith('export const main = async () => 0')).toBe(0)
    expect(await exitCodeWith('export const main = async () => 1')).toBe(1)
  })

  it.each([
    ['a promise that never settles', 'export const main = () => new Promise(() => {})'],
    ['a rejection', "export const main = async () => { throw new Error('bug') }"],
    ['a crash while loading', "throw new Error('bug'); export const main = async () => 0"],
    ['a program without its entry', 'export const other = 0'],
    [
      'a crash beside the command',
      "export const main = () => new Promise((resolve) => { setTimeout(() => { throw new Error('bug') }); setTimeout(resolve, 50, 0) })",
    ],
    [
      'a floating rejection',
      "export const main = () => { Promise.reject(new Error('bug')); return new Promise((resolve) => setTimeout(resolve, 50, 0)) }",
    ],
    ['an early way out', 'export const main = async () => process.exit(0)'],
  ])('%s is our bug, never green and never a finding', async (_, program) => {
    expect(await exitCodeWith(program)).toBe(70)
  })
})

it.skipIf(await isLacking('bash'))(
  'an answer that a full disk cannot take is an error of the world',
  async () => {
    for (const [args, codes] of [
      ['completion bash', '3'],
      ['--help', '3'],
      ['no-such-command 2>/dev/full', '2'],
    ] as const) {
      const line = `"$NODE" "$ENTRY" ${args} >/dev/full; echo "$?" >&2`
      const env = { NODE: process.execPath, ENTRY: bulkhead.entry }
      const { stderr } = await runProcess({ argv: ['bash', '-c', line], cwd: home.path, env })
      const said = stderr.toString().trimEnd().split('\n')
      expect([args, said.at(-1)]).toEqual([args, codes])
      expect(stderr.toString()).not.toMatch(/\n\s+at .*:\d+/)
      if (codes === '3') expect(said[0]).toContain('usage/unwritable-file  stdout')
    }
  },
)

it.skipIf(await isLacking('script', '--version'))(
  'a stream has colours where it is a terminal, and none where it is a file beside one',
  async () => {
    const usage = `"$NODE" "$ENTRY" no-such-command`
    for (const [line, env, coloured] of [
      [usage, {}, true],
      [`${usage} 2>errors; cat errors`, {}, false],
      [`${usage} >answer`, {}, true],
      [usage, { NO_COLOR: '1' }, false],
      [usage, { NO_COLOR: '' }, true],
    ] as const) {
      const { stdout } = await runProcess({
        argv: ['script', '--quiet', '--command', line, '/dev/null'],
        cwd: home.path,
        env: { NODE: process.execPath, ENTRY: bulkhead.entry, ...env },
      })
      expect(stdout.toString()).toContain('usage/invalid-option')
      expect([line, env, stdout.toString().includes('\u001b[')]).toEqual([line, env, coloured])
    }
  },
)
