import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { makeSshSigner, succeed } from '@bulkhead/testkit'
import { InputError } from '@bulkhead/vocabulary'
import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseRevokedKeys, verifyRange } from '../src/index.ts'
import { isRevoked } from '../src/ssh/revoked-keys.ts'
import {
  RECEIPT,
  type Stage,
  codesOf,
  judgeSource,
  setStage,
  signSource,
  unsignedSource,
} from './stage.ts'

let stage: Stage
let signed: string

beforeAll(async () => {
  stage = await setStage()
  signed = signSource(await unsignedSource(stage), stage.ada)
})
afterAll(() => stage[Symbol.asyncDispose]())

const parse = (file: string | Uint8Array) => parseRevokedKeys(Buffer.from(file), 'revoked')
const judge = async (file: string | Uint8Array) =>
  codesOf(await judgeSource(stage, signed, { revokedKeys: parse(file) }))

/** A list as the real ssh-keygen makes it out of `spec`. */
async function makeKrl(spec: string, ...options: readonly string[]): Promise<Buffer> {
  const file = join(stage.home, 'spec')
  const krl = join(stage.home, 'krl')
  await writeFile(file, spec)
  await succeed(['ssh-keygen', '-q', '-k', '-f', krl, ...options, file], { cwd: stage.home })
  return readFile(krl)
}

async function fingerprintOf({ keyFile }: { readonly keyFile: string }): Promise<string> {
  const shown = await succeed(['ssh-keygen', '-lf', `${keyFile}.pub`], { cwd: stage.home })
  return /SHA256:\S+/.exec(shown)?.[0] ?? ''
}

function refusal(bytes: string | Uint8Array): InputError {
  try {
    parse(bytes)
  } catch (error) {
    if (error instanceof InputError) return error
    throw error
  }
  throw new Error('taken')
}

describe('a revocation file of text', () => {
  it.each(['', 'key: ', 'sha256: ', 'KEY:'])('blocks a key named by %jKEY', async (prefix) => {
    expect(await judge(`# lost\n\n${prefix}${stage.ada.publicKey} a comment\r\n`)).toEqual([
      'signature/key-revoked',
    ])
    expect(await judge(`# lost\n\n${prefix}${stage.ben.publicKey} a comment\r\n`)).toEqual([])
  })

  it.each(['', 'hash: ', 'sha256: '])('blocks a key named by %jFINGERPRINT', async (prefix) => {
    const [ada, ben] = [await fingerprintOf(stage.ada), await fingerprintOf(stage.ben)]
    expect(await judge(`${prefix}${ada}\n`)).toEqual(['signature/key-revoked'])
    expect(await judge(`${prefix}${ben}\n`)).toEqual([])
  })

  it('may revoke nobody yet', async () => {
    expect(await judge('')).toEqual([])
    expect(await judge('# nobody\n')).toEqual([])
  })

  it('says revoked of a key that is not allowed either, rather than advise to allow it', async () => {
    const request = { signers: `${stage.ben.email} ${stage.ben.publicKey}\n` }
    const judged = (lost: string) =>
      judgeSource(stage, signed, { ...request, revokedKeys: parse(lost) })
    expect(codesOf(await judged(stage.ada.publicKey))).toEqual(['signature/key-revoked'])
    expect(codesOf(await judged(stage.ben.publicKey))).toEqual(['signature/unknown-signer'])
  })

  it('says invalid of a forgery in the name of a revoked key', async () => {
    const forged = `${signed}x`
    const judged = await judgeSource(stage, forged, { revokedKeys: parse(stage.ada.publicKey) })
    expect(codesOf(judged)).toEqual(['signature/invalid'])
  })

  it('blocks the commits of a range', async () => {
    const head = await stage.store(signed)
    const request = {
      repository: stage.repository,
      range: { base: null, head },
      allowedSigners: stage.allowed,
      receiptTime: RECEIPT,
    }
    const verdicts = async (lost: string) => {
      const { commits } = await verifyRange({ ...request, revokedKeys: parse(lost) })
      return commits.at(-1)?.verdict
    }
    expect(await verdicts(stage.ada.publicKey)).toBe('blocked')
    expect(await verdicts(stage.ben.publicKey)).toBe('passed')
  })

  it.each([
    ['a fingerprint by MD5', 'MD5:00:11:22'],
    ['a fingerprint cut short', 'SHA256:ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD'],
    ['a serial', 'serial: 1'],
    ['a key id', 'id: ada'],
    ['a hash by SHA-1', 'sha1: SHA1:abcd'],
    ['a principal in front, as in allowed_signers', `a@b ${makeSshSigner('Ada').publicKey}`],
    ['a key where a fingerprint belongs', `hash: ${makeSshSigner('Ada').publicKey}`],
    ['a truncated key', makeSshSigner('Ada').publicKey.slice(0, -8)],
    ['a certificate', 'ssh-ed25519-cert-v01@openssh.com AAAA'],
    ['a word', 'revoked'],
    ['a NUL', '\0'],
    ['bytes that are not UTF-8', Buffer.from([0xff, 0x0a])],
  ])('refuses %s, since a skipped line is a key that goes on signing', (_, text) => {
    expect(refusal(text).findings).toMatchObject([{ code: 'policy/invalid-file' }])
  })

  it('names every faulty line, and refuses what is too large', () => {
    const { findings } = refusal('x\n# fine\ny\n')
    expect(findings.map(({ subject }) => subject)).toEqual(['revoked:1', 'revoked:3'])
    expect(refusal(' '.repeat(1024 * 1024 + 1)).findings[0]?.code).toBe('policy/too-large')
  })
})

