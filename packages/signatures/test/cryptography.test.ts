import { join } from 'node:path'
import {
  type SshKeyType,
  type SshSignOptions,
  makePerson,
  makeSshSigner,
  strings,
  succeed,
} from '@bulkhead/testkit'
import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type Stage,
  codesOf,
  judgeSource,
  setStage,
  signWithSshKeygen,
  unsignedSource,
  withSignature,
} from './stage.ts'

// The numbers are those of annex/signature-cases.md, "Cryptography".

let stage: Stage
let plain: string

beforeAll(async () => {
  stage = await setStage()
  plain = await unsignedSource(stage)
})
afterAll(() => stage[Symbol.asyncDispose]())

/** A signer in the process who commits under Ada's email and is allowed to. */
function allowedSigner(keyType: SshKeyType = 'ed25519') {
  const signer = makeSshSigner('Ada', keyType)
  const signers = `${stage.ada.email} ${signer.publicKey}\n`
  return {
    signer,
    codes: async (options?: SshSignOptions, source = plain) => {
      const armor = signer.sign(Buffer.from(source, 'latin1'), options)
      return codesOf(await judgeSource(stage, withSignature(source, armor), { signers }))
    },
  }
}

const KEY_TYPES: readonly SshKeyType[] = [
  'ed25519',
  'ecdsa-256',
  'ecdsa-384',
  'ecdsa-521',
  'rsa-2048',
  'rsa-3072',
]

describe.each(KEY_TYPES)('a key of type %s made by ssh-keygen', (keyType) => {
  it.each(['sha256', 'sha512'])('47 signs over %s, and for this commit alone', async (hash) => {
    const person = await makePerson(`Ada ${keyType} ${hash}`, stage.home, keyType)
    const signers = `${stage.ada.email} ${person.publicKey}\n`
    const armor = signWithSshKeygen(plain, person, { hash })
    const good = await judgeSource(stage, withSignature(plain, armor), { signers })
    expect(codesOf(good)).toEqual([])
    const other = await judgeSource(stage, withSignature(`${plain}x`, armor), { signers })
    expect(codesOf(other)).toEqual(['signature/invalid'])
  })
})

describe('46, 47 the SSHSIG blob', () => {
  it('46 blocks another namespace than git', async () => {
    const armor = signWithSshKeygen(plain, stage.ada, { namespace: 'file' })
    expect(codesOf(await judgeSource(stage, withSignature(plain, armor)))).toEqual([
      'signature/wrong-namespace',
    ])
    const { codes } = allowedSigner()
    expect(await codes({ namespace: 'git\0' })).toEqual(['signature/wrong-namespace'])
    expect(await codes({ namespace: '' })).toEqual(['signature/wrong-namespace'])
    expect(await codes()).toEqual([])
  })

  it('47 blocks other versions, hashes, reserved fields and trailing bytes', async () => {
    const { codes } = allowedSigner()
    expect(await codes({ version: 2 })).toEqual(['signature/unsupported'])
    expect(await codes({ version: 0 })).toEqual(['signature/unsupported'])
    expect(await codes({ reserved: 'x' })).toEqual(['signature/malformed'])
    expect(await codes({ trailing: Buffer.alloc(1) })).toEqual(['signature/malformed'])
    const inner = (bytes: Buffer) => Buffer.concat([bytes, Buffer.alloc(1)])
    expect(await codes({ reshape: inner })).toEqual(['signature/malformed'])
  })
})

