import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type Stage,
  armorOf,
  codesOf,
  judgeSource,
  setStage,
  signSource,
  signWithSshKeygen,
  unsignedSource,
  withHeader,
  withSignature,
} from './stage.ts'

// The numbers are those of annex/signature-cases.md, "Object parsing".

let stage: Stage
/** An unsigned commit by Ada: tree, one parent, author, committer, message. */
let plain: string
/** The same, signed by Ada. */
let good: string

beforeAll(async () => {
  stage = await setStage()
  plain = await unsignedSource(stage)
  good = signSource(plain, stage.ada)
})
afterAll(() => stage[Symbol.asyncDispose]())

const codes = async (source: string) => codesOf(await judgeSource(stage, source))
const signed = (source: string) => signSource(source, stage.ada)
const gitTakes = async (source: string) => stage.gitAccepts(await stage.store(source))

describe('the plain case', () => {
  it('passes: every refusal below is a small change of it', async () => {
    expect(await codes(good)).toEqual([])
    expect(await gitTakes(good)).toBe(true)
  })

  it('is blocked once a byte of message, author or tree differs from what was signed', async () => {
    for (const [from, to] of [
      ['body', 'bodies'],
      ['author Ada', 'author Eda'],
      ['tree ', 'tree 0'],
    ] as const) {
      const changed = from === 'tree ' ? good.replace(/^tree ./, 'tree 0') : good.replace(from, to)
      expect(await codes(changed)).toEqual(changed === good ? [] : ['signature/invalid'])
    }
  })
})

describe('1 order of headers', () => {
  it.each([
    ['two trees', (text: string) => text.replace(/^(tree .*\n)/, '$1$1')],
    [
      'a second tree after the committer',
      (text: string) => withHeader(text, text.split('\n')[0] ?? ''),
    ],
    ['a parent after the committer', (text: string) => withHeader(text, parentLine(text))],
    [
      'the parent before the tree',
      (text: string) => text.replace(/^(tree .*\n)(parent .*\n)/, '$2$1'),
    ],
    ['two authors', (text: string) => text.replace(/^(author .*\n)/m, '$1$1')],
    ['two committers', (text: string) => text.replace(/^(committer .*\n)/m, '$1$1')],
    [
      'the committer before the author',
      (text: string) => text.replace(/^(author .*\n)(committer .*\n)/m, '$2$1'),
    ],
    [
      'a header between author and committer',
      (text: string) => text.replace(/^(author .*\n)/m, '$1x y\n'),
    ],
    ['a continued tree', (text: string) => text.replace(/^(tree .*\n)/, '$1 x\n')],
    ['a continued committer', (text: string) => text.replace(/^(committer .*\n)/m, '$1 x\n')],
    ['a header without a value', (text: string) => withHeader(text, 'nothing')],
    ['a short tree id', (text: string) => text.replace(/^(tree .{39})./, '$1')],
    [
      'an upper-case parent id',
      (text: string) =>
        text.replace(/^parent .*/m, (line) => `parent ${line.slice(7).toUpperCase()}`),
    ],
    ['no tree', (text: string) => text.replace(/^tree .*\n/, '')],
  ])('blocks %s, though signed', async (_, change) => {
    const source = change(plain)
    expect(source).not.toBe(plain)
    expect(await codes(signed(source))).toEqual(['git/malformed-object'])
  })

  it('takes a root, and an octopus merge', async () => {
    expect(await codes(signed(plain.replace(/^parent .*\n/m, '')))).toEqual([])
    const more = ['1', '2', '3'].map((digit) => `parent ${digit.repeat(40)}\n`).join('')
    expect(await codes(signed(plain.replace(/^(parent .*\n)/m, `$1${more}`)))).toEqual([])
  })

  it('blocks a commit without a blank line after its headers', async () => {
    const headers = plain.slice(0, plain.indexOf('\n\n') + 1)
    expect(await codes(signed(headers))).toEqual(['git/malformed-object'])
    expect(await codes(signed(`${headers}\n`))).toEqual([])
  })
})

const parentLine = (text: string) => /^parent .*/m.exec(text)?.[0] ?? ''

