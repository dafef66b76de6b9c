import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makePerson } from '@bulkhead/testkit'
import type { SigningRules } from '../src/index.ts'
import { type Stage, codesOf, judgeSource, setStage, signSource, unsignedSource } from './stage.ts'

// The numbers are those of annex/signature-cases.md, "Policy" and "Time and revocation".

let stage: Stage
let plain: string

beforeAll(async () => {
  stage = await setStage()
  plain = await unsignedSource(stage)
})
afterAll(() => stage[Symbol.asyncDispose]())

const line = (options: string, email = stage.ada.email) =>
  `${email} ${options} ${stage.ada.publicKey}\n`
const judge = async (source: string, signers: string, receiptTime = Date.UTC(2026, 5, 1)) =>
  codesOf(await judgeSource(stage, source, { signers, receiptTime }))
const signedAt = (seconds: number) =>
  signSource(plain.replaceAll(/> \d+ \+0000/g, `> ${seconds} +0000`), stage.ada)
const committedAs = (email: string) =>
  signSource(
    plain.replace(/^committer .*/m, `committer Ada <${email}> 1700000000 +0000`),
    stage.ada,
  )

describe('who may sign for whom', () => {
  it('36 judges the committer; the author is only told', async () => {
    const other = signSource(
      plain.replace(/^author .*/m, 'author Eve <eve@example.test> 1 +0000'),
      stage.ada,
    )
    expect(await judge(other, line(''))).toEqual([])
  })

  it('blocks one allowed person who commits as another, which git takes', async () => {
    const signers = line('') + `ben@example.test ${stage.ben.publicKey}\n`
    const asBen = committedAs('ben@example.test')
    expect(await judge(asBen, signers)).toEqual(['signature/wrong-committer'])
    expect(await stage.gitAccepts(await stage.store(asBen), signers)).toBe(true)
    expect(
      await judge(asBen, `ada@example.test,ben@example.test ${stage.ada.publicKey}\n`),
    ).toEqual([])
  })

  it.each([
    'Ada@example.test',
    'ada@Example.test',
    'ada+work@example.test',
    'ada@example.test ',
    ' ada@example.test',
    '',
  ])('37 compares emails exactly: not %j', async (email) => {
    expect(await judge(committedAs(email), line(''))).toEqual(['signature/wrong-committer'])
  })

  it('37 takes the exact email, in any script', async () => {
    const email = 'zoë@exämple.test'
    const source = committedAs(Buffer.from(email).toString('latin1'))
    expect(await judge(source, line('', email))).toEqual([])
  })

  it('38 blocks a good signature by a key that nobody allowed', async () => {
    expect(await judge(signSource(plain, stage.eve), line(''))).toEqual([
      'signature/unknown-signer',
    ])
  })
})

it('44 asks who may sign now, whoever was let in before', async () => {
  const commit = signSource(plain, stage.ada)
  expect(await judge(commit, line(''))).toEqual([])
  const gone = `ben@example.test ${stage.ben.publicKey}\n`
  expect(await judge(commit, gone)).toEqual(['signature/unknown-signer'])
})

describe('namespaces', () => {
  it('46 honours namespaces=', async () => {
    const source = signSource(plain, stage.ada)
    expect(await judge(source, line('namespaces="git"'))).toEqual([])
    expect(await judge(source, line('namespaces="file,git"'))).toEqual([])
    expect(await judge(source, line('namespaces="file"'))).toEqual(['signature/wrong-namespace'])
    expect(await judge(source, line('namespaces="file"') + line('namespaces="git"'))).toEqual([])
  })
})

describe('time', () => {
  const expired = Date.UTC(2026, 0, 1)
  const options = 'valid-before="20260101Z"'

  it('39 judges by receipt, so a backdated commit does not revive an expired key', async () => {
    const backdated = signedAt(Date.UTC(2025, 0, 1) / 1_000)
    expect(await judge(backdated, line(options), expired)).toEqual(['signature/key-not-valid'])
    expect(await stage.gitAccepts(await stage.store(backdated), line(options))).toBe(true)
    expect(await judge(backdated, line(options), expired - 1)).toEqual([])
  })

  it('39 takes what was received in time, whatever date the commit gives itself', async () => {
    const postdated = signedAt(Date.UTC(2027, 0, 1) / 1_000)
    expect(await judge(postdated, line(options), expired - 1)).toEqual([])
  })

  it('is valid from valid-after on', async () => {
    const source = signSource(plain, stage.ada)
    const after = Date.UTC(2026, 2, 4, 5, 6, 7)
    const from = line('valid-after="20260304050607Z"')
    expect(await judge(source, from, after - 1)).toEqual(['signature/key-not-valid'])
    expect(await judge(source, from, after)).toEqual([])
  })

  it('41 reads times without Z as UTC, whatever the zone of the host', async () => {
    const source = signSource(plain, stage.ada)
    const zone = process.env['TZ']
    process.env['TZ'] = 'Pacific/Kiritimati'
    try {
      const until = line('valid-before="202601010000"')
      expect(await judge(source, until, expired)).toEqual(['signature/key-not-valid'])
      expect(await judge(source, until, expired - 1)).toEqual([])
    } finally {
      if (zone === undefined) delete process.env['TZ']
      else process.env['TZ'] = zone
    }
  })

  it('takes a key that one line has expired and another still allows', async () => {
    const source = signSource(plain, stage.ada)
    expect(await judge(source, line(options) + line('valid-after="20260101Z"'))).toEqual([])
    expect(await judge(source, line(options) + line('', 'ben@example.test'))).toEqual([
      'signature/key-not-valid',
    ])
  })

  it('blocks when the receipt time is no time', async () => {
    const source = signSource(plain, stage.ada)
    expect(await judge(source, line(''), Number.NaN)).toEqual(['signature/key-not-valid'])
  })
})

describe('rules of the trusted ref', () => {
  const other = () =>
    signSource(plain.replace(/^author .*/m, 'author Eve <eve@example.test> 1 +0000'), stage.ada)
  const judgeBy = async (source: string, rules: SigningRules) =>
    codesOf(await judgeSource(stage, source, { rules }))

  it('36 may ask that the author be the committer', async () => {
    expect(await judgeBy(other(), { author: 'committer', rsaBits: 2048 })).toEqual([
      'signature/author-differs',
    ])
    expect(await judgeBy(other(), { author: 'any', rsaBits: 2048 })).toEqual([])
    const own = signSource(plain, stage.ada)
    expect(await judgeBy(own, { author: 'committer', rsaBits: 2048 })).toEqual([])
  })

  it('48 may ask for longer RSA keys', async () => {
    const rsa = await makePerson('Rsa', stage.home, 'rsa-2048')
    const source = signSource(plain, rsa)
    const asking = async (rsaBits: number) =>
      codesOf(
        await judgeSource(stage, source, {
          signers: `${stage.ada.email} ${rsa.publicKey}\n`,
          rules: { author: 'any', rsaBits },
        }),
      )
    expect(await asking(2049)).toEqual(['signature/weak-key'])
    expect(await asking(2048)).toEqual([])
  })
})
