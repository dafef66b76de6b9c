import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { OpenPgpSigner } from '../src/index.ts'
import { readOpenPgpSignature } from '../src/openpgp/openpgp-signature.ts'
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
const ALGORITHMS = ['ed25519', 'rsa2048', 'nistp256'] as const

/** The packet in an armor, and an armor of a packet, without the checksum that may be left out. */
const packetOf = (armor: string) =>
  Buffer.from(armor.replaceAll(/-----.*-----|\n=.{4}(?=\n)|\n/g, ''), 'base64')
const armorOf = (packet: Uint8Array) =>
  `-----BEGIN PGP SIGNATURE-----\n\n${Buffer.from(packet).toString('base64')}\n-----END PGP SIGNATURE-----`

describe.skipIf(noGpg)('an OpenPGP signature', () => {
  let stage: OpenPgpStage
  let signers: readonly OpenPgpSigner[]
  const keys = new Map<string, string>()
  const armors = new Map<string, string>()
  const armorBy = (algorithm: string) => armors.get(algorithm) ?? ''
  const sign = (extra: readonly string[], algorithm = 'ed25519') =>
    stage.home.sign(PLAIN, keys.get(algorithm) ?? '', { at: SIGNED, extra })

  beforeAll(async () => {
    stage = await setOpenPgpStage()
    let text = ''
    for (const algorithm of ALGORITHMS) {
      const key = await stage.home.makeKey({ name: `Key ${algorithm}`, algorithm, at: MADE })
      keys.set(algorithm, key)
      armors.set(algorithm, await sign([], algorithm))
      text += await stage.home.exportKey(key)
    }
    signers = await signersOf(text)
  })
  afterAll(() => stage[Symbol.asyncDispose]())

  const codes = (armor: string) => codesOf(judgeArmor(armor, signers))

  it('may carry comments, other line lengths, no checksum, and a last empty line', () => {
    const armor = armorBy('ed25519')
    expect(codes(armor)).toEqual([])
    expect(codes(armor.replace('\n\n', '\nVersion: GnuPG v2\nComment: hi\n\n'))).toEqual([])
    expect(codes(armorOf(packetOf(armor)))).toEqual([])
    expect(codes(`${armor}\n`)).toEqual([])
  })

  it('is refused with anything around it, or a wrong checksum', () => {
    const armor = armorBy('ed25519')
    const sum = /\n=(.{4})\n/.exec(armor)?.[1] ?? ''
    const shapes = [
      `${armor}junk`,
      `${armor}\n\n`,
      `${armor}${armor}`,
      armor.replace('\n\n', '\njunk\n\n'),
      armor.replace('\n\n', '\n'),
      armor.replace(`=${sum}`, '=AAAA'),
      armor.replace('-----END', '----END'),
    ]
    for (const shape of shapes) expect(codes(shape), shape).toEqual(['signature/malformed'])
  })

  it('is refused when there are two packets, or bytes after the one', () => {
    const packet = packetOf(armorBy('ed25519'))
    expect(codes(armorOf(packet))).toEqual([])
    const other = packetOf(armorBy('rsa2048'))
    for (const bytes of [
      Buffer.concat([packet, packet]),
      Buffer.concat([packet, other]),
      Buffer.concat([packet, Buffer.alloc(1)]),
      packet.subarray(0, -1),
    ]) {
      expect(codes(armorOf(bytes))).toEqual(['signature/malformed'])
    }
  })

  it('56 is refused over SHA-1, and taken over SHA-256, SHA-384 and SHA-512', async () => {
    for (const hash of ['SHA256', 'SHA384', 'SHA512']) {
      expect(codes(await sign(['--digest-algo', hash], 'rsa2048')), hash).toEqual([])
    }
    const weak = await sign(['--allow-weak-digest-algos', '--digest-algo', 'SHA1'], 'rsa2048')
    expect(codes(weak)).toEqual(['signature/weak-key'])
    const other = await sign(['--digest-algo', 'SHA224'], 'rsa2048')
    expect(codes(other)).toEqual(['signature/unsupported'])
  })

  it('is refused over text instead of bytes', async () => {
    expect(codes(await sign(['--textmode']))).toEqual(['signature/unsupported'])
    expect(codes(await sign(['--no-textmode']))).toEqual([])
  })

  it('58 is refused when it demands a meaning that is not known, and taken when it only offers it', async () => {
    const notation = ['--sig-notation', 'a@example.test=b']
    const critical = ['--sig-notation', '!a@example.test=b']
    expect(codes(await sign(notation))).toEqual([])
    expect(codes(await sign(critical))).toEqual(['signature/unsupported'])
  })

  it('counts until it expires', async () => {
    const armor = await sign(['--default-sig-expire', '20260401T000000'])
    const end = Date.UTC(2026, 3, 1)
    expect(codesOf(judgeArmor(armor, signers, end - 1))).toEqual([])
    expect(codesOf(judgeArmor(armor, signers, end))).toEqual(['signature/key-not-valid'])
  })

  it('is refused when dated before its key', async () => {
    const key = keys.get('ed25519') ?? ''
    const extra = ['--ignore-time-conflict']
    const early = await stage.home.sign(PLAIN, key, { at: '20251231T000000', extra })
    expect(codes(early)).toEqual(['signature/key-not-valid'])
    const same = await stage.home.sign(PLAIN, key, { at: '20260102T000000', extra })
    expect(codes(same)).toEqual([])
  })

  it.each([3, 5, 6])('58 of version %i is not supported', (version) => {
    const packet = Buffer.from(packetOf(armorBy('ed25519')))
    packet[2] = version
    expect(codes(armorOf(packet))).toEqual(['signature/unsupported'])
  })

  it.each(ALGORITHMS)('of %s is blocked with any bit of its packet flipped', (algorithm) => {
    const packet = packetOf(armorBy(algorithm))
    expect(codes(armorOf(packet))).toEqual([])
    const passing = Array.from({ length: packet.length * 8 }, (_, bit) => bit).filter((bit) => {
      const bytes = Buffer.from(packet)
      bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      return codes(armorOf(bytes)).length === 0
    })
    expect(passing).toEqual([])
  })

  it.each(ALGORITHMS)('of %s is blocked with any byte of its armor changed', (algorithm) => {
    const armor = armorBy(algorithm).trimEnd()
    const change = fc.property(
      fc.nat(armor.length - 1),
      fc.integer({ min: 1, max: 255 }),
      (index, code) => {
        const changed = armor.slice(0, index) + String.fromCharCode(code) + armor.slice(index + 1)
        // Line ends within the base64 say nothing.
        const same = changed.replaceAll('\n', '') === armor.replaceAll('\n', '')
        if (!same) expect(codes(changed)).not.toEqual([])
      },
    )
    fc.assert(change, { numRuns: 2_000 })
  })

  it('is read without a throw, whatever the bytes', () => {
    const packet = packetOf(armorBy('ed25519'))
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(packet.length), (raw, cut) => {
        const bytes = Buffer.concat([
          packet.subarray(0, cut),
          raw,
          packet.subarray(cut + raw.length),
        ])
        const same = bytes.equals(packet)
        expect(codes(armorOf(bytes)).length === 0).toBe(same)
        expect(readOpenPgpSignature(armorOf(raw)).kind).toBe('refused')
        expect(readOpenPgpSignature(Buffer.from(raw).toString('latin1')).kind).toBe('refused')
      }),
      { numRuns: 2_000 },
    )
  })
})