describe('2 unknown headers', () => {
  it.each(['change-id zqlmpkxk', 'encoding ISO-8859-1', 'HG:extra a\n b\n \n c', 'empty '])(
    'takes %j where it is signed',
    async (header) => {
      expect(await codes(signed(withHeader(plain, header)))).toEqual([])
      expect(await codes(withHeader(good, header))).toEqual(['signature/invalid'])
    },
  )
})

describe('headers beyond all honest sizes', () => {
  it('block, and long ones below that do not', async () => {
    const note = (size: number) => `note ${'x'.repeat(size)}`
    expect(await codes(signed(withHeader(plain, note(1024 * 1024))))).toEqual([
      'git/malformed-object',
    ])
    expect(await codes(signed(withHeader(plain, note(1000 * 1000))))).toEqual([])
  })
})

describe('3, 4 further signature headers', () => {
  it('3 blocks two signatures, which git takes', async () => {
    const twice = withSignature(good, armorOf(good))
    expect(await codes(twice)).toEqual(['signature/multiple'])
    expect(await gitTakes(twice)).toBe(true)
  })

  it('4 blocks a header that begins with gpgsig, which git leaves out of what is signed', async () => {
    const smuggled = withHeader(good, 'gpgsigX whatever\n more')
    expect(await codes(smuggled)).toEqual(['signature/malformed'])
    expect(await gitTakes(smuggled)).toBe(true)
  })

  it('72 blocks a signature for the other object format', async () => {
    const armor = armorOf(good)
    expect(await codes(withSignature(plain, armor, 'gpgsig-sha256'))).toEqual([
      'signature/unsigned',
    ])
    const both = withSignature(good, armor, 'gpgsig-sha256')
    expect(await codes(both)).toEqual(['signature/multiple'])
  })
})

describe('6, 7, 8, 14 the armor', () => {
  const rearmored = (change: (armor: string) => string) =>
    withSignature(plain, change(armorOf(good)))

  it.each([
    ['6 a line after its end', (armor: string) => `${armor}junk\n`],
    ['6 an empty line after its end', (armor: string) => `${armor}\n \n`],
    ['6 a line before its begin', (armor: string) => `junk\n${armor}`],
    ['8 a second block', (armor: string) => armor + armor],
    ['an empty line inside', (armor: string) => armor.replace('\n', '\n\n')],
    ['a comment inside', (armor: string) => armor.replace('\n', '\nComment: hi\n')],
    ['bytes that are not base64', (armor: string) => armor.replace('U1NI', 'U1N*')],
    ['no end', (armor: string) => armor.replace(/-----END.*/, '')],
    ['carriage returns', (armor: string) => armor.replaceAll('\n', '\r\n')],
  ])('blocks %s', async (_, change) => {
    const [code] = await codes(rearmored(change))
    expect(['signature/malformed', 'signature/unsupported']).toContain(code)
  })

  it('6 shows that git takes bytes after the end', async () => {
    expect(await gitTakes(rearmored((armor) => `${armor}junk\n`))).toBe(true)
  })

  it('7 takes base64 wrapped at another width', async () => {
    const rewrapped = rearmored((armor) => {
      const [begin = '', ...lines] = armor.trimEnd().split('\n')
      const body =
        lines
          .slice(0, -1)
          .join('')
          .match(/.{1,64}/g) ?? []
      return [begin, ...body, lines.at(-1)].join('\n')
    })
    expect(rewrapped).not.toBe(good)
    expect(await codes(rewrapped)).toEqual([])
  })

  it('14 does not take the presence of a header for a proof', async () => {
    expect(await codes(withHeader(plain, 'gpgsig yes'))).toEqual(['signature/unsupported'])
    expect(await codes(withHeader(plain, 'gpgsig '))).toEqual(['signature/unsupported'])
    expect(await codes(plain)).toEqual(['signature/unsigned'])
  })
})