describe('a key revocation list made by ssh-keygen -k', () => {
  it.each(['', 'key: ', 'sha1: ', 'sha256: '])('blocks a key listed by %jKEY', async (prefix) => {
    const other = `sha256: ${stage.eve.publicKey}\n`
    expect(await judge(await makeKrl(`${other}${prefix}${stage.ada.publicKey}\n`))).toEqual([
      'signature/key-revoked',
    ])
    expect(await judge(await makeKrl(`${other}${prefix}${stage.ben.publicKey}\n`))).toEqual([])
  })

  it('blocks a key listed by its fingerprint', async () => {
    const list = async (person: Stage['ada']) => makeKrl(`hash: ${await fingerprintOf(person)}\n`)
    expect(await judge(await list(stage.ada))).toEqual(['signature/key-revoked'])
    expect(await judge(await list(stage.ben))).toEqual([])
  })

  it('refuses sections that it would have to pass over', async () => {
    const list = await makeKrl(`key: ${stage.ben.publicKey}\n`)
    expect(parse(list).blobs.size).toBe(1)
    const section = (type: number) => Buffer.concat([list, Buffer.from([type, 0, 0, 0, 0])])
    expect(parse(section(2)).blobs.size).toBe(1)
    for (const type of [0, 4, 6, 255]) {
      expect(refusal(section(type)).findings[0]?.message).toContain(`type ${type}`)
    }
  })

  it('refuses another version, hashes of other lengths and a list cut anywhere', async () => {
    const list = await makeKrl(`sha256: ${stage.ben.publicKey}\n`)
    const version = Buffer.from(list)
    version[11] = 2
    expect(refusal(version).findings[0]?.message).toContain('version 2')
    const short = Buffer.concat([list, Buffer.from([5, 0, 0, 0, 5, 0, 0, 0, 1, 7])])
    expect(refusal(short).findings[0]?.message).toContain('wrong length')
    const headerOnly = 8 + 4 + 24 + 4 + 4
    for (let end = 0; end < list.length; end += 1) {
      const cut = list.subarray(0, end)
      if (end > 0 && end !== headerOnly) refusal(cut)
    }
  })

  it('is read without a throw other than findings, whatever the bytes', async () => {
    const list = await makeKrl(`sha1: ${stage.ada.publicKey}\nkey: ${stage.ben.publicKey}\n`)
    const edit = fc.property(
      fc.nat(list.length - 1),
      fc.uint8Array({ maxLength: 60 }),
      (at, raw) => {
        try {
          isRevoked(Buffer.from('x'), parse(Buffer.concat([list.subarray(0, at), raw])))
        } catch (error) {
          expect(error).toBeInstanceOf(InputError)
        }
      },
    )
    fc.assert(edit, { numRuns: 1_000 })
  })
})
