import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { readFile, stat, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { InputError, WorldError } from '@bulkhead/vocabulary'
import { systemClock } from '@bulkhead/world'
import { describe, expect, it } from 'vitest'
import {
  type VouchedRunOrder,
  WHOLE_SUITE,
  openRunRecord,
  requestVouchedRun,
} from '../src/index.ts'
import { stillClock } from './support/reading.ts'
import {
  GREEN,
  type SuiteRepository,
  keptOf,
  suiteRepository,
  writing,
} from './support/suite-repository.ts'

const PROGRAM = fileURLToPath(new URL('support/voucher-process.ts', import.meta.url))

/** A voucher in a process of its own, ready to be asked. */
async function startVoucher({ root, socketPath, evidence, privateKey }: SuiteRepository) {
  const child = spawn(process.execPath, [PROGRAM, root, socketPath, evidence], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  child.stdin.end(privateKey)
  await once(child.stdout, 'data')
  return {
    child,
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null || child.signalCode !== null) return
      child.kill('SIGTERM')
      await once(child, 'exit')
    },
  }
}

/** A request as it stands on the wire, without repository and commit. */
const ASK = {
  version: 2,
  suite: 'tenant',
  leg: '',
  shard: { index: 1, of: 1 },
  run: { id: 'run-1', attempt: 1 },
  command: null,
}

const order = (
  { socketPath, root, commit }: SuiteRepository,
  more: Partial<VouchedRunOrder> = {},
): VouchedRunOrder => ({
  socketPath,
  repository: root,
  suite: 'tenant',
  commit,
  part: WHOLE_SUITE,
  run: { id: 'run-1', attempt: 1 },
  timeout: 30_000,
  clock: systemClock,
  ...more,
})

const refusalOf = async (work: Promise<unknown>) => {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (error instanceof InputError || error instanceof WorldError)
    return error.findings.map(({ code }) => code)
  return error
}

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    // A killed child whose parent has not yet asked for its end still has a number.
    return process.platform !== 'linux' || !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}

/** Waits for something that a process does whose end nobody tells us. */
async function eventually(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let turn = 0; turn < 500; turn += 1) {
    if (await holds()) return
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  throw new Error('it never came')
}

