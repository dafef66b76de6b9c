import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { crc32, deflateRawSync } from 'node:zlib'
import { PassThrough } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { makeRepository, temporaryDirectory, plainName } from '@bulkhead/testkit'
import archiver from 'archiver'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readArchive } from '../src/index.ts'

const LIMITS = { entries: 100, bytes: 1024 * 1024 }
const read = (bytes: Buffer, limits = LIMITS) => readArchive(bytes, limits)

interface Piece {
  readonly name: string
  readonly content: string
  /** Unix mode; 0o100644 when not given. */
  readonly mode?: number
  readonly method?: number
  readonly flags?: number
  /** What the headers say instead of the truth. */
  readonly said?: { readonly size?: number; readonly crc?: number; readonly localName?: string }
  /** Bytes before the local header. */
  readonly gap?: number
}

/** Writes an archive by hand, byte for byte, knowing nothing of the code under test. */
function zip(pieces: readonly Piece[], tail: { comment?: string; count?: number } = {}): Buffer {
  const parts: Buffer[] = []
  const directory: Buffer[] = []
  let at = 0
  for (const piece of pieces) {
    const { name, content, mode = 0o100644, method = 8, flags = 0x0800, said = {}, gap = 0 } = piece
    const plain = Buffer.from(content)
    const data = method === 8 ? deflateRawSync(plain) : plain
    const common = Buffer.alloc(26)
    common.writeUInt16LE(20, 0)
    common.writeUInt16LE(flags, 2)
    common.writeUInt16LE(method, 4)
    common.writeUInt32LE(said.crc ?? crc32(plain), 10)
    common.writeUInt32LE(data.length, 14)
    common.writeUInt32LE(said.size ?? plain.length, 18)
    const named = (text: string) => {
      const header = Buffer.from(common)
      header.writeUInt16LE(Buffer.byteLength(text), 22)
      return header
    }
    const local = said.localName ?? name
    const skipped = Buffer.alloc(gap)
    parts.push(skipped, Buffer.from('PK\u0003\u0004'), named(local), Buffer.from(local), data)
    const rest = Buffer.alloc(14)
    rest.writeUInt32LE(mode * 65_536, 6)
    rest.writeUInt32LE(at + gap, 10)
    directory.push(
      Buffer.from('PK\u0001\u0002'),
      Buffer.from([20, 3]),
      named(name),
      rest,
      Buffer.from(name),
    )
    at += gap + 4 + 26 + Buffer.byteLength(local) + data.length
  }
  const central = Buffer.concat(directory)
  const end = Buffer.alloc(18)
  const comment = Buffer.from(tail.comment ?? '')
  end.writeUInt16LE(tail.count ?? pieces.length, 4)
  end.writeUInt16LE(tail.count ?? pieces.length, 6)
  end.writeUInt32LE(central.length, 8)
  end.writeUInt32LE(at, 12)
  end.writeUInt16LE(comment.length, 16)
  return Buffer.concat([...parts, central, Buffer.from('PK\u0005\u0006'), end, comment])
}

const good: readonly Piece[] = [
  { name: 'security/1-of-1/record.json', content: '{"a":1}' },
  { name: 'security/1-of-1/reports/1-ü.xml', content: '<testsuite/>'.repeat(100) },
]
const files = (pieces: readonly Piece[]) => ({
  kind: 'read',
  entries: pieces.map(({ name, content }) => ({ path: name, bytes: Buffer.from(content) })),
})

