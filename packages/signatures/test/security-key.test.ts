import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  type SecurityKey,
  type SecurityKeySignOptions,
  type SecurityKeyType,
  makeSecurityKey,
  strings,
} from '@bulkhead/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readSshKey } from '../src/ssh/ssh-key.ts'
import {
  type JudgeOptions,
  type Stage,
  codesOf,
  judgeSource,
  setStage,
  unsignedSource,
  withSignature,
} from './stage.ts'

// PROTOCOL.u2f of OpenSSH; annex/signature-cases.md, 52 and 53.

let stage: Stage
let plain: string

beforeAll(async () => {
  stage = await setStage()
  plain = await unsignedSource(stage)
})
afterAll(() => stage[Symbol.asyncDispose]())

const TYPES: readonly SecurityKeyType[] = [
  'sk-ssh-ed25519@openssh.com',
  'sk-ecdsa-sha2-nistp256@openssh.com',
]

const lineOf = (key: SecurityKey) => `${stage.ada.email} namespaces="git" ${key.publicKey}\n`

async function judge(
  key: SecurityKey,
  options?: SecurityKeySignOptions,
  more?: JudgeOptions,
  source = plain,
): Promise<readonly string[]> {
  const armor = key.sign(Buffer.from(plain, 'latin1'), options)
  const judged = await judgeSource(stage, withSignature(source, armor), {
    signers: lineOf(key),
    ...more,
  })
  return codesOf(judged)
}

/** Whether the real ssh-keygen takes the very same signature under the very same line. */
function sshKeygenAccepts(key: SecurityKey, options?: SecurityKeySignOptions): boolean {
  const [signers, signature] = [join(stage.home, 'sk-signers'), join(stage.home, 'sk-signature')]
  writeFileSync(signers, lineOf(key))
  writeFileSync(signature, key.sign(Buffer.from(plain, 'latin1'), options))
  const argv = ['-Y', 'verify', '-n', 'git', '-I', stage.ada.email, '-f', signers, '-s', signature]
  try {
    execFileSync('ssh-keygen', argv, { input: Buffer.from(plain, 'latin1'), stdio: 'pipe' })
    return true
  } catch {
    return false
  }
}

describe.each(TYPES)('a key of type %s', (type) => {
  it('signs for this commit alone, as ssh-keygen has it', async () => {
    const key = makeSecurityKey('Ada', type)
    expect(await judge(key)).toEqual([])
    expect(sshKeygenAccepts(key)).toBe(true)
    expect(await judge(key, {}, {}, `${plain}x`)).toEqual(['signature/invalid'])
  })

  it('must be touched, unless the caller says that it need not be', async () => {
    const key = makeSecurityKey('Ada', type)
    for (const flags of [0, 4, 0xfe]) {
      expect(await judge(key, { flags })).toEqual(['signature/untouched'])
      expect(await judge(key, { flags }, { requireTouch: true })).toEqual(['signature/untouched'])
      expect(await judge(key, { flags }, { requireTouch: false })).toEqual([])
    }
    expect(await judge(key, { flags: 5 })).toEqual([])
    expect(await judge(key, { flags: 1 }, { requireTouch: true })).toEqual([])
  })

  it.each([
    ['a touch that was not signed', { flags: 0, claimedFlags: 1 }],
    ['a counter that was not signed', { claimedCounter: 8 }],
    ['another application', { application: 'https://example.test' }],
  ])('blocks %s, as ssh-keygen does', async (_, options) => {
    const key = makeSecurityKey('Ada', type)
    expect(await judge(key, options)).toEqual(['signature/invalid'])
    expect(sshKeygenAccepts(key, options)).toBe(false)
    expect(await judge(key)).toEqual([])
  })

  it.each([
    ['no counter', { missing: 4 }],
    ['no flags', { missing: 5 }],
    ['a counter cut short', { missing: 1 }],
    ['bytes after the counter', { trailing: Buffer.alloc(1) }],
    ['the algorithm of a plain key', { algorithm: 'ssh-ed25519' }],
    ['the algorithm of a web page', { algorithm: 'webauthn-sk-ecdsa-sha2-nistp256@openssh.com' }],
    ['the other algorithm', { algorithm: TYPES.find((other) => other !== type) ?? '' }],
  ])('blocks %s, as ssh-keygen does', async (_, options) => {
    const key = makeSecurityKey('Ada', type)
    expect(await judge(key, options)).toEqual(['signature/malformed'])
    expect(sshKeygenAccepts(key, options)).toBe(false)
    expect(await judge(key)).toEqual([])
  })

  it('is unknown when another key is allowed', async () => {
    const [key, other] = [makeSecurityKey('Ada', type), makeSecurityKey('Ada', type)]
    expect(await judge(key, {}, { signers: lineOf(other) })).toEqual(['signature/unknown-signer'])
    expect(await judge(key, {}, { signers: lineOf(key) })).toEqual([])
  })

  it('cannot be read without its application, or with bytes after it', () => {
    const { blob } = makeSecurityKey('Ada', type)
    expect(readSshKey(blob)).toMatchObject({ value: { kind: 'security-key' } })
    const shorter = blob.subarray(0, -strings('ssh:').length)
    for (const wrong of [shorter, Buffer.concat([blob, Buffer.alloc(1)])]) {
      expect(readSshKey(wrong)).toMatchObject({ refusal: { code: 'signature/malformed' } })
    }
  })
})

it('a touch is asked of security keys only', async () => {
  const id = await stage.fixture.commit({ by: stage.ada, message: 'plain key' })
  expect(codesOf(await stage.judge(id, { requireTouch: true }))).toEqual([])
})
