import { copyFile, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type SshKeyType, makePerson, strings, succeed } from '@bulkhead/testkit'
import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { judgeCommit, parseRevokedKeys } from '../src/index.ts'
import { readCertificate } from '../src/ssh/ssh-certificate.ts'
import {
  type JudgeOptions,
  RECEIPT,
  type Stage,
  armorOf,
  codesOf,
  judgeSource,
  parse,
  setStage,
  signWithSshKeygen,
  unsignedSource,
  withSignature,
} from './stage.ts'

// PROTOCOL.certkeys and PROTOCOL.krl of OpenSSH; annex/signature-cases.md, 52.

type Person = Stage['ada']
let stage: Stage
let plain: string
let ca: Person
let rival: Person
const FOREVER = 'always:forever'

beforeAll(async () => {
  stage = await setStage()
  plain = await unsignedSource(stage)
  ;[ca, rival] = [await makePerson('Ca', stage.home), await makePerson('Rival', stage.home)]
})
afterAll(() => stage[Symbol.asyncDispose]())

interface CertificateRequest {
  readonly by?: Person
  readonly principals?: string
  readonly valid?: string
  readonly options?: readonly string[]
  readonly of?: Person
}

let count = 0
/** A certificate that the real ssh-keygen made, with the key that it certifies beside it. */
async function certify(request: CertificateRequest = {}): Promise<Person> {
  const { by = ca, principals = stage.ada.email, valid = FOREVER, of = stage.ada } = request
  const { options = [] } = request
  const keyFile = join(stage.home, `certified-${(count += 1)}`)
  await copyFile(of.keyFile, keyFile)
  await copyFile(`${of.keyFile}.pub`, `${keyFile}.pub`)
  const named = principals === '' ? [] : ['-n', principals]
  const asked = ['-s', by.keyFile, '-I', 'ada-id', ...named, '-V', valid, ...options]
  await succeed(['ssh-keygen', '-q', ...asked, `${keyFile}.pub`], { cwd: stage.home })
  const [type, blob] = (await readFile(`${keyFile}-cert.pub`, 'utf8')).split(' ')
  return { ...of, keyFile: `${keyFile}-cert.pub`, publicKey: `${type} ${blob}` }
}

const line = (options = '', of = ca, emails = stage.ada.email) =>
  `${emails} cert-authority,namespaces="git"${options} ${of.publicKey}\n`
const signed = (by: Person, options = {}) =>
  withSignature(plain, signWithSshKeygen(plain, by, options))

const judge = (source: string, options: JudgeOptions = {}) =>
  judgeSource(stage, source, { signers: line(), ...options })
const codes = async (by: Person, more?: JudgeOptions) => codesOf(await judge(signed(by), more))
const gitAccepts = async (by: Person, signers = line()) =>
  stage.gitAccepts(await stage.store(signed(by)), signers)

