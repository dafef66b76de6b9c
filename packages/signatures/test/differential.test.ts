import { readFile } from 'node:fs/promises'
import { type SshKeyType, makeSshSigner } from '@bulkhead/testkit'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { RECEIPT, codesOf, setStage, withHeader, withSignature } from './stage.ts'

/**
 * What git takes and we block, on purpose; docs/signatures.md says why for each. Whatever git refuses
 * is never taken.
 */
const DIVERGENCES = new Set([
  'signature/wrong-committer',
  'signature/key-not-valid',
  'signature/multiple',
  'signature/malformed',
  'git/malformed-object',
])

const KEY_TYPES: readonly SshKeyType[] = ['ed25519', 'ecdsa-256', 'ecdsa-384', 'rsa-2048']

type Change = (source: string, armor: string) => string
/** What may happen to a commit on its way, honest or not. */
const CHANGES: Readonly<Record<string, Change>> = {
  nothing: withSignature,
  'no signature': (source) => source,
  'another message': (source, armor) => withSignature(`${source}more\n`, armor),
  'another author': (source, armor) =>
    withSignature(source, armor).replace(/^author \w+/m, 'author X'),
  'another tree': (source, armor) => withSignature(source, armor).replace(/^tree ./, 'tree 0'),
  'a second signature': (source, armor) => withSignature(withSignature(source, armor), armor),
  'a gpgsigX header': (source, armor) => withHeader(withSignature(source, armor), 'gpgsigX x'),
  'an unsigned header': (source, armor) => withHeader(withSignature(source, armor), 'note x'),
  'junk after the armor': (source, armor) => withSignature(source, `${armor}junk`),
  'a cut armor': (source, armor) => withSignature(source, armor.slice(0, 200)),
  'an appended NUL': (source, armor) => `${withSignature(source, armor)}\0`,
}

describe('compared with git verify-commit', () => {
  it('differs only as the documentation says', async () => {
    const page = await readFile(new URL('../../../docs/signatures.md', import.meta.url), 'utf8')
    const [, table = ''] = page.split('## Where we differ')
    for (const code of DIVERGENCES) expect(table).toContain(`| \`${code}\` |`)
  })

  it('takes nothing that git refuses, and blocks beyond git only where it means to', async () => {
    await using stage = await setStage()
    await stage.fixture.commit({ by: stage.ada, message: 'root', signedBy: null })
    const tree = (await stage.fixture.git('rev-parse', 'HEAD^{tree}')).trim()
    const people = KEY_TYPES.map((type, index) => makeSshSigner(`p${index}`, type))
    const strangers = KEY_TYPES.map((type, index) => makeSshSigner(`p${index}`, type))
    const signers = people
      .map(({ email, publicKey }, index) => {
        const options = index === 1 ? 'namespaces="git",valid-before="20260101Z" ' : ''
        return `${email} ${options}${publicKey}\n`
      })
      .join('')

    const compare = async (
      by: number,
      as: number,
      known: boolean,
      change: string,
      word: string,
    ) => {
      const who = `P <${people[as]?.email}> 1700000000 +0000`
      const source = `tree ${tree}\nauthor ${who}\ncommitter ${who}\n\n${word.replaceAll('\0', '')}\n`
      const signer = (known ? people : strangers)[by]
      const armor = signer?.sign(Buffer.from(source, 'latin1')) ?? ''
      const commit = await stage.store(CHANGES[change]?.(source, armor) ?? source)
      const git = await stage.gitAccepts(commit, signers)
      const codes = codesOf(await stage.judge(commit, { signers, receiptTime: RECEIPT }))
      const told = `${change}, signed by ${known ? 'known' : 'strange'} ${by} as ${as}: git ${git}, we ${codes.join()}`
      if (!git) expect(codes, told).not.toEqual([])
      else
        expect(
          codes.filter((code) => !DIVERGENCES.has(code)),
          told,
        ).toEqual([])
      if (git && known && by === as && by !== 1 && change === 'nothing')
        expect(codes, told).toEqual([])
      return [git, codes.length === 0] as const
    }
    const person = fc.nat(KEY_TYPES.length - 1)
    // A third are honest, so that agreement on passing is seen too.
    const change = fc.oneof(fc.constant('nothing'), fc.constantFrom(...Object.keys(CHANGES)))
    const seen = { both: 0, neither: 0, gitOnly: 0 }
    const law = fc.asyncProperty(
      person,
      person,
      fc.boolean(),
      fc.boolean(),
      change,
      fc.string(),
      async (by, other, self, known, name, word) => {
        const [git, we] = await compare(by, self ? by : other, known, name, word)
        seen[git ? (we ? 'both' : 'gitOnly') : 'neither'] += 1
      },
    )
    await fc.assert(law, { numRuns: 150 })
    expect(Math.min(seen.both, seen.neither, seen.gitOnly)).toBeGreaterThan(0)
  })
})