describe('base64', () => {
  it('has no bits beyond its last byte: one signature, one text', async () => {
    const signer = makeSshSigner('Ada', 'ecdsa-256')
    const signers = `${stage.ada.email} ${signer.publicKey}\n`
    const judge = async (armor: string) =>
      codesOf(await judgeSource(stage, withSignature(plain, armor), { signers }))
    const trailing = /([AQgw])(==?\n-----END)/
    let armor = ''
    while (!trailing.test(armor)) armor = signer.sign(Buffer.from(plain, 'latin1'))
    const next = (last: string) => String.fromCodePoint((last.codePointAt(0) ?? 0) + 1)
    const other = armor.replace(trailing, (_, last: string, rest: string) => next(last) + rest)
    expect(Buffer.from(other, 'base64')).toEqual(Buffer.from(armor, 'base64'))
    expect(await judge(armor)).toEqual([])
    expect(await judge(other)).toEqual(['signature/malformed'])
  })
})

describe('48, 51, 53 algorithms', () => {
  it('48 blocks SHA-1, DSA and RSA below 2048 bits', async () => {
    expect(await allowedSigner('rsa-2048').codes({ algorithm: 'ssh-rsa' })).toEqual([
      'signature/weak-key',
    ])
    const zeros = Buffer.alloc(20, 1)
    const dsa = strings('ssh-dss', zeros, zeros, zeros, zeros)
    expect(await allowedSigner().codes({ claimedKey: dsa })).toEqual(['signature/weak-key'])

    const keyFile = join(stage.home, 'rsa1024')
    await succeed(['ssh-keygen', '-q', '-t', 'rsa', '-b', '1024', '-N', '', '-f', keyFile], {
      cwd: stage.home,
    })
    const publicKey = await readFile(`${keyFile}.pub`, 'utf8')
    const armor = signWithSshKeygen(plain, { ...stage.ada, keyFile })
    const signers = `${stage.ada.email} ${publicKey}`
    const source = withSignature(plain, armor)
    expect(codesOf(await judgeSource(stage, source, { signers }))).toEqual(['signature/weak-key'])
    expect(codesOf(await judgeSource(stage, source))).toEqual(['signature/weak-key'])
  })

  it('51 does not believe the key inside the signature, nor a signature of another algorithm', async () => {
    const { signer, codes } = allowedSigner()
    const stranger = makeSshSigner('Eve')
    expect(await codes({ claimedKey: stranger.blob })).toEqual(['signature/unknown-signer'])
    const armor = stranger.sign(Buffer.from(plain, 'latin1'), { claimedKey: signer.blob })
    const signers = `${stage.ada.email} ${signer.publicKey}\n`
    expect(codesOf(await judgeSource(stage, withSignature(plain, armor), { signers }))).toEqual([
      'signature/invalid',
    ])
    for (const algorithm of ['rsa-sha2-512', 'ssh-ed25519-cert-v01@openssh.com', '']) {
      expect(await codes({ algorithm })).toEqual(['signature/malformed'])
    }
    expect(await allowedSigner('rsa-2048').codes({ algorithm: 'ssh-ed25519' })).toEqual([
      'signature/malformed',
    ])
    expect(await allowedSigner('rsa-2048').codes({ algorithm: 'rsa-sha2-256' })).toEqual([
      'signature/invalid',
    ])
  })

  it.each([
    'webauthn-sk-ecdsa-sha2-nistp256@openssh.com',
    'ssh-ed25519-cert-v02@openssh.com',
    'ssh-dss-cert-v01@openssh.com',
    'mldsa44-ed25519@openssh.com',
    'nobody-knows',
    '\u001b[31mred',
  ])('52, 53 blocks a key of type %j as unsupported', async (type) => {
    const claimedKey = strings(type, Buffer.alloc(32))
    expect(await allowedSigner().codes({ claimedKey })).toEqual(['signature/unsupported'])
    const signer = makeSshSigner('Ada')
    const armor = signer.sign(Buffer.from(plain, 'latin1'), { claimedKey })
    const signers = `${stage.ada.email} ${type} ${claimedKey.toString('base64')}\n`
    if (type.startsWith('\u001b')) return // No line of a policy can name it.
    const judged = await judgeSource(stage, withSignature(plain, armor), { signers })
    expect(codesOf(judged)).toEqual(['signature/unsupported'])
  })
})