describe('a commit signed with a certificate', () => {
  it('passes when its authority is named, and git says the same of the cryptography', async () => {
    const ada = await certify()
    expect(await judge(signed(ada))).toMatchObject({
      verdict: 'passed',
      principal: stage.ada.email,
      role: 'person',
      format: 'ssh',
    })
    expect(await gitAccepts(ada)).toBe(true)
    const other = withSignature(plain.replace('subject', 'Subject'), armorOf(signed(ada)))
    expect(codesOf(await judge(other))).toEqual(['signature/invalid'])
    expect(await stage.gitAccepts(await stage.store(other), line())).toBe(false)
  })

  it.each<SshKeyType>(['ecdsa-256', 'ecdsa-384', 'ecdsa-521', 'rsa-2048'])(
    'passes with keys and authorities of %s',
    async (type) => {
      const [by, of] = [
        await makePerson(`Ca ${type}`, stage.home, type),
        { ...(await makePerson(`Ada ${type}`, stage.home, type)), email: stage.ada.email },
      ]
      const ada = await certify({ by, of })
      expect(await codes(ada, { signers: line('', by) })).toEqual([])
      expect(await gitAccepts(ada, line('', by))).toBe(true)
      expect(await codes(ada, { signers: line('', rival) })).toEqual(['signature/unknown-signer'])
      expect(await gitAccepts(ada, line('', rival))).toBe(false)
    },
  )

  it('passes for each principal that line and certificate both name', async () => {
    const { ada, ben } = stage
    const both = `${ada.email},${ben.email}`
    const asBen = plain.replaceAll(ada.email, ben.email)
    const judgeAs = async (source: string, by: Person, signers: string) =>
      codesOf(await judge(withSignature(source, signWithSshKeygen(source, by)), { signers }))
    const [own, shared] = [await certify(), await certify({ principals: both })]
    expect(await judgeAs(asBen, shared, line('', ca, both))).toEqual([])
    expect(await judgeAs(plain, own, line('', ca, both))).toEqual([])
    expect(await judgeAs(asBen, own, line('', ca, both))).toEqual(['signature/wrong-committer'])
    expect(await judgeAs(asBen, shared, line())).toEqual(['signature/wrong-committer'])
  })

  it('is blocked when the certificate names another, and not when it names the committer too', async () => {
    const strange = await certify({ principals: 'root' })
    expect(await codes(strange)).toEqual(['signature/wrong-committer'])
    expect(await codes(await certify({ principals: `root,${stage.ada.email}` }))).toEqual([])
  })

  it('says whose role it is, by the principal of the policy', async () => {
    const bot = { name: 'builder', role: 'bot', committers: [stage.ada.email] } as const
    const source = signed(await certify())
    const id = await stage.store(source)
    const { bytes } = await stage.repository.readObject(id)
    const allowedSigners = parse(line(), [bot])
    expect(judgeCommit({ commit: id, bytes, allowedSigners, receiptTime: RECEIPT })).toMatchObject({
      principal: 'builder',
      role: 'bot',
    })
  })
})

describe('52 an authority', () => {
  it('must be marked as one', async () => {
    const ada = await certify()
    const unmarked = `${stage.ada.email} namespaces="git" ${ca.publicKey}\n`
    const judged = await judge(signed(ada), { signers: unmarked })
    expect(codesOf(judged)).toEqual(['signature/unknown-signer'])
    expect(judged.findings[0]?.remedy).toContain(
      `${stage.ada.email} cert-authority,namespaces="git" ${ca.publicKey}`,
    )
    expect(await gitAccepts(ada, unmarked)).toBe(false)
  })

  it('signs nothing itself', async () => {
    expect(await codes(ca)).toEqual(['signature/bad-certificate'])
    expect(await gitAccepts(ca)).toBe(false)
    const unmarked = `${stage.ada.email} namespaces="git" ${ca.publicKey}\n`
    expect(await codes(ca, { signers: unmarked })).toEqual([])
  })

  it('does not vouch for a plain key, nor does the plain key for its certificate', async () => {
    expect(await codes(stage.ada)).toEqual(['signature/unknown-signer'])
    const own = `${stage.ada.email} namespaces="git" ${stage.ada.publicKey}\n`
    expect(await codes(await certify(), { signers: own })).toEqual(['signature/unknown-signer'])
    expect(await codes(stage.ada, { signers: own + line() })).toEqual([])
    expect(await codes(await certify(), { signers: own + line() })).toEqual([])
  })

  it('is not a certificate that stands in the place of a key', async () => {
    const ada = await certify()
    const listed = `${stage.ada.email} namespaces="git" ${ada.publicKey}\n`
    expect(await codes(ada, { signers: listed })).toEqual(['signature/unknown-signer'])
  })

  it('may be limited by namespaces and time', async () => {
    const ada = await certify()
    const only = `${stage.ada.email} cert-authority,namespaces="file" ${ca.publicKey}\n`
    expect(await codes(ada, { signers: only })).toEqual(['signature/wrong-namespace'])
    expect(await codes(ada, { signers: line(',valid-before="20260101Z"') })).toEqual([
      'signature/key-not-valid',
    ])
    expect(await codes(ada, { signers: line(',valid-before="20270101Z"') })).toEqual([])
    const elsewhere = signed(ada, { namespace: 'file' })
    expect(codesOf(await judge(elsewhere))).toEqual(['signature/wrong-namespace'])
  })

  it('must have a key as strong as the policy asks', async () => {
    const by = await makePerson('Short', stage.home, 'rsa-2048')
    const ada = await certify({ by })
    const rules = (rsaBits: number) => ({ author: 'any', rsaBits }) as const
    expect(await codes(ada, { signers: line('', by), rules: rules(3_072) })).toEqual([
      'signature/weak-key',
    ])
    expect(await codes(ada, { signers: line('', by), rules: rules(2_048) })).toEqual([])
  })
})