describe('9, 11, 12 the message and what surrounds it', () => {
  it('9 blocks a NUL, appended or signed', async () => {
    expect(await codes(`${good}\0hidden`)).toEqual(['git/malformed-object'])
    expect(await codes(signed(`${plain}\0hidden`))).toEqual(['git/malformed-object'])
    expect(await codes(signed(plain.replace('author Ada', 'author A\0da')))).toEqual([
      'git/malformed-object',
    ])
  })

  it('11 takes lines of a message that look like headers', async () => {
    const message = `gpgsig ${armorOf(good)}\ntree x\ncommitter Eve <eve@example.test> 0 +0000\n\n`
    expect(await codes(signed(plain + message))).toEqual([])
    expect(await codes(plain + message)).toEqual(['signature/unsigned'])
  })

  it('12 does not take the signature of a merged tag for that of the commit', async () => {
    const tag = `object ${'1'.repeat(40)}\ntype commit\ntag v1\ntagger Ada <ada@example.test> 0 +0000\n\nv1\n`
    const armored = tag + signWithSshKeygen(tag, stage.ada)
    const merge = withHeader(plain, `mergetag ${armored.trimEnd().replaceAll('\n', '\n ')}`)
    expect(await codes(merge)).toEqual(['signature/unsigned'])
    expect(await codes(signed(merge))).toEqual([])
  })
})

describe('13 author and committer', () => {
  const wrong = [
    ['no email', 'Ada 1700000000 +0000'],
    ['an open bracket', 'Ada <ada@example.test 1700000000 +0000'],
    ['two emails', 'Ada <ada@example.test> <eve@example.test> 1700000000 +0000'],
    ['a nested email', 'Ada <<ada@example.test>> 1700000000 +0000'],
    ['no space before the email', 'Ada<ada@example.test> 1700000000 +0000'],
    ['no date', 'Ada <ada@example.test>'],
    ['a date that is no number', 'Ada <ada@example.test> yesterday +0000'],
    ['a negative date', 'Ada <ada@example.test> -1 +0000'],
    ['a date with a leading zero', 'Ada <ada@example.test> 01700000000 +0000'],
    ['a date beyond all dates', 'Ada <ada@example.test> 99999999999999999999 +0000'],
    ['no zone', 'Ada <ada@example.test> 1700000000'],
    ['a long zone', 'Ada <ada@example.test> 1700000000 +051800'],
    ['text after the zone', 'Ada <ada@example.test> 1700000000 +0000 x'],
    ['nothing', ''],
  ] as const

  it.each(wrong)('blocks a committer with %s', async (_, who) => {
    const source = plain.replace(/^committer .*/m, `committer ${who}`)
    expect(await codes(signed(source))).toEqual(['git/malformed-object'])
  })

  it.each(wrong)('blocks an author with %s', async (_, who) => {
    const source = plain.replace(/^author .*/m, `author ${who}`)
    expect(await codes(signed(source))).toEqual(['git/malformed-object'])
  })

  it('blocks a commit without committer, and takes one whose committer has no name', async () => {
    expect(await codes(signed(plain).replace(/^committer .*\n/m, ''))).toEqual([
      'git/malformed-object',
    ])
    const nameless = plain.replace(
      /^committer .*/m,
      'committer <ada@example.test> 1700000000 -0330',
    )
    expect(await codes(signed(nameless))).toEqual([])
  })

  it('lets nobody match an email that is not UTF-8', async () => {
    const source = plain.replace(
      /^committer .*/m,
      'committer A <ada\xff@example.test> 1700000000 +0000',
    )
    expect(await codes(signed(source))).toEqual(['signature/wrong-committer'])
  })
})

describe('a SHA-256 repository', () => {
  it('72 has its own header, and ids of its own length', async () => {
    await using wide = await setStage('sha256')
    const source = await unsignedSource(wide)
    const armor = signWithSshKeygen(source, wide.ada)
    const judge = async (text: string) => codesOf(await judgeSource(wide, text))
    expect(await judge(withSignature(source, armor, 'gpgsig-sha256'))).toEqual([])
    expect(await judge(withSignature(source, armor))).toEqual(['signature/unsigned'])
    const narrow = source.replace(/^(tree .{40}).*/, '$1')
    const narrowArmor = signWithSshKeygen(narrow, wide.ada)
    expect(await judge(withSignature(narrow, narrowArmor, 'gpgsig-sha256'))).toEqual([
      'git/malformed-object',
    ])
  })
})