describe('7, 49, 54 forms of one signature', () => {
  it('49 takes an RSA signature that is shorter than its modulus', async () => {
    const { signer } = allowedSigner('rsa-2048')
    const signers = `${stage.ada.email} ${signer.publicKey}\n`
    const lengths: number[] = []
    const reshape = (signature: Buffer) => {
      const short = signature.subarray(signature.findIndex((byte) => byte !== 0))
      lengths.push(short.length)
      return short
    }
    let source = ''
    while (!lengths.includes(255)) {
      const text = `${plain}${lengths.length}`
      source = withSignature(text, signer.sign(Buffer.from(text, 'latin1'), { reshape }))
    }
    expect(codesOf(await judgeSource(stage, source, { signers }))).toEqual([])
  })

  it('49 blocks an RSA signature that is longer, shorter by a byte that counts, or empty', async () => {
    const { codes } = allowedSigner('rsa-2048')
    expect(await codes({ reshape: (s) => Buffer.concat([Buffer.alloc(1), s]) })).toEqual([
      'signature/malformed',
    ])
    expect(await codes({ reshape: (s) => s.subarray(0, -1) })).toEqual(['signature/invalid'])
    expect(await codes({ reshape: () => Buffer.alloc(0) })).toEqual(['signature/malformed'])
  })

  it('7 takes the other s of an ECDSA signature: the same statement, another commit id', async () => {
    const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n
    const flip = (signature: Buffer) => {
      const size = signature.readUInt32BE(0)
      const r = signature.subarray(4, 4 + size)
      const s = BigInt(`0x${signature.subarray(8 + size).toString('hex')}`)
      return strings(r, Buffer.from(`00${(order - s).toString(16).padStart(64, '0')}`, 'hex'))
    }
    expect(await allowedSigner('ecdsa-256').codes({ reshape: flip })).toEqual([])
  })

  it('blocks ECDSA halves that are zero, negative, too long or followed by bytes', async () => {
    const { codes } = allowedSigner('ecdsa-256')
    const reshape = (bytes: Buffer) => ({ reshape: () => bytes })
    const one = Buffer.from([1])
    expect(await codes(reshape(strings(Buffer.alloc(0), Buffer.alloc(0))))).toEqual([
      'signature/invalid',
    ])
    expect(await codes(reshape(strings(Buffer.from([0x80]), one)))).toEqual(['signature/malformed'])
    expect(await codes(reshape(strings(Buffer.alloc(40, 1), one)))).toEqual(['signature/malformed'])
    expect(await codes(reshape(strings(one, one, one)))).toEqual(['signature/malformed'])
  })

  it('54 blocks an Ed25519 signature whose S is not reduced', async () => {
    const order = 2n ** 252n + 27742317777372353535851937790883648493n
    const unreduced = (signature: Buffer) => {
      const s = BigInt(`0x${Buffer.from(signature.subarray(32).toReversed()).toString('hex')}`)
      const larger = Buffer.from((s + order).toString(16).padStart(64, '0'), 'hex').toReversed()
      return Buffer.concat([signature.subarray(0, 32), larger])
    }
    expect(await allowedSigner().codes({ reshape: unreduced })).toEqual(['signature/invalid'])
    expect(await allowedSigner().codes({ reshape: (s) => s.subarray(0, 63) })).toEqual([
      'signature/malformed',
    ])
  })
})

describe('formats that are not verified yet', () => {
  it.each([
    ['PGP SIGNATURE', 'openpgp'],
    ['PGP MESSAGE', 'openpgp'],
    ['SIGNED MESSAGE', 'x509'],
  ])('blocks %s by name', async (name, format) => {
    const armor = `-----BEGIN ${name}-----\n\nabcd\n-----END ${name}-----\n`
    const judged = await judgeSource(stage, withSignature(plain, armor))
    expect(judged).toMatchObject({ format, findings: [{ code: 'signature/unsupported' }] })
  })
})
