import { execFile } from 'node:child_process'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { openRepository } from '@bulkhead/git'
import { type TemporaryDirectory, temporaryDirectory } from '@bulkhead/testkit'
import { build } from 'rolldown'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import config from '../rolldown.config.ts'
import { auditLog } from '../src/audit/audit-log.ts'
import type { VerifierPolicy } from '../src/audit/verifier-policy.ts'
import { type StoredEntry, gitLedgerStore, logAt, mirrorLog } from '../src/index.ts'
import { writeBundle } from '../src/tlog/entry-bundle.ts'
import { noteKey, writeVerifierKey } from '../src/tlog/note-key.ts'
import { writeNote } from '../src/tlog/signed-note.ts'
import { bundlePath } from '../src/tlog/tiles.ts'
import {
  ATTACKS,
  type Case,
  type ForgedLog,
  NOW,
  forged,
  kept,
  ledger,
  logOf,
  plain,
  policy,
  refused,
} from './attack-corpus.ts'
import { ORIGIN, gitStore, open, writeRelease } from './log-fixture.ts'

interface Ended {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

const PACKAGE = join(dirname(fileURLToPath(import.meta.url)), '..')

describe('verify.mjs, the one file for auditors', () => {
  let home: TemporaryDirectory
  let program: string
  beforeAll(async () => {
    home = await temporaryDirectory()
    program = join(home.path, 'verify.mjs')
    await build({
      ...config,
      cwd: PACKAGE,
      output: { ...config.output, dir: home.path, cleanDir: false },
    })
  })
  afterAll(() => home[Symbol.asyncDispose]())

  const run = (...args: readonly string[]) =>
    new Promise<Ended>((settle) => {
      execFile(
        process.execPath,
        [program, ...args],
        { cwd: home.path },
        (error, stdout, stderr) => {
          const code = typeof error?.code === 'number' ? error.code : error === null ? 0 : -1
          settle({ code, stdout, stderr })
        },
      )
    })

  const file = async (name: string, text: string | Buffer) => {
    const path = join(home.path, name)
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, text)
    return path
  }

  /** The log of a case as a mirror: whatever it holds, with its checkpoint and tiles as they are. */
  async function mirrorOf(name: string, { log }: Case): Promise<string> {
    const entries: StoredEntry[] = []
    for await (const entry of log.read(0)) entries.push(entry)
    const bundle = writeBundle(entries.map(({ bytes }) => bytes))
    await file(join(name, bundlePath({ n: 0, width: entries.length })), bundle)
    for (const path of ['checkpoint', `tile/0/000.p/${entries.length}`]) {
      const bytes = await log.readFile(path)
      if (bytes !== undefined) await file(join(name, path), bytes)
    }
    return join(home.path, name)
  }

  const policyText = ({
    logKeys,
    witnesses,
    principals = {},
    until = {},
    ...rest
  }: VerifierPolicy): string =>
    JSON.stringify({
      ...rest,
      version: 1,
      logKeys: logKeys.map((key) => ({
        name: key.name,
        vkey: writeVerifierKey(noteKey(ORIGIN, key.publicKey)),
        principal: principals[key.name],
        until: until[key.name],
      })),
      witnesses: witnesses.map((key) => ({ name: key.name, vkey: writeVerifierKey(key) })),
    })

  async function both(name: string, wanted: Case) {
    const directory = await mirrorOf(name, wanted)
    return judgedByBoth(name, directory, { ...wanted, log: mirrorLog(directory) })
  }

  /** What both say of a mirror or a clone, and of the same as `wanted` reads it. */
  async function judgedByBoth(name: string, place: string, wanted: Case) {
    const whole = { policy: policy(), now: NOW, ...wanted }
    const args = [place, '--json', '--now', new Date(whole.now).toISOString()]
    args.push('--verifier-policy', await file(`${name}.json`, policyText(whole.policy)))
    for (const option of ['from', 'witnessed'] as const) {
      const checkpoint = wanted[option]
      if (checkpoint !== undefined)
        args.push(`--${option}`, await file(`${name}.${option}`, writeNote(checkpoint.note)))
    }
    const { code, stdout, stderr } = await run(...args)
    expect(stderr).toBe('')
    const { findings: theirs } = JSON.parse(stdout) as { findings: readonly object[] }
    const ours: object[] = []
    const judgements = auditLog(whole)
    for (;;) {
      const next = await judgements.next()
      const said = next.done ? [next.value] : next.value
      ours.push(...said.flatMap(({ findings }) => findings))
      if (next.done) return { code, theirs, ours }
    }
  }

  it.each(Object.entries(ATTACKS))('says what the command line says: %s', async (name, attack) => {
    const slug = name.replaceAll(/[^a-z]+/g, '-')
    const attacked = await both(slug, await attack.attack())
    expect(attacked.theirs).toEqual(attacked.ours)
    expect(attacked.code).toBe(attacked.ours.length === 0 ? 0 : 1)
    const honest = await both(`${slug}-honest`, await attack.honest())
    expect(honest).toMatchObject({ code: 0, theirs: [], ours: [] })
  })

  describe('of a clone', () => {
    /** A clone on whose branch lies exactly this. */
    async function inClone(name: string, log: ForgedLog) {
      await using scene = await gitStore(join(home.path, name))
      const files = [...log.files].map(([path, bytes]) => ({ path, bytes }))
      const at = new Date(NOW).toISOString()
      const { entries } = log
      if (entries.length > 0)
        await scene.store.append({ expected: { tip: null }, entries, files, at })
      return await judgedByBoth(name, scene.fixture.path, { log: await logAt(scene.store) })
    }

    const under = async (log: ForgedLog, checkpoint: ForgedLog) => {
      log.files.set('checkpoint', Buffer.from(writeNote(checkpoint.checkpoint.note)))
      return log
    }
    const rootOf = ({ checkpoint }: ForgedLog) => checkpoint.root.toString('base64')

    it('without the branch says that nothing is known, and names the ways out', async () => {
      const { code, theirs, ours } = await inClone('absent', await logOf([]))
      expect(theirs).toEqual(ours)
      expect(code).toBe(1)
      expect(theirs).toMatchObject([{ code: 'ledger/missing', subject: 'ledger/production' }])
      for (const way of ['git fetch', 'environment', 'bulkhead ledger heartbeat'])
        expect(theirs).toMatchObject([{ remedy: expect.stringContaining(way) as string }])
    })

    it('refuses one without the branch that a remote had, and ends', async () => {
      await using scene = await gitStore(join(home.path, 'unfetched'))
      await writeRelease(await open(scene.store, ledger))
      const clone = join(home.path, 'unfetched-clone')
      await scene.fixture.git('clone', '-q', '.', clone)
      const mine = await file('unfetched.json', policyText(policy()))
      expect(await run(clone, '--verifier-policy', mine)).toMatchObject({
        code: 1,
        stdout: expect.stringMatching(/^ledger\/missing: .* origin had it/) as string,
      })
      await using repository = await openRepository(clone)
      const theirs = logAt(gitLedgerStore({ repository, environment: 'production' }))
      await expect(theirs).rejects.toMatchObject({ findings: [{ code: 'ledger/missing' }] })
    })

    it('under a checkpoint of fewer entries tells an old one from one of other entries', async () => {
      const log = await forged(plain(6))
      const old = await inClone('outgrown', await under(log, await kept(log, 4)))
      expect(old.theirs).toEqual(old.ours)
      expect(old).toMatchObject({ code: 1, theirs: [{ code: 'ledger/bad-checkpoint' }] })
      const other = await forged([...plain(3), refused(9)])
      const rewritten = await inClone('others', await under(await forged(plain(6)), other))
      expect(rewritten.theirs).toEqual(rewritten.ours)
      expect(rewritten).toMatchObject({ code: 1, theirs: [{ code: 'ledger/rewritten' }] })
      const [told] = rewritten.theirs
      for (const root of [rootOf(other), rootOf(await kept(log, 4))])
        expect(told).toMatchObject({ message: expect.stringContaining(root) as string })
    })

    it('under a checkpoint of no entries is told that the log has outgrown it', async () => {
      const log = await under(await forged(plain(3)), await logOf([]))
      const { code, theirs, ours } = await inClone('of-nothing', log)
      expect(theirs).toEqual(ours)
      expect({ code, theirs }).toMatchObject({
        code: 1,
        theirs: [{ code: 'ledger/bad-checkpoint' }],
      })
    })
  })

  it('names both roots of a log that was rewritten at its size', async () => {
    const log = await forged([...plain(8), refused(99)])
    const seen = await forged([...plain(8), refused(98)])
    log.files.set('checkpoint', Buffer.from(writeNote(seen.checkpoint.note)))
    const { code, theirs } = await both('same-size', { log, from: seen.checkpoint })
    const [before, now] = [seen, log].map(({ checkpoint }) => checkpoint.root.toString('base64'))
    const roots = expect.stringMatching(/root /) as string
    expect(code).toBe(1)
    const told = theirs.filter((one) => 'code' in one && one.code === 'ledger/rewritten')
    expect(told).toEqual([
      { ...told[0], message: roots },
      { ...told[1], message: roots },
    ])
    for (const one of told) {
      expect(JSON.stringify(one)).toContain(before)
      expect(JSON.stringify(one)).toContain(now)
    }
  })

  it('refuses a branch that is no ledger in words, and in JSON', async () => {
    await using scene = await gitStore(join(home.path, 'no-ledger'))
    await scene.fixture.git('checkout', '-q', '--orphan', 'ledger/production')
    await scene.fixture.git(
      '-c',
      'user.name=a',
      '-c',
      'user.email=a@b.c',
      'commit',
      '-q',
      '--allow-empty',
      '-m',
      'x',
    )
    const mine = await file('no-ledger.json', policyText(policy()))
    const args = [scene.fixture.path, '--verifier-policy', mine]
    expect(await run(...args)).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/^ledger\/not-a-ledger: /) as string,
      stderr: '',
    })
    const { stdout } = await run(...args, '--json')
    expect(JSON.parse(stdout)).toMatchObject({
      verdict: 'REFUSED',
      findings: [{ code: 'ledger/not-a-ledger' }],
    })
  })

  it('imports nothing but Node', async () => {
    const text = await readFile(program, 'utf8')
    const imports = [...text.matchAll(/^import .* from "([^"]+)"/gm)].map(([, name]) => name)
    expect(imports.length).toBeGreaterThan(0)
    expect(imports.filter((name) => name?.startsWith('node:') !== true)).toEqual([])
  })

  it('reads a clone', async () => {
    await using scene = await gitStore(join(home.path, 'clone'))
    await writeRelease(await open(scene.store, ledger))
    const mine = await file('clone.json', policyText(policy()))
    const verified = await run(scene.fixture.path, '--verifier-policy', mine)
    expect(verified).toMatchObject({ code: 0, stderr: '' })
    expect(verified.stdout).toMatch(/^VERIFIED: 8 entries of ledger\/production, head sha256:/)
  })

  it('reads a long log on all cores, and ends', async () => {
    const log = await forged(plain(2_600))
    const directory = join(home.path, 'long')
    for (const [path, bytes] of log.files) await file(join('long', path), bytes)
    for (let n = 0; n * 256 < 2_600; n += 1) {
      const part = log.entries.slice(n * 256, n * 256 + 256).map(({ bytes }) => bytes)
      await file(join('long', bundlePath({ n, width: part.length })), writeBundle(part))
    }
    const mine = await file('long.json', policyText(policy()))
    const verified = await run(directory, '--verifier-policy', mine, '--json')
    expect(JSON.parse(verified.stdout)).toMatchObject({ verdict: 'VERIFIED', size: 2_600 })
  })

  it.each([
    ['no log', [], 2],
    ['no policy', ['.'], 2],
    ['an unknown option', ['.', '--nonsense'], 2],
    ['a policy that is not there', ['.', '--verifier-policy', 'nowhere'], 2],
    ['an index that is none', ['.', '--verifier-policy', 'clone.json', '--at', 'x'], 2],
    ['a folder that is neither mirror nor clone', ['.', '--verifier-policy', 'clone.json'], 2],
  ])('refuses %s in words', async (_name, args, code) => {
    const ended = await run(...args)
    expect(ended.code).toBe(code)
    expect(ended.stderr).toMatch(/^[a-z]+\/[a-z-]+: /)
  })
})
