import { execFileSync } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { makeOpenPgpSigner, makeSshSigner, signedHistory } from '@bulkhead/testkit'
import type { CommitId } from '@bulkhead/vocabulary'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { judgeCommit, verifyRange } from '../src/index.ts'
import {
  type OpenPgpRepository,
  type OpenPgpStage,
  judgeText,
  makeOpenPgpRepository,
  noGpg,
  setOpenPgpStage,
  signersOf,
  sshSigners,
} from './openpgp-stage.ts'
import { RECEIPT, armorOf, codesOf, parse, setStage, withSignature } from './stage.ts'

const MADE = '20260101T000000'
const SIGNED = '20260301T000000'

/** What git and gpg take and we block, on purpose; docs/signatures.md says why for each. */
const DIVERGENCES = new Set(['signature/malformed', 'signature/multiple', 'signature/unsupported'])

describe('a range', () => {
  it('may mix SSH and OpenPGP, and one strange OpenPGP key is found', async () => {
    await using stage = await setStage()
    const [ssh, pgp, eve] = [
      makeSshSigner('Sam'),
      makeOpenPgpSigner('Pat'),
      makeOpenPgpSigner('Eve', 'rsa-2048'),
    ]
    const { path } = stage.fixture
    const history = await signedHistory({ path, commits: 31, signers: [ssh, pgp, eve] })
    const openPgpSigners = await signersOf(pgp.certificate, [pgp.email])
    const allowedSigners = parse(`${ssh.email} namespaces="git" ${ssh.publicKey}\n`)
    const range = { base: history.base, head: history.head }
    const { repository } = stage
    const request = { repository, range, allowedSigners, receiptTime: RECEIPT }
    const judged = await verifyRange({ ...request, openPgpSigners })
    expect(judged.counts).toEqual({ commits: 31, passed: 21, blocked: 10 })
    const both = [...openPgpSigners, ...(await signersOf(eve.certificate, [eve.email]))]
    const all = await verifyRange({ ...request, openPgpSigners: both })
    expect(all.counts).toEqual({ commits: 31, passed: 31, blocked: 0 })
  })

  it('of SSH signatures alone never loads the OpenPGP library', () => {
    const index = new URL('../src/index.ts', import.meta.url).href
    const script = `
      import { registerHooks } from 'node:module'
      const seen = []
      registerHooks({ load: (url, context, next) => { seen.push(url); return next(url, context) } })
      const room = await import(${JSON.stringify(index)})
      const before = seen.some((url) => url.includes('node_modules/openpgp/'))
      await room.parseOpenPgpCertificates(Buffer.from(process.argv[1]), 'keys.asc')
      console.log(before, seen.some((url) => url.includes('node_modules/openpgp/')))`
    const { certificate } = makeOpenPgpSigner('Pat')
    const argv = ['--input-type=module', '-e', script, '--', certificate]
    expect(execFileSync(process.execPath, argv).toString().trim()).toBe('false true')
  })
})

