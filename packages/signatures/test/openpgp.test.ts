import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type OpenPgpStage,
  judgeText,
  makeOpenPgpRepository,
  noGpg,
  setOpenPgpStage,
  signersOf,
} from './openpgp-stage.ts'
import { codesOf } from './stage.ts'

const MADE = '20260101T000000'
const SIGNED = '20260301T000000'

describe.skipIf(noGpg)('a commit that gpg signed', () => {
  let stage: OpenPgpStage
  beforeAll(async () => {
    stage = await setOpenPgpStage()
  })
  afterAll(() => stage[Symbol.asyncDispose]())

  it.each(['ed25519', 'rsa2048', 'nistp256', 'nistp384', 'nistp521'])(
    'passes with a key of %s, and not with one changed byte',
    async (algorithm) => {
      const { home } = stage
      const key = await home.makeKey({ name: `Key ${algorithm}`, algorithm, at: MADE })
      const signers = await signersOf(await home.exportKey(key))
      await using play = await makeOpenPgpRepository(stage)
      const commit = await play.commit('signed', key, { at: SIGNED })
      const { bytes } = await play.repository.readObject(commit)
      expect(judgeText(bytes, signers)).toMatchObject({
        verdict: 'passed',
        format: 'openpgp',
        principal: 'ada@example.test',
      })
      expect(await play.gitAccepts(commit, SIGNED)).toBe(true)
      const changed = bytes.toString('latin1').replace('signed\n', 'sIgned\n')
      expect(codesOf(judgeText(changed, signers))).toEqual(['signature/invalid'])
    },
  )
})
