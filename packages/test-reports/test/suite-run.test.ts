import { createHash } from 'node:crypto'
import { mkdir, readFile, readdir, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { sealStatement } from '@bulkhead/envelope'
import { InputError } from '@bulkhead/vocabulary'
import { describe, expect, it } from 'vitest'
import { RUN_RECORD_TYPE, openRunRecord, runVouchedSuite, signRunRecord } from '../src/index.ts'
import { writeRunRecord } from '../src/run-statement.ts'
import {
  GREEN,
  PLAN,
  keptOf,
  suiteRepository,
  vouchedRun,
  writing,
} from './support/suite-repository.ts'

const sha256 = (text: string) => `sha256:${createHash('sha256').update(text).digest('hex')}`
const codesOf = async (work: Promise<unknown>) => {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  return error instanceof InputError ? error.findings.map(({ code }) => code) : error
}

describe('a vouched-for run', () => {
  it('records what was seen and keeps it as evidence', async () => {
    await using repository = await suiteRepository(
      writing({ 'a.xml': GREEN, 'b.xml': `${GREEN}\n` }, 'console.log("out")'),
    )
    const output: string[] = []
    const onOutput = (chunk: Uint8Array) => output.push(Buffer.from(chunk).toString())
    const { record, findings } = await runVouchedSuite(vouchedRun(repository, { onOutput }))
    expect(findings).toEqual([])
    expect(output.join('')).toBe('out\n')
    expect(record).toMatchObject({ suite: 'tenant', commit: repository.commit })
    expect(record.end).toEqual({ kind: 'exited', code: 0 })
    expect(record.reports).toEqual([
      { path: 'results/a.xml', digest: sha256(GREEN) },
      { path: 'results/b.xml', digest: sha256(`${GREEN}\n`) },
    ])
    const stored = await keptOf(repository)
    const opened = openRunRecord(stored.record ?? Buffer.alloc(0), repository.vouchers)
    expect(opened).toMatchObject({
      kind: 'vouched',
      run: { record, voucher: 'voucher.pub', separation: 'process' },
    })
    expect(stored.reports.map(({ path }) => path)).toEqual(['a.xml', 'b.xml'])
    expect(await readFile(stored.reports[0]?.file ?? '', 'utf8')).toBe(GREEN)
    expect(await readdir(repository.evidence)).toEqual(['tenant'])
  })

  it('says 1 of a command that exits with 1, whatever its reports say', async () => {
    await using repository = await suiteRepository(writing({ 'a.xml': GREEN }, 'process.exit(1)'))
    const { record } = await runVouchedSuite(vouchedRun(repository))
    expect(record.end).toEqual({ kind: 'exited', code: 1 })
    expect(record.reports).toHaveLength(1)
  })

  it('says how a command ended that did not exit', async () => {
    const endOf = async (program: string, plan = {}) => {
      await using repository = await suiteRepository(program)
      const request = vouchedRun(repository, { plan: { ...PLAN, ...plan } })
      return (await runVouchedSuite(request)).record.end
    }
    expect(await endOf('process.kill(process.pid, "SIGTERM")')).toEqual({
      kind: 'signalled',
      signal: 'SIGTERM',
    })
    expect(await endOf('setInterval(() => {}, 1000)', { timeout: 300 })).toEqual({
      kind: 'timed-out',
    })
    expect((await endOf('', { command: ['/nowhere/at-all'] })).kind).toBe('not-started')
  })

  it('gives the tests a fresh nonce and the suite, and none of our own environment', async () => {
    const program = writing({}, 'writeFileSync("results/a.xml", JSON.stringify(process.env))')
    await using repository = await suiteRepository(program)
    process.env['BULKHEAD_TEST_SECRET'] = 'secret'
    const { record } = await runVouchedSuite(vouchedRun(repository))
    delete process.env['BULKHEAD_TEST_SECRET']
    const { reports } = await keptOf(repository)
    const seen = JSON.parse(await readFile(reports[0]?.file ?? '', 'utf8')) as NodeJS.ProcessEnv
    expect(seen['BULKHEAD_NONCE']).toBe(record.nonce)
    expect(seen['BULKHEAD_SUITE']).toBe('tenant')
    expect(seen['BULKHEAD_TEST_SECRET']).toBeUndefined()
    const again = await runVouchedSuite(vouchedRun(repository))
    expect(again.record.nonce).not.toBe(record.nonce)
  })

  it('does not take a report of an earlier run for one of its own', async () => {
    await using repository = await suiteRepository('')
    await mkdir(join(repository.root, 'results'))
    await writeFile(join(repository.root, 'results/old.xml'), GREEN)
    const { record, findings } = await runVouchedSuite(vouchedRun(repository))
    expect(record.reports).toEqual([])
    expect(findings.map(({ code }) => code)).toEqual(['test/no-report'])
  })

  it('records no reports when one of the patterns matches none', async () => {
    await using repository = await suiteRepository(writing({ 'a.xml': GREEN }))
    const plan = { ...PLAN, reports: ['results/*.xml', 'results/*.junit'] }
    const { record, findings } = await runVouchedSuite(vouchedRun(repository, { plan }))
    expect(record.reports).toEqual([])
    expect(findings.map(({ subject }) => subject)).toEqual(['results/*.junit'])
  })

  it('neither reads nor removes through symbolic links, nor outside of the repository', async () => {
    const program = writing(
      { 'a.xml': GREEN },
      `const { symlinkSync } = await import('node:fs')
symlinkSync(process.cwd() + '/../outside/x.xml', 'results/link.xml')
symlinkSync(process.cwd() + '/../outside', 'results/folder')`,
    )
    await using repository = await suiteRepository(program)
    const outside = join(repository.root, '../outside')
    await mkdir(outside)
    await writeFile(join(outside, 'x.xml'), GREEN)
    await mkdir(join(repository.root, 'results'))
    await symlink(outside, join(repository.root, 'results/earlier'))
    const plan = { ...PLAN, reports: ['results/**/*.xml', '../outside/*.xml', 'results/*/x.xml'] }
    const request = vouchedRun(repository, { plan })
    expect((await runVouchedSuite(request)).record.reports).toEqual([])
    expect((await stat(join(outside, 'x.xml'))).isFile()).toBe(true)
    const narrow = vouchedRun(repository, { plan: { ...PLAN, reports: ['results/**/*.xml'] } })
    await repository.git('clean', '-qfdx')
    expect((await runVouchedSuite(narrow)).record.reports.map(({ path }) => path)).toEqual([
      'results/a.xml',
    ])
  })

  it('takes no report out of a linked folder, and none that is no file', async () => {
    await using repository = await suiteRepository(
      writing(
        { 'a.xml': GREEN },
        `const { symlinkSync } = await import('node:fs')
symlinkSync(process.cwd() + '/../outside', 'results/folder')
const { execFileSync } = await import('node:child_process')
execFileSync('mkfifo', ['results/pipe.xml'])`,
      ),
    )
    const outside = join(repository.root, '../outside')
    await mkdir(outside)
    await writeFile(join(outside, 'x.xml'), GREEN)
    const reportsOf = async (pattern: string) => {
      await repository.git('clean', '-qfdx')
      const request = vouchedRun(repository, { plan: { ...PLAN, reports: [pattern] } })
      return (await runVouchedSuite(request)).record.reports.map(({ path }) => path)
    }
    expect(await reportsOf('results/folder/x.xml')).toEqual([])
    expect(await reportsOf('results/pipe.xml')).toEqual([])
    expect(await reportsOf('results/*.xml')).toEqual(['results/a.xml'])
  })

  it('finds reports in hidden folders, and by the exact letter case', async () => {
    const program = `import { mkdirSync, writeFileSync } from 'node:fs'
mkdirSync('results/.hidden', { recursive: true })
writeFileSync('results/.hidden/a.xml', ${JSON.stringify(GREEN)})`
    await using repository = await suiteRepository(program)
    const reportsOf = async (pattern: string) => {
      const request = vouchedRun(repository, { plan: { ...PLAN, reports: [pattern] } })
      return (await runVouchedSuite(request)).record.reports.map(({ path }) => path)
    }
    expect(await reportsOf('results/**/*.xml')).toEqual(['results/.hidden/a.xml'])
    expect(await reportsOf('RESULTS/**/*.xml')).toEqual([])
  })

  it('refuses patterns that match files of the repository, and removes none of them', async () => {
    await using repository = await suiteRepository(writing({ 'a.xml': GREEN }))
    const plan = { ...PLAN, reports: ['**/*.mjs'] }
    expect(await codesOf(runVouchedSuite(vouchedRun(repository, { plan })))).toEqual([
      'test/tracked-report',
    ])
    expect((await stat(join(repository.root, 'suite.mjs'))).isFile()).toBe(true)
  })

  it('refuses a work tree that is not the commit, before and after', async () => {
    await using repository = await suiteRepository(
      writing({ 'a.xml': GREEN }, 'writeFileSync("left.txt", "")'),
    )
    expect(await codesOf(runVouchedSuite(vouchedRun(repository)))).toEqual([
      'test/changed-under-run',
    ])
    expect(await codesOf(runVouchedSuite(vouchedRun(repository)))).toEqual(['git/dirty-worktree'])
    await repository.git('clean', '-qfd')
    await repository.git('commit', '--quiet', '--allow-empty', '--message', 'next')
    expect(await codesOf(runVouchedSuite(vouchedRun(repository)))).toEqual(['test/wrong-checkout'])
    expect((await keptOf(repository)).record).toBeUndefined()
    expect(await readdir(repository.evidence)).toEqual([])
  })

  it('replaces the evidence of an earlier run as a whole', async () => {
    await using repository = await suiteRepository(writing({ 'a.xml': GREEN, 'b.xml': GREEN }))
    await runVouchedSuite(vouchedRun(repository))
    const one = { ...PLAN, reports: ['results/a.xml'] }
    await runVouchedSuite(vouchedRun(repository, { plan: one }))
    const { reports } = await keptOf(repository)
    expect(reports.map(({ path }) => path)).toEqual(['a.xml'])
    expect(await readdir(repository.evidence)).toEqual(['tenant'])
  })

  it('leaves no evidence when it is cancelled', async () => {
    await using repository = await suiteRepository('setInterval(() => {}, 1000); console.log("up")')
    const cancel = new AbortController()
    const request = vouchedRun(repository, {
      onOutput: () => cancel.abort(),
      signal: cancel.signal,
    })
    expect((await runVouchedSuite(request)).record.end).toEqual({ kind: 'cancelled' })
    expect((await keptOf(repository)).record).toBeUndefined()
  })

  it.each(['../up', '.', '', 'a/b', 'a\0b', '-'])('refuses a suite named %j', async (suite) => {
    await using repository = await suiteRepository('')
    expect(await codesOf(runVouchedSuite(vouchedRun(repository, { suite })))).toEqual([
      'test/unknown-suite',
    ])
  })
})

describe('the envelope of a run record', () => {
  it('opens only as what it is, by whom it must be', async () => {
    await using repository = await suiteRepository(writing({ 'a.xml': GREEN }))
    await using stranger = await suiteRepository('')
    const { record } = await runVouchedSuite(vouchedRun(repository))
    const kind = (bytes: Uint8Array, vouchers = repository.vouchers) =>
      openRunRecord(bytes, vouchers).kind
    const signed = await signRunRecord(record, repository.signer)
    expect(kind(signed)).toBe('vouched')
    expect(kind(signed, stranger.vouchers)).toBe('refused')
    expect(kind(signed, [])).toBe('refused')
    expect(kind(Buffer.from(signed.toString().replace('"sig":"', '"sig":"A')))).toBe('refused')
    const seal = (
      predicate: unknown,
      predicateType: string = RUN_RECORD_TYPE,
      subject = subjects,
    ) => sealStatement({ subject, predicateType, predicate }, repository.signer)
    const report = { name: 'results/a.xml', digest: { sha256: sha256(GREEN).slice(7) } }
    const commit = {
      name: `git+commit:${record.commit}`,
      digest: { gitCommit: record.commit as string },
    }
    const subjects: { name: string; digest: Record<string, string> }[] = [commit, report]
    expect(kind(await seal(record))).toBe('vouched')
    expect(kind(await seal(record, 'https://slsa.dev/provenance/v1'))).toBe('refused')
    expect(kind(await seal(record, RUN_RECORD_TYPE, [commit]))).toBe('refused')
    expect(kind(await seal({ ...record, end: { kind: 'exited', code: '0' } }))).toBe('refused')
    expect(kind(await seal({ ...record, passed: true }))).toBe('refused')
    expect(kind(await seal({ ...record, reports: [] }))).toBe('refused')
  })

  it('names a record that nobody signed: what lies there, and what to do', async () => {
    await using repository = await suiteRepository(writing({ 'a.xml': GREEN }))
    const part = { leg: 'linux', shard: { index: 1, of: 2 } }
    const { record } = await runVouchedSuite(vouchedRun(repository, { part }))
    const place = 'evidence/tenant/linux.1-of-2'
    const bare = openRunRecord(writeRunRecord(record), repository.vouchers, { place })
    expect(bare).toMatchObject({
      kind: 'refused',
      finding: {
        code: 'gate/unvouched-run',
        subject: place,
        message:
          'a run record without a signature lies here: it says that it is of tenant (linux, shard 1/2), and nobody vouches for it',
        remedy: expect.stringMatching(
          /delete its folder.*`bulkhead test --suite tenant --leg linux --shard 1\/2`/,
        ),
      },
    })
    const signed = await signRunRecord(record, repository.signer)
    expect(openRunRecord(signed, [], { place })).toMatchObject({
      finding: { subject: place, message: expect.not.stringContaining('without a signature') },
    })
  })

  it('counts a key that is listed both ways as within reach of the tests', async () => {
    await using repository = await suiteRepository(writing({ 'a.xml': GREEN }))
    const { record } = await runVouchedSuite(vouchedRun(repository))
    const [voucher] = repository.vouchers
    const both = voucher ? [voucher, { ...voucher, separation: 'local' as const }] : []
    const signed = await signRunRecord(record, repository.signer)
    expect(openRunRecord(signed, both)).toMatchObject({ run: { separation: 'local' } })
  })
})