describe.skipIf(noGpg)('compared with git verify-commit and gpg', () => {
  let stage: OpenPgpStage
  let play: OpenPgpRepository
  beforeAll(async () => {
    stage = await setOpenPgpStage()
    play = await makeOpenPgpRepository(stage, 'sha256')
  })
  afterAll(async () => {
    await play[Symbol.asyncDispose]()
    await stage[Symbol.asyncDispose]()
  })

  const compare = async (commit: CommitId, key: string, month: number) => {
    const { bytes } = await play.repository.readObject(commit)
    const signers = await signersOf(await stage.home.exportKey(key))
    const receiptTime = Date.UTC(2026, month - 1, 15)
    const at = `2026${String(month).padStart(2, '0')}15T000000`
    const request = { commit, bytes, allowedSigners: sshSigners, openPgpSigners: signers }
    const codes = codesOf(judgeCommit({ ...request, receiptTime }))
    return { git: await play.gitAccepts(commit, at), codes }
  }

  it('agrees on good, expired, revoked and subkeys, in a repository of SHA-256', async () => {
    const { home } = stage
    const make = (name: string, extra = {}) =>
      home.makeKey({ name, algorithm: 'ed25519', at: MADE, ...extra })
    const good = await make('Good')
    const expiring = await make('Expiring', { expires: '20260401T000000' })
    const revoked = await make('Revoked')
    const primary = await make('Primary', { usage: 'cert' })
    const subkey = await home.addKey(primary, 'ed25519', 'sign', { at: MADE })
    const commits = await [good, expiring, revoked, subkey].reduce<Promise<CommitId[]>>(
      async (before, key) => [...(await before), await play.commit('text', key, { at: SIGNED })],
      Promise.resolve([]),
    )
    await home.revoke(revoked, 'compromised', { at: '20260501T000000' })
    const [first, second, third, fourth] = commits
    if (first === undefined || second === undefined) throw new Error('no commits')
    if (third === undefined || fourth === undefined) throw new Error('no commits')
    expect(await compare(first, good, 6)).toEqual({ git: true, codes: [] })
    expect(await compare(second, expiring, 3)).toEqual({ git: true, codes: [] })
    const late = { git: false, codes: ['signature/key-not-valid'] }
    expect(await compare(second, expiring, 6)).toEqual(late)
    const dead = { git: false, codes: ['signature/key-revoked'] }
    expect(await compare(third, revoked, 6)).toEqual(dead)
    expect(await compare(fourth, primary, 6)).toEqual({ git: true, codes: [] })
  })

  it('takes nothing that git refuses, and blocks beyond git only where it means to', async () => {
    await using plain = await makeOpenPgpRepository(stage)
    const { home } = stage
    const key = await home.makeKey({ name: 'Change', algorithm: 'ed25519', at: MADE })
    const signers = await signersOf(await home.exportKey(key))
    const commit = await plain.commit('text', key, { at: SIGNED })
    const signed = (await plain.repository.readObject(commit)).bytes.toString('latin1')
    const armor = armorOf(signed)
    const source = signed.replace(/^gpgsig .*\n(?: .*\n)*/m, '')
    const packet = armor.split('\n\n')[1]?.replace(/\n-----END[^]*/, '') ?? ''
    const sources: Readonly<Record<string, string>> = {
      nothing: signed,
      comment: withSignature(source, armor.replace('\n\n', '\nComment: x\n\n')),
      'no signature': source,
      message: `${signed}more`,
      twice: withSignature(signed, armor),
      'junk after': withSignature(source, `${armor}junk`),
      'junk before': withSignature(source, `junk\n${armor}`),
      'two blocks': withSignature(source, armor + armor),
      cut: withSignature(source, armor.slice(0, 90)),
      'two packets': withSignature(source, armor.replace(packet, `${packet}\n${packet}`)),
      'not a signature': withSignature(source, armor.replaceAll('SIGNATURE', 'MESSAGE')),
    }
    const told: Record<string, string> = {}
    for (const [name, text] of Object.entries(sources)) {
      const file = join(stage.folder, 'object')
      await writeFile(file, text, 'latin1')
      const id = await plain.fixture.git('hash-object', '-t', 'commit', '-w', '--literally', file)
      const git = await plain.fixture
        .git('-c', `gpg.program=${await home.program(SIGNED)}`, 'verify-commit', id.trim())
        .then(
          () => true,
          () => false,
        )
      const codes = codesOf(judgeText(text, signers))
      told[name] = `git ${git}, we ${codes.join()}`
      if (!git) expect(codes, name).not.toEqual([])
      else
        expect(
          codes.filter((code) => !DIVERGENCES.has(code)),
          name,
        ).toEqual([])
    }
    expect(told['nothing']).toBe('git true, we ')
    expect(told['comment']).toBe('git true, we ')
    expect(told['junk after']).toBe('git true, we signature/malformed')
  })
})
