import { digest } from '@bulkhead/vocabulary'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type TestId,
  diffInventory,
  idKey,
  idLabel,
  inventoryDigest,
  judgeId,
  likenessOf,
  makeInventory,
  parseInventory,
  printInventory,
  uniteTests,
} from '../src/index.ts'

const id = (name: string, className = 'c', file = 'f.ts'): TestId => ({ file, className, name })
const parse = (text: string) => parseInventory(Buffer.from(text), 'inventory.json', 's')
const anyId = fc.record({ file: fc.string(), className: fc.string(), name: fc.string() })
const plainId = fc.record({
  file: fc.stringMatching(/^[a-z/.]{0,8}$/),
  className: fc.stringMatching(/^[a-z]{0,3}$/),
  name: fc.stringMatching(/^[a-z]{1,3}$/),
})

describe('idKey', () => {
  it('is equal exactly when the ids are', () => {
    fc.assert(
      fc.property(anyId, anyId, (a, b) => {
        const same = a.file === b.file && a.className === b.className && a.name === b.name
        expect(idKey(a) === idKey(b)).toBe(same)
      }),
    )
    expect(idKey(id('b', 'a,'))).not.toBe(idKey(id(',b', 'a')))
    expect(idKey(id('b', 'a","'))).not.toBe(idKey(id('","b', 'a')))
  })
})

describe('the file of an inventory', () => {
  it('comes back as it was written, whatever the order of its tests', () => {
    fc.assert(
      fc.property(fc.array(plainId), (ids) => {
        const inventory = makeInventory('s', ids)
        const text = printInventory(inventory)
        expect(parse(text)).toEqual({ kind: 'inventory', inventory })
        expect(printInventory(makeInventory('s', ids.toReversed()))).toBe(text)
      }),
    )
  })

  it('has one test a line', () => {
    expect(printInventory(makeInventory('s', [id('b'), id('a')]))).toBe(
      [
        '{',
        '  "version": 2,',
        '  "suite": "s",',
        '  "files": [],',
        '  "tests": [',
        '    { "file": "f.ts", "class": "c", "name": "a" },',
        '    { "file": "f.ts", "class": "c", "name": "b" }',
        '  ]',
        '}',
        '',
      ].join('\n'),
    )
    expect(parse(printInventory(makeInventory('s', []))).kind).toBe('inventory')
  })

  const test = '{"file":"f","class":"c","name":"n"}'
  it.each([
    ['nothing', ''],
    ['no object', '[]'],
    ['another version', `{"version":3,"suite":"s","tests":[${test}]}`],
    ['an unknown key', `{"version":1,"suite":"s","tests":[${test}],"wildcard":true}`],
    ['a key twice', `{"version":1,"suite":"s","tests":[${test}],"tests":[]}`],
    ['a test without a file', '{"version":1,"suite":"s","tests":[{"class":"c","name":"n"}]}'],
    ['a name that is no text', `{"version":1,"suite":"s","tests":[${test.replace('"n"', '1')}]}`],
    [
      'an unknown key of a test',
      `{"version":1,"suite":"s","tests":[${test.replace('}', ',"x":1}')}]}`,
    ],
    ['a test twice', `{"version":1,"suite":"s","tests":[${test},${test}]}`],
    ['a test without a name', `{"version":1,"suite":"s","tests":[${test.replace('"n"', '""')}]}`],
    ['the name of another suite', `{"version":1,"suite":"t","tests":[${test}]}`],
    [
      'text that is not normalised',
      `{"version":1,"suite":"s","tests":[${test.replace('"n"', '"e\u0301"')}]}`,
    ],
    ['two documents', `{"version":1,"suite":"s","tests":[${test}]}{}`],
    ['a byte order mark', `\uFEFF{"version":1,"suite":"s","tests":[${test}]}`],
  ])('is refused with %s', (_, text) => {
    expect(parse(text).kind).toBe('invalid')
  })

  it('is read with other white space and another order', () => {
    const text = `{"version":1,\r\n\t"suite":"s","tests":[${test.replace('"n"', '"z"')}, ${test} ]}`
    expect(parse(text)).toEqual({
      kind: 'inventory',
      inventory: makeInventory('s', [id('n', 'c', 'f'), id('z', 'c', 'f')]),
    })
  })

  it('never makes the reader throw', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        expect(parse(text).kind).toBe('invalid')
      }),
    )
  })
})

