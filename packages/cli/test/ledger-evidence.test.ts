import { execFileSync } from 'node:child_process'
import { readFile, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type TemporaryDirectory, makeRepository, temporaryDirectory } from '@bulkhead/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Answer, answerOf } from './support/answers.ts'
import { type CommandLine, installBulkhead } from './support/command-line.ts'
import { type TinyProject, makeTinyProject } from './support/tiny-project.ts'

/** In order, each step on what the one before left: one log, its auditors and its witnesses. */
describe('a ledger before people who do not trust us', () => {
  let home: TemporaryDirectory
  let project: TinyProject
  let root: string
  let bulkhead: CommandLine
  const file = (name: string) => join(home.path, name)
  beforeAll(async () => {
    home = await temporaryDirectory()
    project = await makeTinyProject(home.path)
    root = project.repository.path
    bulkhead = await installBulkhead(file('bin'))
    await run(0, 'init')
    const genesis = await project.repository.commit({ by: project.ada, message: 'Adopt Bulkhead' })
    await project.repository.git('config', 'bulkhead.genesis', genesis)
    for (const name of ['w1', 'w2']) {
      execFileSync('openssl', ['genpkey', '-algorithm', 'ed25519', '-out', file(`${name}.pem`)])
    }
  })
  afterAll(() => home[Symbol.asyncDispose]())

  async function run(code: number, ...args: readonly string[]): Promise<Answer> {
    const answer = answerOf(await bulkhead.run(root, [...args, '--json']))
    expect(answer, `${args.join(' ')}: ${JSON.stringify(answer.findings)}`).toMatchObject({
      exitCode: code,
    })
    return answer
  }
  const codes = ({ findings }: Answer) => findings.map(({ code }) => code)
  const witness = (name: string, ...more: readonly string[]) => [
    'ledger',
    'witness',
    '--name',
    `example.net/${name}`,
    '--key',
    file(`${name}.pem`),
    '--state',
    file(`${name}-state`),
    ...more,
  ]

  it('is begun by a heartbeat, verified, and its checkpoint kept', async () => {
    expect(codes(await run(1, 'ledger', 'proof', '0'))).toEqual(['ledger/missing'])
    expect(await run(0, 'ledger', 'heartbeat')).toMatchObject({ index: 1 })
    const verified = await run(0, 'ledger', 'verify', '--save', file('seen'))
    expect(verified).toMatchObject({ verdict: 'VERIFIED', size: 2, judged: 2 })
    const saved = JSON.parse(await readFile(file('seen'), 'utf8')) as {
      readonly checkpoint: string
    }
    expect(saved.checkpoint).toMatch(/^bulkhead\.dev\/ledger\/[0-9a-f]+\/production\n2\n/)
    await writeFile(file('seen.note'), saved.checkpoint)
  })

  it('is verified from there on, reading only what is new', async () => {
    await run(0, 'ledger', 'heartbeat')
    const verified = await run(0, 'ledger', 'verify', '--from', file('seen'))
    expect(verified).toMatchObject({ verdict: 'VERIFIED', size: 3, judged: 1 })
    // A bare checkpoint does not know what came before it: all is read.
    expect(await run(0, 'ledger', 'verify', '--from', file('seen.note'))).toMatchObject({
      judged: 3,
    })
    const changed = (await readFile(file('seen'), 'utf8')).replace('"lastAt":"2', '"lastAt":"1')
    await writeFile(file('changed'), changed)
    expect(codes(await run(2, 'ledger', 'verify', '--from', file('changed')))).toEqual([
      'usage/unreadable-file',
    ])
    await writeFile(file('junk'), 'junk')
    expect(codes(await run(2, 'ledger', 'verify', '--from', file('junk')))).toEqual([
      'usage/unreadable-file',
    ])
  })

  it('is held against what runs, which it says nothing of', async () => {
    const snapshot = (units: readonly object[], environment = 'production') =>
      writeFile(file('runs.json'), JSON.stringify({ version: 1, environment, units }))
    const verify = ['ledger', 'verify', '--snapshot', file('runs.json')]
    await snapshot([])
    await run(0, ...verify)
    await snapshot([{ id: 'web-1', region: 'local', commit: 'c'.repeat(40) }])
    const stray = await run(1, ...verify)
    expect(stray).toMatchObject({
      verdict: 'REFUSED',
      findings: [{ code: 'ledger/unrecorded-deploy', subject: 'web-1' }],
    })
    expect(codes(await run(2, ...verify, '--at', '1'))).toEqual(['usage/invalid-option'])
    await snapshot([], 'staging')
    expect(codes(await run(2, ...verify))).toEqual(['usage/invalid-option'])
    await writeFile(file('runs.json'), 'junk')
    expect(codes(await run(2, ...verify))).toEqual(['usage/invalid-option'])
  })

  it('is judged as it was at an entry', async () => {
    const then = await run(0, 'ledger', 'verify', '--at', '1')
    expect(then).toMatchObject({ verdict: 'VERIFIED', size: 2, state: { released: null } })
    expect(codes(await run(1, 'ledger', 'verify', '--at', '9'))).toEqual(['ledger/missing'])
    await run(2, 'ledger', 'verify', '--at', '1', '--from', file('seen'))
    await run(2, 'ledger', 'verify', '--log', file('nowhere'))
  })

  it('proves an entry in text that is checked without the log, and not with a byte changed', async () => {
    await run(0, 'ledger', 'proof', '1', '--out', file('proof'))
    expect(await run(0, 'ledger', 'proof', 'verify', file('proof'))).toMatchObject({
      verdict: 'PROVEN',
      size: 3,
      entry: { index: 1, kind: 'heartbeat' },
    })
    const text = await readFile(file('proof'), 'utf8')
    await writeFile(file('changed'), text.replace('index 1', 'index 2'))
    expect(codes(await run(1, 'ledger', 'proof', 'verify', file('changed')))).toEqual([
      'ledger/bad-proof',
    ])
    expect(codes(await run(2, 'ledger', 'proof', '9'))).toEqual(['usage/invalid-option'])
    await run(2, 'ledger', 'proof', 'x')
  })

  it('is believed once a quorum of the verifier\u2019s witnesses has cosigned it', async () => {
    const { policy } = await run(0, 'ledger', 'policy')
    const first = await run(0, ...witness('w1', '--out', file('one')))
    const second = await run(0, ...witness('w2', '--checkpoint', file('one'), '--out', file('two')))
    const mine = {
      ...JSON.parse(String(policy)),
      witnesses: [first, second].map(({ vkey }, n) => ({ name: `w${n}`, vkey })),
      quorum: 2,
      heartbeatMs: 3_600_000,
    }
    await writeFile(file('verifier.json'), JSON.stringify(mine))
    const verify = ['ledger', 'verify', '--verifier-policy', file('verifier.json')]
    await run(0, ...verify, '--witnessed', file('two'))
    expect(codes(await run(1, ...verify, '--witnessed', file('one')))).toEqual(['ledger/no-quorum'])
    expect(codes(await run(1, ...verify))).toEqual(['ledger/no-quorum'])
    await writeFile(file('verifier.json'), JSON.stringify({ ...mine, quorum: 3 }))
    expect(codes(await run(2, ...verify))).toEqual(['usage/invalid-option'])
    await writeFile(file('verifier.json'), JSON.stringify({ ...mine, heartbeatMs: 0 }))
    expect(codes(await run(1, ...verify, '--witnessed', file('two')))).toEqual(['ledger/silent'])
  })

  it('takes no witness that is the log itself, or remembers nowhere', async () => {
    const key = join(root, '.git', 'bulkhead', 'keys', 'ledger.pem')
    const own = ['ledger', 'witness', '--name', 'example.net/own', '--state', file('own')]
    expect(codes(await run(2, ...own, '--key', key))).toEqual(['usage/wrong-key'])
    const nowhere = [...own.slice(0, -1), '', '--key', file('w1.pem')]
    expect(codes(await run(2, ...nowhere))).toEqual(['usage/invalid-option'])
  })

  it('takes no entry by a person that says nothing', async () => {
    const old = join(root, '.bulkhead', 'keys', 'ledger.pub')
    const revoke = ['ledger', 'keys', 'revoke', '--key', old, '--reason', ' ']
    expect(codes(await run(2, ...revoke))).toEqual(['usage/invalid-option'])
    expect(codes(await run(2, 'ledger', 'annotate', '1', ''))).toEqual(['usage/invalid-option'])
  })

  it('is cosigned by a second repository that knows nothing but its branch and a policy', async () => {
    const { policy } = await run(0, 'ledger', 'policy')
    await writeFile(file('for the witness.json'), String(policy))
    const second = await makeRepository(file('second'))
    const branch = 'refs/heads/ledger/production'
    await second.git('fetch', '--quiet', root, `${branch}:${branch}`)
    const mine = ['--verifier-policy', file('for the witness.json')]
    const line = [...witness('w2', '--out', file('by second')), ...mine, '--json']
    const cosign = async () => answerOf(await bulkhead.run(second.path, line))
    const first = await cosign()
    expect(first).toMatchObject({ exitCode: 0, size: 3 })
    // Requests at once, each a process: whoever was not the next to be remembered has cosigned nothing.
    const before = (await readdir(file('w2-state'), { recursive: true })).length
    const answers = await Promise.all([1, 2, 3, 4].map(cosign))
    const won = answers.filter(({ exitCode }) => exitCode === 0)
    expect(won.length).toBeGreaterThan(0)
    for (const lost of answers.filter((one) => !won.includes(one)))
      expect(lost).toMatchObject({ exitCode: 1, findings: [{ code: 'ledger/lost-race' }] })
    const after = (await readdir(file('w2-state'), { recursive: true })).length
    expect(after - before).toBe(won.length)

    const vkey = String(first['vkey'])
    const asked = { witnesses: [{ name: 'second', vkey }], quorum: 1, mostUnwitnessed: 0 }
    await writeFile(file('asks.json'), JSON.stringify({ ...JSON.parse(String(policy)), ...asked }))
    const verify = ['ledger', 'verify', '--verifier-policy', file('asks.json')]
    const witnessed = [...verify, '--witnessed', file('by second')]
    expect(await run(0, ...witnessed)).toMatchObject({ witnessed: 3, size: 3 })
    await run(0, 'ledger', 'annotate', '1', 'after the witness')
    expect(codes(await run(1, ...witnessed))).toEqual(['ledger/no-quorum'])
    await second.git('fetch', '--quiet', root, `${branch}:${branch}`)
    expect(await cosign()).toMatchObject({ exitCode: 0, size: 4 })
    expect(await run(0, ...witnessed)).toMatchObject({ witnessed: 4, size: 4 })
  })

  it('that was cut is cosigned by no witness and verified by nobody who remembers it', async () => {
    const git = (...args: readonly string[]) => project.repository.git(...args)
    const tip = (await git('rev-parse', 'ledger/production')).trim()
    await git('update-ref', 'refs/heads/ledger/production', `${tip}~1`)
    expect(codes(await run(1, ...witness('w2')))).toEqual(['ledger/rewritten'])
    expect(codes(await run(1, 'ledger', 'verify'))).toContain('ledger/rewritten')
    await git('update-ref', 'refs/heads/ledger/production', tip)
    await run(0, 'ledger', 'verify')
    await run(0, ...witness('w2'))
  })

  it('is listed and exported as somebody needs it', async () => {
    const all = await run(0, 'ledger', 'log')
    expect(all).toMatchObject({ size: 4 })
    const beats = await run(0, 'ledger', 'log', '--kind', 'heartbeat', '--since', '2020-01-01')
    expect(beats['entries']).toHaveLength(2)
    expect((await run(0, 'ledger', 'log', '--until', '2020-01-01'))['entries']).toEqual([])
    await run(2, 'ledger', 'log', '--kind', 'nonsense')
    await run(2, 'ledger', 'log', '--since', 'yesterday')
    await run(0, 'ledger', 'export', '--out', file('events.jsonl'))
    const lines = (await readFile(file('events.jsonl'), 'utf8')).trimEnd().split('\n')
    expect(lines.map((line) => (JSON.parse(line) as { type: string }).type)).toEqual([
      'dev.cdeventsx.bulkhead-ledger.created.0.1.0',
      'dev.cdeventsx.bulkhead-ledger.alive.0.1.0',
      'dev.cdeventsx.bulkhead-ledger.alive.0.1.0',
      'dev.cdeventsx.bulkhead-entry.annotated.0.1.0',
    ])
    await run(0, 'ledger', 'export', '--format', 'csv', '--out', file('changes.csv'))
    expect(await readFile(file('changes.csv'), 'utf8')).toMatch(
      /^"environment","commit","artifacts"/,
    )
  })

  it('is verified from a mirror by somebody without the repository', async () => {
    await run(0, 'ledger', 'export', '--mirror', file('mirror'))
    const { policy } = await run(0, 'ledger', 'policy')
    await writeFile(file('mine.json'), String(policy))
    const verify = ['ledger', 'verify', '--log', file('mirror'), '--verifier-policy']
    const outside = answerOf(
      await bulkhead.run(home.path, [...verify, file('mine.json'), '--json']),
    )
    expect(outside).toMatchObject({ exitCode: 0, verdict: 'VERIFIED', size: 4 })
    const bundle = join(file('mirror'), 'tile', 'entries', '000.p', '4')
    const bytes = await readFile(bundle)
    bytes[bytes.byteLength - 9] = (bytes.at(-9) ?? 0) ^ 1
    await writeFile(bundle, bytes)
    expect(codes(await run(1, ...verify, file('mine.json')))).toContain('ledger/rewritten')
    expect(
      codes(
        await run(
          2,
          'ledger',
          'verify',
          '--log',
          home.path,
          '--verifier-policy',
          file('mine.json'),
        ),
      ),
    ).toEqual(['ledger/not-a-ledger'])
  })

  it('says who holds it, and takes no break of a lease that nobody holds', async () => {
    expect(await run(0, 'ledger', 'lease')).toMatchObject({ leases: [] })
    expect(codes(await run(2, 'ledger', 'lease', 'break', '1', '--reason', 'gone'))).toEqual([
      'ledger/illegal-step',
    ])
    expect(await run(0, 'ledger', 'annotate', '1', 'the first beat')).toMatchObject({ index: 4 })
  })

  it('has its key replaced, goes on with the new one, and refuses the old one', async () => {
    for (const name of ['next', 'stranger']) {
      execFileSync('openssl', ['genpkey', '-algorithm', 'ed25519', '-out', file(`${name}.pem`)])
      const pub = ['pkey', '-in', file(`${name}.pem`), '-pubout', '-out', file(`${name}.pub`)]
      execFileSync('openssl', pub)
    }
    const old = join(root, '.bulkhead', 'keys', 'ledger.pub')
    const names = ['--old', old, '--new', file('next.pub'), '--name', 'next']
    await run(0, 'ledger', 'keys', 'rotate', ...names)
    expect(codes(await run(2, 'ledger', 'heartbeat'))).toEqual(['usage/wrong-key'])
    const stranger = ['--keys', file('stranger.pem')]
    expect(codes(await run(2, 'ledger', 'heartbeat', ...stranger))).toEqual(['usage/wrong-key'])
    await run(0, 'ledger', 'heartbeat', '--keys', file('next.pem'))
    expect(await run(0, 'ledger', 'verify', '--from', file('seen'))).toMatchObject({ size: 7 })
    // Whoever begins with the old key follows the log to the new one: no witness, proof or memory ends.
    await run(0, 'ledger', 'verify', '--save', file('seen since'))
    await run(0, 'ledger', 'verify', '--from', file('seen since'))
    await run(0, ...witness('w1', '--out', file('one')))
    await run(0, ...witness('w2', '--checkpoint', file('one'), '--out', file('two')))
    await run(0, 'ledger', 'verify', '--witnessed', file('two'))
    await run(0, 'ledger', 'proof', '6', '--witnessed', file('two'), '--out', file('proof'))
    const proven = await run(0, 'ledger', 'proof', 'verify', file('proof'))
    expect(proven).toMatchObject({ verdict: 'PROVEN', entry: { index: 6, kind: 'heartbeat' } })
    // An auditor who was given the new key by hand believes the log as well, and a proof without it.
    const { policy } = await run(0, 'ledger', 'policy')
    expect(JSON.parse(String(policy))).toMatchObject({
      logKeys: [{ until: 6 }, { name: 'next' }],
    })
    await writeFile(file('both.json'), String(policy))
    const both = ['--verifier-policy', file('both.json')]
    await run(0, 'ledger', 'verify', ...both)
    await run(0, 'ledger', 'proof', 'verify', file('proof'), ...both)
    const untrusting = String(policy).replace('"until": 6', '"until": 2')
    await writeFile(file('both.json'), untrusting)
    await run(0, 'ledger', 'proof', '5', '--out', file('proof'))
    expect(codes(await run(1, 'ledger', 'proof', 'verify', file('proof'), ...both))).toEqual([
      'ledger/revoked-key',
    ])
    const revoke = ['ledger', 'keys', 'revoke', '--key', old, '--from', '4', '--reason', 'stolen']
    await run(0, ...revoke, '--keys', file('next.pem'))
    const taken = await run(1, 'ledger', 'verify')
    expect(taken.findings.map(({ subject }) => subject)).toEqual(['entry 4', 'entry 5'])
    const listed = await run(1, 'ledger', 'log')
    expect(listed).toMatchObject({ verdict: 'REFUSED', findings: taken.findings, size: 8 })
    expect(await run(1, 'ledger', 'export')).toMatchObject({ findings: taken.findings, lines: 0 })
    // What a stolen key wrote is told to who verifies, and keeps nobody from going on.
    await run(0, 'ledger', 'heartbeat', '--keys', file('next.pem'))
    // Somebody has looked at them: they still do not count, are still named, and the log verifies.
    const acknowledge = ['ledger', 'keys', 'acknowledge', '7', '--reason', 'a drill']
    await run(0, ...acknowledge, '--keys', file('next.pem'))
    for (const read of ['verify', 'log'])
      expect(await run(0, 'ledger', read)).toMatchObject({
        verdict: 'VERIFIED',
        acknowledged: [{ subject: 'entry 4' }, { subject: 'entry 5' }],
      })
    expect(codes(await run(2, ...acknowledge, '--keys', file('next.pem')))).toEqual([
      'ledger/illegal-step',
    ])
  })
})
