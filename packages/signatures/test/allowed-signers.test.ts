import { makeSshSigner, strings } from '@bulkhead/testkit'
import { InputError } from '@bulkhead/vocabulary'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type AllowedSigners, parseAllowedSigners } from '../src/index.ts'

// The numbers are those of annex/signature-cases.md, "Policy".

const key = makeSshSigner('Ada').publicKey
const parse = (text: string | Buffer) => parseAllowedSigners(Buffer.from(text), 'signers')
const only = (text: string) => [...parse(text).byKey.values()].flat()

function refusal(text: string | Buffer): InputError {
  try {
    parse(text)
  } catch (error) {
    if (error instanceof InputError) return error
    throw error
  }
  throw new Error(`taken: ${JSON.stringify(text.toString())}`)
}

describe('parseAllowedSigners', () => {
  it('reads principals, options, key and comment', () => {
    const text = `a@b,c@d namespaces="git,file",valid-after="20240229",valid-before="202501020304Z" ${key} a comment\n`
    expect(only(text)).toMatchObject([
      {
        line: 1,
        principal: { name: 'a@b', role: 'person', committers: ['a@b', 'c@d'] },
        namespaces: ['git', 'file'],
        validAfter: Date.UTC(2024, 1, 29),
        validBefore: Date.UTC(2025, 0, 2, 3, 4),
        key: { kind: 'read' },
      },
    ])
  })

  it('passes over comments and blank lines, takes tabs, quotes, CRLF and a last line without end', () => {
    const text = `# comment\n\n   \n\t# more\r\n"a@b,c@d"\tNameSpaces="git"\t${key}\r\ne@f ${key}`
    expect(only(text)).toMatchObject([
      { line: 5, principal: { committers: ['a@b', 'c@d'] }, namespaces: ['git'] },
      { line: 6, principal: { committers: ['e@f'] }, namespaces: undefined },
    ])
  })

  it('52 keeps the keys of authorities apart, with an entry for each email', () => {
    const ada = { name: 'ada', role: 'person', committers: ['a@b', 'ada@b'] } as const
    const text = `a@b,c@d namespaces="git",cert-authority ${key}\n`
    const { byKey, authorities } = parseAllowedSigners(Buffer.from(text), 'signers', [ada])
    expect(byKey.size).toBe(0)
    expect([...authorities.values()].flat()).toMatchObject([
      { principal: { name: 'ada', committers: ['a@b'] }, namespaces: ['git'] },
      { principal: { name: 'c@d', committers: ['c@d'] }, namespaces: ['git'] },
    ])
  })

  it.each(['ssh-dss', 'sk-ssh-ed448@openssh.com', 'from-the-future'])(
    'keeps a key of type %s, whose signatures are then refused by name',
    (type) => {
      const blob = strings(type, 'x').toString('base64')
      expect(only(`a@b ${type} ${blob}`)).toMatchObject([{ key: { kind: 'refused' } }])
    },
  )

  it.each([
    ['32 an empty file', ''],
    ['32 comments alone', '# nobody\n\n'],
    ['33 everybody', `* ${key}`],
    ['33 a whole domain', `*@example.test ${key}`],
    ['33 a wildcard in a list', `a@b,c?@d ${key}`],
    ['33 a negation', `a@b,!c@d ${key}`],
    ['32 an unknown option', `a@b no-touch-required ${key}`],
    ['32 an unknown option with a value', `a@b verify-required="yes" ${key}`],
    ['32 a misspelt option', `a@b namespace="git" ${key}`],
    ['33, 52 an authority for everybody', `* cert-authority ${key}`],
    ['33, 52 an authority for a whole domain', `*@b cert-authority,namespaces="git" ${key}`],
    ['52 an authority that says so twice', `a@b cert-authority,cert-authority ${key}`],
    ['52 an authority with a value', `a@b cert-authority="yes" ${key}`],
    ['an option twice', `a@b namespaces="git",namespaces="file" ${key}`],
    ['an option without quotes', `a@b namespaces=git ${key}`],
    ['an option without a value', `a@b namespaces ${key}`],
    ['a comma at the end of options', `a@b namespaces="git", ${key}`],
    ['a quote without end', `a@b namespaces="git ${key}`],
    ['a pattern as namespace', `a@b namespaces="*" ${key}`],
    ['an empty namespace', `a@b namespaces="" ${key}`],
    ['a day that is none', `a@b valid-after="20230229" ${key}`],
    ['a time that is none', `a@b valid-before="202301012460" ${key}`],
    ['a time in another form', `a@b valid-before="2023-01-01" ${key}`],
    ['an interval that never is', `a@b valid-after="2024",valid-before="2023" ${key}`],
    ['an interval of no length', `a@b valid-after="20240101",valid-before="20240101Z" ${key}`],
    ['an empty principal', `a@b,,c@d ${key}`],
    ['quoted nothing', `"" ${key}`],
    ['a principal with a bracket', `Ada<a@b> ${key}`],
    ['no principal', key],
    ['no key', 'a@b ssh-ed25519'],
    ['a key that is not base64', `a@b ssh-ed25519 %%%%`],
    ['a truncated key', `a@b ${key.slice(0, -8)}`],
    [
      'a key with bytes after its end',
      `a@b ssh-ed25519 ${Buffer.concat([Buffer.from(key.split(' ')[1] ?? '', 'base64'), Buffer.alloc(3)]).toString('base64')}`,
    ],
    ['a key of another type than it says', `a@b ${key.replace('ssh-ed25519', 'ssh-rsa')}`],
    ['too many principals', `${Array.from({ length: 65 }, (_, n) => `p${n}@b`).join(',')} ${key}`],
    ['a NUL', `a@b ${key}\0`],
    ['bytes that are not UTF-8', Buffer.from(`a\xff@b ${key}`, 'latin1')],
    ['a byte order mark', `\ufeffa@b ${key}`],
  ])('refuses %s', (_, text) => {
    const { findings } = refusal(text)
    expect(findings).toMatchObject([{ code: 'policy/invalid-file' }])
    expect(findings[0]?.remedy).not.toBe('')
  })

  it.each(['a', '"', ' ', ',', '"a"', 'x=', 'AAAA'])(
    'answers soon on a long line of %j',
    (piece) => {
      const { findings } = refusal(piece.repeat(900_000 / piece.length))
      expect(findings).toHaveLength(1)
    },
  )

  it('names every faulty line at once', () => {
    const { findings } = refusal(`* ${key}\na@b ${key}\nc@d\n`)
    expect(findings.map(({ subject }) => subject)).toEqual(['signers:1', 'signers:3'])
  })

  it('refuses a file beyond all honest sizes', () => {
    expect(refusal(`# ${'x'.repeat(1024 * 1024)}`).findings[0]?.code).toBe('policy/too-large')
  })
})

describe('parseAllowedSigners on any text', () => {
  const word = fc.constantFrom(
    'a@b',
    'c@d',
    '*',
    '"',
    ',',
    ' ',
    '\t',
    '\n',
    '#',
    'namespaces="git"',
    'valid-after="20240101"',
    'cert-authority',
    key,
    key.slice(0, 30),
    '=',
    '!',
    '\r',
  )
  const text = fc.oneof(
    fc.string(),
    fc.array(word, { maxLength: 12 }).map((words) => words.join('')),
    fc.array(word, { maxLength: 8 }).map((words) => words.join(' ')),
  )

  it('answers with signers or with findings, and never lets a pattern through', () => {
    fc.assert(
      fc.property(text, (input) => {
        let parsed: AllowedSigners
        try {
          parsed = parse(input)
        } catch (error) {
          expect(error).toBeInstanceOf(InputError)
          return
        }
        const principals = [...parsed.byKey.values(), ...parsed.authorities.values()]
          .flat()
          .flatMap(({ principal }) => principal.committers)
        expect(principals.length).toBeGreaterThan(0)
        for (const name of principals) expect(name).not.toMatch(/[*?!\s,]|^$/)
      }),
      { numRuns: 2_000 },
    )
  })
})
