import { InputError } from '@bulkhead/vocabulary'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type OpenPgpStage,
  PLAIN,
  judgeArmor,
  noGpg,
  setOpenPgpStage,
  signersOf,
} from './openpgp-stage.ts'
import { codesOf } from './stage.ts'

const MADE = '20260101T000000'
const SIGNED = '20260301T000000'
const at = (month: number) => Date.UTC(2026, month - 1, 15)

describe.skipIf(noGpg)('a certificate', () => {
  let stage: OpenPgpStage
  beforeAll(async () => {
    stage = await setOpenPgpStage()
  })
  afterAll(() => stage[Symbol.asyncDispose]())

  const makeKey = (name: string, extra: { expires?: string; usage?: string } = {}) =>
    stage.home.makeKey({ name, algorithm: 'ed25519', at: MADE, ...extra })
  const sign = (key: string, when = SIGNED) => stage.home.sign(PLAIN, key, { at: when })
  const exported = (key: string) => stage.home.exportKey(key).then((text) => signersOf(text))

  it('lets its signing subkey sign, and not its encryption subkey', async () => {
    const primary = await makeKey('Subkeys', { usage: 'cert' })
    const signing = await stage.home.addKey(primary, 'ed25519', 'sign', { at: MADE })
    const encrypting = await stage.home.addKey(primary, 'cv25519', 'encr', { at: MADE })
    const signers = await exported(primary)
    expect(judgeArmor(await sign(signing), signers).verdict).toBe('passed')
    const keys = signers[0]?.certificate.keys
    expect([...(keys?.keys() ?? [])]).toEqual([primary, signing, encrypting])
    const states = [...(keys?.values() ?? [])].map(({ periods }) => periods.map((p) => p.state))
    expect(states).toEqual([['not-valid'], ['valid'], ['not-valid']])
    expect(keys?.get(encrypting)?.key.kind).toBe('refused')
  })

  it('does not let a subkey sign that lacks the cross-certification', async () => {
    const primary = await makeKey('Cross')
    const signing = await stage.home.addKey(primary, 'ed25519', 'sign', { at: MADE })
    const armor = await sign(signing)
    const library = await import('openpgp')
    const armoredKey = await stage.home.exportKey(primary)
    const certificate = await library.readKey({ armoredKey })
    expect(codesOf(judgeArmor(armor, await signersOf(certificate.armor())))).toEqual([])
    const other = await makeKey('Thief')
    const thief = await library.readKey({ armoredKey: await stage.home.exportKey(other) })
    // Another's subkey put into one's own certificate: what cross-certification is there against.
    thief.subkeys.push(...certificate.subkeys)
    expect(codesOf(judgeArmor(armor, await signersOf(thief.armor())))).toEqual([
      'signature/key-not-valid',
    ])
  })

  it('42 counts until it expires, by the time of receipt', async () => {
    const key = await makeKey('Expiring', { expires: '20260401T000000' })
    const armor = await sign(key)
    const signers = await exported(key)
    expect(codesOf(judgeArmor(armor, signers, Date.UTC(2026, 3, 1) - 1))).toEqual([])
    expect(codesOf(judgeArmor(armor, signers, Date.UTC(2026, 3, 1)))).toEqual([
      'signature/key-not-valid',
    ])
    expect(codesOf(judgeArmor(armor, signers, Date.UTC(2025, 11, 31)))).toEqual([
      'signature/key-not-valid',
    ])
    expect(codesOf(judgeArmor(armor, signers, Number.NaN))).toEqual(['signature/key-not-valid'])
  })

  it('counts again once it was renewed', async () => {
    const key = await makeKey('Renewed', { expires: '20260401T000000' })
    const armor = await sign(key)
    const before = await stage.home.exportKey(key)
    await stage.home.gpg(['--quick-set-expire', key, '20260801T000000'], { at: '20260501T000000' })
    // gpg forgets the self-signature that it replaces; key servers and other tools keep both.
    const library = await import('openpgp')
    const [first, renewed] = await Promise.all(
      [before, await stage.home.exportKey(key)].map((armoredKey) =>
        library.readKey({ armoredKey }),
      ),
    )
    if (first === undefined || renewed === undefined) throw new Error('no keys')
    const signers = await signersOf((await renewed.update(first)).armor())
    const codes = [3, 4, 5, 7, 8].map((month) => codesOf(judgeArmor(armor, signers, at(month))))
    const late = ['signature/key-not-valid']
    expect(codes).toEqual([[], late, [], [], late])
  })

  it.each(['none', 'compromised'] as const)(
    '43 never counts when revoked hard (%s)',
    async (reason) => {
      const key = await makeKey(`Hard ${reason}`)
      const armor = await sign(key)
      expect(codesOf(judgeArmor(armor, await exported(key)))).toEqual([])
      await stage.home.revoke(key, reason, { at: '20260501T000000' })
      const signers = await exported(key)
      for (const month of [2, 4, 6]) {
        expect(codesOf(judgeArmor(armor, signers, at(month)))).toEqual(['signature/key-revoked'])
      }
    },
  )

  it.each(['superseded', 'retired'] as const)(
    '43 counts until it was revoked softly (%s)',
    async (reason) => {
      const key = await makeKey(`Soft ${reason}`)
      const armor = await sign(key)
      await stage.home.revoke(key, reason, { at: '20260501T000000' })
      const signers = await exported(key)
      expect(codesOf(judgeArmor(armor, signers, at(4)))).toEqual([])
      expect(codesOf(judgeArmor(armor, signers, at(6)))).toEqual(['signature/key-revoked'])
    },
  )

  it('that revoked a subkey may still sign with its other keys', async () => {
    const primary = await makeKey('Subkey revoked')
    const subkey = await stage.home.addKey(primary, 'ed25519', 'sign', { at: MADE })
    const [own, other] = [await sign(primary), await sign(subkey)]
    expect(codesOf(judgeArmor(other, await exported(primary)))).toEqual([])
    const input = Buffer.from('key 1\nrevkey\ny\n0\n\ny\nsave\n')
    const edit = ['--no-batch', '--command-fd', '0', '--edit-key', primary]
    await stage.home.gpg(edit, { at: '20260501T000000', input })
    const signers = await exported(primary)
    expect(codesOf(judgeArmor(other, signers, at(4)))).toEqual(['signature/key-revoked'])
    expect(codesOf(judgeArmor(own, signers))).toEqual([])
  })

  it('whose one copy knows of a revocation is revoked', async () => {
    const key = await makeKey('Copies')
    const armor = await sign(key)
    const before = await exported(key)
    await stage.home.revoke(key, 'none', { at: '20260501T000000' })
    const after = await exported(key)
    expect(codesOf(judgeArmor(armor, before))).toEqual([])
    expect(codesOf(judgeArmor(armor, [...before, ...after]))).toEqual(['signature/key-revoked'])
  })

  it('59 signs for the principals that the caller names, not for its user IDs', async () => {
    const key = await makeKey('Ada <ada@example.test>')
    const armor = await sign(key)
    const text = await stage.home.exportKey(key)
    expect(codesOf(judgeArmor(armor, await signersOf(text)))).toEqual([])
    expect(codesOf(judgeArmor(armor, await signersOf(text, ['ben@example.test'])))).toEqual([
      'signature/wrong-committer',
    ])
    expect(codesOf(judgeArmor(armor, await signersOf(text, ['*'])))).toEqual([
      'signature/wrong-committer',
    ])
  })

  it('that is not listed is unknown, and the remedy names it in full', async () => {
    const [known, strange] = [await makeKey('Known'), await makeKey('Strange')]
    const judgement = judgeArmor(await sign(strange), await exported(known))
    expect(codesOf(judgement)).toEqual(['signature/unknown-signer'])
    expect(judgement.findings[0]?.remedy).toContain(`gpg --armor --export ${strange}`)
    expect(codesOf(judgeArmor(await sign(strange), undefined))).toEqual(['signature/unsupported'])
  })

  it('of a weak key is read, and its signatures are refused', async () => {
    const key = await stage.home.makeKey({ name: 'Weak', algorithm: 'rsa1024', at: MADE })
    expect(codesOf(judgeArmor(await sign(key), await exported(key)))).toEqual([
      'signature/weak-key',
    ])
  })

  it('56 is refused when its owner signed it over SHA-1 after the cut-off', async () => {
    const weak = ['--cert-digest-algo', 'SHA1', '--quick-generate-key']
    const make = (name: string, when: string) =>
      stage.home.gpg([...weak, name, 'ed25519', 'sign', 'never'], { at: when })
    await make('Early SHA-1', '20220101T000000')
    await make('Late SHA-1', '20240101T000000')
    expect(await signersOf(await stage.home.exportKey('Early SHA-1'))).toHaveLength(1)
    await expect(signersOf(await stage.home.exportKey('Late SHA-1'))).rejects.toThrow(InputError)
  })

  it('may stand with others in one file, and with nothing else', async () => {
    const [one, other] = [await makeKey('One'), await makeKey('Other')]
    const text = (await stage.home.exportKey(one)) + (await stage.home.exportKey(other))
    const found = (await signersOf(text)).map(({ certificate }) => certificate.fingerprint)
    expect(found).toEqual([one, other])
    const secret = await stage.home.gpg(['--armor', '--export-secret-keys', one])
    const disguised = secret.replaceAll('PRIVATE KEY', 'PUBLIC KEY')
    const broken = text.replace(/\n[A-Za-z0-9+/]{64}\n/, '\n')
    for (const bad of ['', 'junk', `${text}junk`, `junk\n${text}`, secret, disguised, broken]) {
      await expect(signersOf(bad)).rejects.toThrow(InputError)
    }
    await expect(signersOf(' '.repeat(1024 * 1024 + 1))).rejects.toThrow(InputError)
  })
})