describe('a certificate', () => {
  it('counts within its time, by the time of receipt', async () => {
    const ada = await certify({ valid: '20260501000000Z:20260701000000Z' })
    const at = (receiptTime: number) => codes(ada, { receiptTime })
    expect(await at(Date.UTC(2026, 4, 1))).toEqual([])
    expect(await at(Date.UTC(2026, 6, 1) - 1)).toEqual([])
    expect(await at(Date.UTC(2026, 4, 1) - 1)).toEqual(['signature/key-not-valid'])
    expect(await at(Date.UTC(2026, 6, 1))).toEqual(['signature/key-not-valid'])
    expect(await at(Number.NaN)).toEqual(['signature/key-not-valid'])
  })

  it.each([
    ['of a host', { options: ['-h'] }],
    ['for nobody in particular', { principals: '' }],
    ['that forces a command', { options: ['-O', 'force-command=true'] }],
    ['for some addresses', { options: ['-O', 'source-address=127.0.0.0/8'] }],
    ['with an unknown critical option', { options: ['-O', 'critical:x@example.test=1'] }],
  ])('%s may not sign', async (_, request) => {
    expect(await codes(await certify(request))).toEqual(['signature/bad-certificate'])
  })

  it('may have extensions, known or not, and a serial', async () => {
    const options = ['-O', 'clear', '-O', 'permit-pty', '-O', 'extension:x@example.test=1']
    expect(await codes(await certify({ options: [...options, '-z', '77'] }))).toEqual([])
  })

  it('must be signed by its authority, over all of it', async () => {
    const ada = await certify()
    const [type = '', base64 = ''] = ada.publicKey.split(' ')
    const blob = Buffer.from(base64, 'base64')
    expect(readCertificate(blob)).toMatchObject({ kind: 'read', value: { keyId: 'ada-id' } })
    const forged = Buffer.from(blob)
    const at = forged.indexOf('ada-id')
    forged.write('eve-id', at)
    const armor = armorOf(signed(ada))
    const swap = (into: Buffer) => {
      const raw = Buffer.from(
        armor
          .split('\n')
          .filter((text) => !text.startsWith('-----'))
          .join(''),
        'base64',
      )
      const place = raw.indexOf(blob)
      const parts = [raw.subarray(0, place), into, raw.subarray(place + blob.length)]
      const lines =
        Buffer.concat(parts)
          .toString('base64')
          .match(/.{1,70}/g) ?? []
      const begin = '-----BEGIN SSH SIGNATURE-----'
      return [begin, ...lines, '-----END SSH SIGNATURE-----'].join('\n')
    }
    expect(type).toBe('ssh-ed25519-cert-v01@openssh.com')
    expect(codesOf(await judge(withSignature(plain, swap(blob))))).toEqual([])
    expect(codesOf(await judge(withSignature(plain, swap(forged))))).toEqual([
      'signature/bad-certificate',
    ])
  })

  it('by a rival authority in the name of the trusted one is refused', async () => {
    const ada = await certify({ by: rival })
    expect(await codes(ada)).toEqual(['signature/unknown-signer'])
    expect(await codes(ada, { signers: line('', rival) })).toEqual([])
  })

  it('by a certificate is refused', async () => {
    const nested = strings('ssh-ed25519-cert-v01@openssh.com', Buffer.alloc(32))
    const [, text = ''] = (await certify()).publicKey.split(' ')
    const [, key = ''] = ca.publicKey.split(' ')
    const [blob, authority] = [Buffer.from(text, 'base64'), strings(Buffer.from(key, 'base64'))]
    const place = blob.indexOf(authority)
    const parts = [
      blob.subarray(0, place),
      strings(nested),
      blob.subarray(place + authority.length),
    ]
    expect(readCertificate(Buffer.concat(parts))).toMatchObject({
      kind: 'refused',
      refusal: { code: 'signature/bad-certificate' },
    })
  })

  it('is read without a throw, whatever the bytes', async () => {
    const [, text = ''] = (await certify()).publicKey.split(' ')
    const blob = Buffer.from(text, 'base64')
    for (let end = 0; end < blob.length; end += 1) {
      expect(readCertificate(blob.subarray(0, end)).kind).toBe('refused')
    }
    const law = fc.property(
      fc.nat(blob.length - 1),
      fc.uint8Array({ maxLength: 40 }),
      (at, raw) => {
        readCertificate(Buffer.concat([blob.subarray(0, at), raw, blob.subarray(at + raw.length)]))
      },
    )
    fc.assert(law, { numRuns: 1_000 })
    expect(readCertificate(Buffer.concat([blob, Buffer.from([0])])).kind).toBe('refused')
  })
})