describe.skipIf(process.platform === 'win32')('a voucher', () => {
  it('runs the suite itself, shows its output, and signs what it saw', async () => {
    await using repository = await suiteRepository(
      writing({ 'a.xml': GREEN }, 'console.log("out")'),
    )
    await using voucher = await startVoucher(repository)
    expect(voucher.child.exitCode).toBeNull()
    const output: string[] = []
    const onOutput = (chunk: Uint8Array) => output.push(Buffer.from(chunk).toString())
    const { record, findings } = await requestVouchedRun(order(repository, { onOutput }))
    expect(findings).toEqual([])
    expect(output.join('')).toBe('out\n')
    const { record: bytes, reports } = await keptOf(repository)
    expect(openRunRecord(bytes ?? Buffer.alloc(0), repository.vouchers)).toMatchObject({
      kind: 'vouched',
      run: { record },
    })
    expect(reports).toHaveLength(1)
    expect((await stat(repository.socketPath)).mode & 0o777).toBe(0o600)
  })

  it('runs the part that it is asked for, of the run that is named', async () => {
    await using repository = await suiteRepository(
      writing({ 'a.xml': GREEN }, 'console.log(process.env.BULKHEAD_SHARD)'),
    )
    await using voucher = await startVoucher(repository)
    expect(voucher.child.exitCode).toBeNull()
    const output: string[] = []
    const { record } = await requestVouchedRun(
      order(repository, {
        part: { leg: 'linux', shard: { index: 2, of: 4 } },
        run: { id: '8412', attempt: 3 },
        onOutput: (chunk) => output.push(Buffer.from(chunk).toString()),
      }),
    )
    expect(output.join('')).toBe('2/4\n')
    expect(record).toMatchObject({
      leg: 'linux',
      shard: { index: 2, of: 4 },
      run: { id: '8412', attempt: 3 },
    })
  })

  it('says 1 of a suite that exits with 1 and writes a green report', async () => {
    await using repository = await suiteRepository(writing({ 'a.xml': GREEN }, 'process.exit(1)'))
    await using voucher = await startVoucher(repository)
    expect(voucher.child.exitCode).toBeNull()
    const { record } = await requestVouchedRun(order(repository))
    expect(record.end).toEqual({ kind: 'exited', code: 1 })
  })

  it('records the command that was given instead of the one in the policy', async () => {
    await using repository = await suiteRepository('process.exit(1)')
    await using voucher = await startVoucher(repository)
    expect(voucher.child.exitCode).toBeNull()
    const command = [process.execPath, '-e', ''] as const
    const { record } = await requestVouchedRun(order(repository, { command }))
    expect(record).toMatchObject({ command, end: { kind: 'exited', code: 0 }, reports: [] })
  })

  it.skipIf(process.platform !== 'linux')(
    'keeps its key where the tests do not find it',
    async () => {
      const search = await readFile(new URL('support/key-search.mjs', import.meta.url), 'utf8')
      await using repository = await suiteRepository(search)
      await using voucher = await startVoucher(repository)
      expect(voucher.child.exitCode).toBeNull()
      await requestVouchedRun(order(repository))
      const { reports } = await keptOf(repository)
      const { searched, found } = JSON.parse(await readFile(reports[0]?.file ?? '', 'utf8')) as {
        searched: string[]
        found: string[]
      }
      expect(found).toEqual([])
      for (const place of [
        'environment',
        '/proc/self/environ',
        'parent environ',
        'parent cmdline',
        'suite.mjs',
      ])
        expect(searched).toContain(place)
      // The search finds a key where there is one.
      await writeFile(join(repository.root, 'key.pem'), repository.privateKey)
      await repository.git('add', 'key.pem')
      await repository.git('commit', '--quiet', '--message', 'leak')
      const commit = (await repository.git('rev-parse', 'HEAD')).trim() as typeof repository.commit
      await requestVouchedRun(order(repository, { commit }))
      const leaked = await keptOf(repository)
      expect(await readFile(leaked.reports[0]?.file ?? '', 'utf8')).toContain('"found":["key.pem"')
    },
  )

  it('signs nothing that it is handed, and survives nonsense', async () => {
    await using repository = await suiteRepository(writing({ 'a.xml': GREEN }))
    await using voucher = await startVoucher(repository)
    expect(voucher.child.exitCode).toBeNull()
    const request = { ...ASK, repository: repository.root }
    const sayings = [
      'nonsense\n',
      '{}\n',
      `${JSON.stringify({ ...request, commit: repository.commit, record: {} })}\n`,
      `${JSON.stringify({ ...request, commit: 'HEAD' })}\n`,
      `${JSON.stringify({ sign: Buffer.from('bytes').toString('base64') })}\n`,
      '\0\0\0\n',
    ]
    for (const saying of sayings) {
      const socket = connect(repository.socketPath)
      socket.write(saying)
      expect(JSON.parse(await text(socket))).toMatchObject({
        kind: 'refused',
        findings: [{ code: 'test/voucher-refused' }],
      })
    }
    const flood = connect(repository.socketPath)
    flood.on('error', () => undefined) // It hangs up on whoever says too much.
    flood.write('x'.repeat(1024 * 1024))
    await new Promise((resolve) => flood.once('close', resolve))
    expect((await keptOf(repository)).record).toBeUndefined()
    expect((await requestVouchedRun(order(repository))).record.end).toMatchObject({ code: 0 })
  })

  it('refuses another repository, commit or suite, and a dirty work tree', async () => {
    await using repository = await suiteRepository(writing({ 'a.xml': GREEN }))
    await using other = await suiteRepository('')
    await using voucher = await startVoucher(repository)
    expect(voucher.child.exitCode).toBeNull()
    const refused = (more: Partial<VouchedRunOrder>) =>
      refusalOf(requestVouchedRun(order(repository, more)))
    expect(await refused({ repository: other.root })).toEqual(['test/voucher-refused'])
    expect(await refused({ suite: 'other' })).toEqual(['test/unknown-suite'])
    await repository.git('commit', '--quiet', '--allow-empty', '--message', 'next')
    expect(await refused({})).toEqual(['test/wrong-checkout'])
    await repository.git('reset', '--quiet', '--hard', repository.commit)
    await writeFile(join(repository.root, 'suite.mjs'), 'process.exit(0)')
    expect(await refused({})).toEqual(['git/dirty-worktree'])
    await repository.git('checkout', '--quiet', '.')
    expect(await refused({})).toBeUndefined()
  })

  it('kills the run with all its children when the client goes away', async () => {
    const program = writing(
      {},
      `const { spawn } = await import('node:child_process')
const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'])
console.log(process.pid + ' ' + child.pid)
setInterval(() => {}, 1000)`,
    )
    await using repository = await suiteRepository(program)
    await using voucher = await startVoucher(repository)
    expect(voucher.child.exitCode).toBeNull()
    const cancel = new AbortController()
    let pids: number[] = []
    const onOutput = (chunk: Uint8Array) => {
      pids = Buffer.from(chunk).toString().trim().split(' ').map(Number)
      cancel.abort()
    }
    const run = requestVouchedRun(order(repository, { onOutput, signal: cancel.signal }))
    expect(await refusalOf(run)).toEqual(['test/voucher-unreachable'])
    expect(pids).toHaveLength(2)
    await eventually(() => pids.every((pid) => !isAlive(pid)))
    // And it is free for the next one.
    await eventually(async () => {
      const command = [process.execPath, '-e', ''] as const
      return (await refusalOf(requestVouchedRun(order(repository, { command })))) === undefined
    })
  })

  it('refuses a second run while one is going on, even one that a test asks for', async () => {
    const program = writing(
      { 'a.xml': GREEN },
      `const { connect } = await import('node:net')
const socket = connect(process.cwd() + '/../v.sock')
const head = (await import('node:child_process')).execFileSync('git', ['rev-parse', 'HEAD'], { encoding: 'utf8' }).trim()
socket.write(JSON.stringify({ ...${JSON.stringify(ASK)}, repository: process.cwd(), commit: head }) + '\\n')
for await (const chunk of socket) process.stdout.write(chunk)`,
    )
    await using repository = await suiteRepository(program)
    await using voucher = await startVoucher(repository)
    expect(voucher.child.exitCode).toBeNull()
    const output: string[] = []
    const onOutput = (chunk: Uint8Array) => output.push(Buffer.from(chunk).toString())
    const { record } = await requestVouchedRun(order(repository, { onOutput }))
    expect(record.end).toEqual({ kind: 'exited', code: 0 })
    expect(output.join('')).toContain('test/voucher-busy')
  })

  it('is said to be unreachable when it is not there, dies, is late or talks nonsense', async () => {
    await using repository = await suiteRepository(
      'console.log(process.pid); setInterval(() => {}, 1000)',
    )
    const unreachable = ['test/voucher-unreachable']
    expect(await refusalOf(requestVouchedRun(order(repository)))).toEqual(unreachable)
    await using voucher = await startVoucher(repository)
    await using orphans = new AsyncDisposableStack()
    const onOutput = (chunk: Uint8Array) => {
      const suite = Number(Buffer.from(chunk).toString())
      // A voucher that is killed cannot end what it runs.
      orphans.defer(() => void process.kill(suite, 'SIGKILL'))
      voucher.child.kill('SIGKILL')
    }
    expect(await refusalOf(requestVouchedRun(order(repository, { onOutput })))).toEqual(unreachable)
    // A killed voucher leaves its socket behind; the next one takes its place.
    await using next = await startVoucher(repository)
    expect(next.child.exitCode).toBeNull()
    expect(await refusalOf(requestVouchedRun(order(repository, { clock: stillClock() })))).toEqual(
      unreachable,
    )
  })

  it('ends with its run when it is told to', async () => {
    await using repository = await suiteRepository(
      'console.log(process.pid); setInterval(() => {}, 1000)',
    )
    await using voucher = await startVoucher(repository)
    let pid = 0
    const onOutput = (chunk: Uint8Array) => {
      pid = Number(Buffer.from(chunk).toString())
      voucher.child.kill('SIGTERM')
    }
    await refusalOf(requestVouchedRun(order(repository, { onOutput })))
    await eventually(() => voucher.child.exitCode === 0 && !isAlive(pid))
    expect(await refusalOf(stat(repository.socketPath))).toMatchObject({ code: 'ENOENT' })
  })
})
