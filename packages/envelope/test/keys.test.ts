import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { makePerson, succeed, temporaryDirectory } from '@bulkhead/testkit'
import { InputError } from '@bulkhead/vocabulary'
import { describe, expect, it } from 'vitest'
import { generateKeyPair, parsePrivateKey, parsePublicKey } from '../src/index.ts'

await using home = await temporaryDirectory()
const openssl = async (name: string, ...args: readonly string[]) => {
  const file = join(home.path, name)
  await succeed(['openssl', ...args, '-out', file], { cwd: home.path })
  return readFile(file, 'utf8')
}
const ours = generateKeyPair()
const real = await openssl('real.pem', 'genpkey', '-algorithm', 'ed25519')
const realPublic = await openssl('real.pub', 'pkey', '-in', 'real.pem', '-pubout')
const wrong = {
  rsa: await openssl('rsa.pem', 'genpkey', '-algorithm', 'rsa', '-pkeyopt', 'rsa_keygen_bits:2048'),
  'rsa public': await openssl('rsa.pub', 'pkey', '-in', 'rsa.pem', '-pubout'),
  'pkcs1 rsa': await openssl('pkcs1.pem', 'rsa', '-in', 'rsa.pem', '-traditional'),
  x25519: await openssl('x25519.pem', 'genpkey', '-algorithm', 'x25519'),
  ed448: await openssl('ed448.pem', 'genpkey', '-algorithm', 'ed448'),
  encrypted: await openssl(
    'encrypted.pem',
    'genpkey',
    '-algorithm',
    'ed25519',
    '-aes-256-cbc',
    '-pass',
    'pass:secret',
  ),
  openssh: await readFile((await makePerson('Ada', home.path)).keyFile, 'utf8'),
  'two keys': ours.privateKey + ours.privateKey,
  'junk before': `junk\n${ours.privateKey}`,
  'junk after': `${ours.privateKey}junk`,
  'junk inside': ours.privateKey.replace(/\n(?=.)/, '\n????'),
  'cut short': ours.privateKey.slice(0, 60),
  empty: '',
  huge: ' '.repeat(20_000) + ours.privateKey,
}

const refusal = (parse: () => unknown) => {
  try {
    parse()
  } catch (error) {
    if (error instanceof InputError) return error.findings[0]
    throw error
  }
  return undefined
}

describe('a private key', () => {
  it.each([
    ['ours', ours.privateKey],
    ['made by openssl', real],
    ['with Windows line ends', real.replaceAll('\n', '\r\n')],
  ])('is read: %s', (_name, pem) => {
    expect(parsePrivateKey(Buffer.from(pem), 'gate.pem').id).toMatch(/^sha256:[0-9a-f]{64}$/)
  })

  it.each([...Object.entries(wrong), ['a public key', ours.publicKey]])(
    'is refused, naming the file: %s',
    (_name, pem) => {
      expect(refusal(() => parsePrivateKey(Buffer.from(pem), 'keys/gate.pem'))).toMatchObject({
        code: 'usage/wrong-key',
        subject: 'keys/gate.pem',
      })
    },
  )

  it('says what is wrong without showing the key', () => {
    expect(refusal(() => parsePrivateKey(wrong.encrypted, 'k'))?.message).toContain('passphrase')
    expect(refusal(() => parsePrivateKey(wrong.rsa, 'k'))?.message).toContain('rsa')
    expect(refusal(() => parsePrivateKey(wrong.openssh, 'k'))?.message).toContain('openssh')
    const secret = ours.privateKey.split('\n')[1] ?? ''
    expect(JSON.stringify(refusal(() => parsePublicKey(ours.privateKey, 'k')))).not.toContain(
      secret,
    )
  })
})

describe('a public key', () => {
  it('has the id of its private key', () => {
    expect(parsePublicKey(realPublic, 'k.pub').id).toBe(parsePrivateKey(real, 'k').id)
    expect(parsePublicKey(Buffer.from(ours.publicKey), 'k.pub').id).toBe(
      parsePrivateKey(ours.privateKey, 'k').id,
    )
  })

  it.each([...Object.entries(wrong), ['a private key', ours.privateKey]])(
    'is refused, naming the file: %s',
    (_name, pem) => {
      expect(refusal(() => parsePublicKey(pem, 'keys/gate.pub'))).toMatchObject({
        code: 'usage/wrong-key',
        subject: 'keys/gate.pub',
      })
    },
  )
})