describe('a revoked certificate', () => {
  const revokedBy = async (spec: string | undefined, authority?: Person) => {
    const [file, krl] = [join(stage.home, 'spec'), join(stage.home, 'krl')]
    await writeFile(file, spec ?? '')
    const of = authority === undefined ? [] : ['-s', `${authority.keyFile}.pub`]
    await succeed(['ssh-keygen', '-q', '-k', '-f', krl, ...of, file], { cwd: stage.home })
    return parseRevokedKeys(await readFile(krl), 'revoked')
  }
  const REVOKED = ['signature/key-revoked']

  it.each([
    ['its serial', 'serial: 40\n', 'serial: 41\n'],
    ['a range of serials', 'serial: 30-40\n', 'serial: 41-50\n'],
    [
      'a map of serials',
      'serial: 38\nserial: 40\nserial: 42\n',
      'serial: 37\nserial: 39\nserial: 41\n',
    ],
    ['a wide range', 'serial: 1-18446744073709551615\n', 'serial: 41-18446744073709551615\n'],
    ['its key id', 'id: ada-id\n', 'id: ada\n'],
  ])('is refused by %s, and not by another', async (_, own, other) => {
    const ada = await certify({ options: ['-z', '40'] })
    expect(await codes(ada, { revokedKeys: await revokedBy(own, ca) })).toEqual(REVOKED)
    expect(await codes(ada, { revokedKeys: await revokedBy(other, ca) })).toEqual([])
    expect(await codes(ada, { revokedKeys: await revokedBy(own, rival) })).toEqual([])
  })

  it('is refused by the key inside, by its authority, and as itself', async () => {
    const ada = await certify({ options: ['-z', '40'] })
    const { eve } = stage
    for (const lost of [stage.ada, ca, ada]) {
      expect(await codes(ada, { revokedKeys: await revokedBy(`${lost.publicKey}\n`) })).toEqual(
        REVOKED,
      )
    }
    for (const lost of [stage.ada, ca]) {
      const revokedKeys = parseRevokedKeys(Buffer.from(`${lost.publicKey}\n`), 'revoked')
      expect(await codes(ada, { revokedKeys })).toEqual(REVOKED)
    }
    expect(await codes(ada, { revokedKeys: await revokedBy(`${eve.publicKey}\n`) })).toEqual([])
    const renewed = await certify({ options: ['-z', '41'] })
    expect(await codes(renewed, { revokedKeys: await revokedBy(`${ada.publicKey}\n`) })).toEqual([])
  })

  it('of a revoked authority is not met with the advice to allow that', async () => {
    const ada = await certify()
    const revokedKeys = await revokedBy(`${ca.publicKey}\n`)
    expect(await codes(ada, { revokedKeys, signers: line('', rival) })).toEqual(REVOKED)
  })

  it('agrees with ssh-keygen about many serials', async () => {
    const listed = [3, 5, 6, 7, 8, 9, 64, 65, 127, 128, 1_000, 1_001, 5_000]
    const revokedKeys = await revokedBy(listed.map((serial) => `serial: ${serial}\n`).join(''), ca)
    const krl = join(stage.home, 'krl')
    for (const serial of [1, 2, 3, 4, 9, 10, 63, 64, 66, 128, 129, 999, 1_001, 1_002]) {
      const ada = await certify({ options: ['-z', `${serial}`] })
      const query = succeed(['ssh-keygen', '-Q', '-f', krl, ada.keyFile], { cwd: stage.home })
      const isGood = await query.then(
        () => true,
        () => false,
      )
      expect(isGood).toBe(!listed.includes(serial))
      expect(await codes(ada, { revokedKeys })).toEqual(isGood ? [] : REVOKED)
    }
  })
})