describe('the file of an inventory, version 2', () => {
  const digestOf = (digit: string) => digest(`sha256:${digit.repeat(64)}`)
  const v2 = (files: unknown, tests: unknown = []) =>
    JSON.stringify({ version: 2, suite: 's', files, tests })
  const file = { path: 'test/a.ts', digest: digestOf('1') }

  it('lists files by digest, and tests by leg, and comes back as it was written', () => {
    const legged = { ...id('a'), leg: 'linux' }
    const files = [{ path: 'test/b.ts', digest: digestOf('2') }, file]
    const inventory = makeInventory('s', [legged, id('a')], files)
    const text = printInventory(inventory)
    expect(text).toContain('    { "leg": "linux", "file": "f.ts", "class": "c", "name": "a" }')
    expect(text).toContain(`    { "path": "test/a.ts", "digest": "${digestOf('1')}" },\n`)
    expect(parse(text)).toEqual({ kind: 'inventory', inventory })
    expect(printInventory(makeInventory('s', [id('a'), legged], files.toReversed()))).toBe(text)
  })

  it('is still read in version 1, which lists no files', () => {
    const text = `{"version":1,"suite":"s","tests":[{"file":"f.ts","class":"c","name":"a"}]}`
    expect(parse(text)).toEqual({ kind: 'inventory', inventory: makeInventory('s', [id('a')]) })
  })

  it.each<[string, unknown, unknown?]>([
    ['no files', undefined],
    ['files that are no list', {}],
    ['a file without a digest', [{ path: 'a' }]],
    ['an unknown key of a file', [{ ...file, blob: '1' }]],
    ['a digest of another kind', [{ ...file, digest: 'sha1:1' }]],
    ['a digest in capitals', [{ ...file, digest: digestOf('a').toUpperCase() }]],
    ['a file twice', [file, { ...file, digest: digestOf('2') }]],
    ['an absolute path', [{ ...file, path: '/etc/passwd' }]],
    ['a path out of the repository', [{ ...file, path: 'a/../../b' }]],
    ['a path with an empty part', [{ ...file, path: 'a//b' }]],
    ['a path with a backslash', [{ ...file, path: 'a\\b' }]],
    ['an invisible character in a path', [{ ...file, path: 'te\u200Bst.ts' }]],
    ['a path that is not normalised', [{ ...file, path: 'cafe\u0301.ts' }]],
    ['an empty leg', [file], [{ leg: '', file: 'f', class: 'c', name: 'n' }]],
    ['a leg in capitals', [file], [{ leg: 'Linux', file: 'f', class: 'c', name: 'n' }]],
  ])('is refused with %s', (_, files, tests = []) => {
    expect(parse(v2(files, tests)).kind).toBe('invalid')
    expect(parse(v2([file])).kind).toBe('inventory')
  })
})

describe('an id of a leg', () => {
  it('is another id than without it, or in another leg', () => {
    const keys = [id('a'), { ...id('a'), leg: 'linux' }, { ...id('a'), leg: 'windows' }].map(idKey)
    expect(new Set(keys).size).toBe(3)
    expect(idLabel({ ...id('a'), leg: 'linux' })).toBe('f.ts › c › a (linux)')
  })
})

describe('a likeness', () => {
  it('is found where the eye sees none, and where a test moved', () => {
    const hint = likenessOf([id('Tenant A'), id('x', 'elsewhere')])
    expect(hint(id('tenant\u200B a'))).toContain('only looks the same')
    expect(hint(id('x'))).toContain('ran as f.ts › elsewhere › x')
    expect(hint(id('y'))).toBe('')
  })
})