describe('an archive', () => {
  it('is unpacked into memory, path by path', () => {
    expect(read(zip(good))).toEqual(files(good))
    expect(read(zip([]))).toEqual(files([]))
    const stored = good.map((piece) => ({ ...piece, method: 0 }))
    expect(read(zip(stored))).toEqual(files(good))
  })

  it('is read as the library writes it that uploads artifacts', async () => {
    const archive = archiver('zip', { zlib: { level: 6 } })
    const whole = buffer(archive.pipe(new PassThrough()))
    for (const { name, content } of good) archive.append(content, { name })
    archive.append('', { name: 'security/1-of-1/empty/' })
    await archive.finalize()
    expect(read(await whole)).toEqual(files(good))
  })

  it('is read as git writes it', async () => {
    await using folder = await temporaryDirectory()
    const repository = await makeRepository(folder.path)
    await mkdir(join(folder.path, 'a'))
    await writeFile(join(folder.path, 'a', 'b.txt'), 'b\n')
    await writeFile(join(folder.path, 'c.txt'), 'c\n')
    await repository.git('add', '--all')
    const tree = (await repository.git('write-tree')).trim()
    await repository.git('archive', '--format=zip', '--output=a.zip', tree)
    const bytes = await readFile(join(folder.path, 'a.zip'))
    expect(read(bytes)).toMatchObject({
      kind: 'read',
      entries: [{ path: 'a/b.txt' }, { path: 'c.txt', bytes: Buffer.from('c\n') }],
    })
  })

  const [first, second] = [good[0] as Piece, good[1] as Piece]
  it.each<[string, 'unsafe' | 'limits' | 'duplicate', Buffer]>([
    // 81: zip-slip, in every way that a path can leave its folder.
    ...[
      '../x',
      'a/../../x',
      '/etc/passwd',
      'a//b',
      './x',
      'a/.',
      '..',
      'C:/x',
      'C:x',
      String.raw`a\..\x`,
      'a\u0000b',
      'a\u202Eb',
      '',
      '/',
    ].map((name): [string, 'unsafe', Buffer] => [
      `the name ${plainName(name)}`,
      'unsafe',
      zip([{ ...first, name }]),
    ]),
    ['a link', 'unsafe', zip([{ ...first, mode: 0o120777, content: '/etc/passwd' }])],
    ['a device', 'unsafe', zip([{ ...first, mode: 0o020666 }])],
    ['a folder that is named like a file', 'unsafe', zip([{ ...first, mode: 0o040755 }])],
    ['a folder with content', 'unsafe', zip([{ ...first, name: 'a/', mode: 0o040755 }])],
    // 82: bombs, entries that lie, and two entries of one name.
    [
      'more unpacked than is read',
      'limits',
      zip([{ ...first, content: '\0'.repeat(2 ** 20 + 1) }]),
    ],
    [
      'more unpacked in sum',
      'limits',
      zip([
        { ...first, content: '\0'.repeat(2 ** 19 + 1) },
        { ...second, content: '\0'.repeat(2 ** 19) },
      ]),
    ],
    ['a size that is said too small', 'unsafe', zip([{ ...second, said: { size: 10 } }])],
    ['a size that is said too large', 'unsafe', zip([{ ...second, said: { size: 5000 } }])],
    ['another checksum', 'unsafe', zip([{ ...first, said: { crc: 1 } }])],
    ['a name twice', 'duplicate', zip([first, { ...second, name: first.name }])],
    [
      'a name twice in two letter cases',
      'duplicate',
      zip([first, { ...second, name: first.name.replace('record', 'Record') }]),
    ],
    [
      'a name twice in two Unicode forms',
      'duplicate',
      zip([second, { ...first, name: second.name.normalize('NFD') }]),
    ],
    [
      'too many entries',
      'limits',
      zip(Array.from({ length: 101 }, (_, n) => ({ ...first, name: `${n}` }))),
    ],
    ['fewer entries than it says', 'unsafe', zip(good, { count: 3 })],
    ['more entries than it says', 'unsafe', zip(good, { count: 1 })],
    ['another name in its second header', 'unsafe', zip([{ ...first, said: { localName: 'b' } }])],
    ['something between its entries', 'unsafe', zip([first, { ...second, gap: 7 }])],
    ['something before it', 'unsafe', Buffer.concat([Buffer.from('MZ'), zip(good)])],
    ['something after it', 'unsafe', Buffer.concat([zip(good), Buffer.from(' ')])],
    ['another archive after it', 'unsafe', Buffer.concat([zip(good), zip([first])])],
    ['a comment', 'unsafe', zip(good, { comment: 'x' })],
    ['encryption', 'unsafe', zip([{ ...first, flags: 0x0801 }])],
    ['another way of packing', 'unsafe', zip([{ ...first, method: 9 }])],
    ['nothing in it', 'unsafe', Buffer.alloc(0)],
  ])('with %s is refused', (_name, why, bytes) => {
    expect(read(bytes)).toMatchObject({ kind: 'refused', why })
  })

  it('is never half read, and reading never throws', () => {
    const whole = zip(good)
    for (let end = 0; end < whole.length; end += 1)
      expect(read(whole.subarray(0, end)).kind, `${end}`).toBe('refused')
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 6 }),
        (changes) => {
          const bytes = Buffer.from(whole)
          for (const [at, value] of changes) bytes[at] = value
          const answer = read(bytes)
          if (answer.kind === 'read')
            expect(answer.entries.map(({ bytes: one }) => one)).toEqual(
              good.map(({ content }) => Buffer.from(content)),
            )
        },
      ),
      { numRuns: 3000 },
    )
  })
})