describe('ids that could be mistaken for others', () => {
  it.each([
    ['a Cyrillic letter in a Latin word', 'ten\u0430nt', 'tenant', 'U+0430'],
    ['a Cyrillic letter as a word of its own', 'tenant \u0430', 'tenant a', 'U+0430'],
    ['a Cyrillic word that reads as a Latin one', '\u0441\u043E\u0440\u0443', 'copy', 'U+0441'],
    ['a Greek letter in a Latin word', 'r\u03BFw', 'row', 'U+03BF'],
    ['a full-width letter', '\uFF41', 'a', 'U+FF41'],
    ['a mathematical letter', '\u{1D41A}', 'a', 'U+1D41A'],
    ['a zero-width space', 'a\u200Bb', 'a b', 'U+200B'],
    ['a zero-width joiner', 'a\u200Db', 'ab', 'U+200D'],
    ['a soft hyphen', 'a\u00ADb', 'a-b', 'U+00AD'],
    ['a filler', 'a\u3164', 'a', 'U+3164'],
    ['a right-to-left override', 'a\u202Eb', 'ab', 'U+202E'],
    ['a no-break space', 'a\u00A0b', 'a b', 'U+00A0'],
    ['a decomposed letter', 'e\u0301', '\u00E9', 'U+0065'],
    ['a space at the end', 'a ', 'a', 'U+0020'],
    ['a space at the start', ' a', 'a', 'U+0020'],
    ['a line end', 'a\nb', 'a b', 'U+000A'],
    ['an escape character', 'a\u001B[1m', 'a[1m', 'U+001B'],
    ['half a character', 'a\uD800', 'a', 'U+D800'],
    ['a private character', 'a\uE000', 'a', 'U+E000'],
  ])('are refused: %s', (_, bad, good, point) => {
    for (const part of ['name', 'className', 'file'] as const) {
      const [finding] = judgeId({ ...id('a'), [part]: bad })
      expect(finding?.code).toBe('test/confusing-name')
      expect(finding?.message).toContain(point)
      expect(judgeId({ ...id('a'), [part]: good })).toEqual([])
    }
  })

  it.each([
    'возвращает 404 с ошибкой',
    'GET возвращает 404 с ошибкой',
    'сорт',
    'テナント isolation',
    'naïve › café … ✓',
    'μ-test of Ω',
  ])('are not these: %s', (name) => {
    expect(judgeId(id(name))).toEqual([])
  })
})

describe('comparing what ran with what is required', () => {
  it('finds missing, unlisted and repeated ids exactly', () => {
    const required = [id('a'), id('b'), id('*')]
    expect(diffInventory(required, [id('b'), id('A'), id('b'), id('x')])).toEqual({
      missing: [id('*'), id('a')],
      unlisted: [id('A'), id('x')],
      duplicate: [id('b')],
    })
  })

  it('is empty exactly when both are the same set', () => {
    fc.assert(
      fc.property(fc.array(plainId), fc.array(plainId), (a, b) => {
        const keys = (ids: TestId[]) => new Set(ids.map(idKey))
        const { missing, unlisted } = diffInventory(a, b)
        expect(missing.length === 0).toBe(a.every((one) => keys(b).has(idKey(one))))
        expect(unlisted.length === 0).toBe(b.every((one) => keys(a).has(idKey(one))))
      }),
    )
  })

  it('digests sets of ids, not lists', () => {
    expect(inventoryDigest([id('a'), id('b')])).toBe(inventoryDigest([id('b'), id('a'), id('a')]))
    expect(inventoryDigest([id('a')])).not.toBe(inventoryDigest([id('b')]))
  })

  it('unites what the trusted ref and the head require', () => {
    const base = [id('b'), id('a')]
    const head = [id('b'), id('c')]
    expect(uniteTests(base, head)).toEqual([id('a'), id('b'), id('c')])
  })
})
