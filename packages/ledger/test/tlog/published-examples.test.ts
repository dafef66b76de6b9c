import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { readCheckpointText } from '../../src/tlog/checkpoint.ts'
import { GrowingTree } from '../../src/tlog/growing-tree.ts'
import { EMPTY_ROOT, hashLeaf } from '../../src/tlog/merkle-hash.ts'
import { readVerifierKey, writeVerifierKey } from '../../src/tlog/note-key.ts'
import { consistencyRanges, inclusionRanges } from '../../src/tlog/proofs.ts'
import { checkNote, readNote, writeNote } from '../../src/tlog/signed-note.ts'
import { bundlePath, partialTiles, tilePath } from '../../src/tlog/tiles.ts'
import { readTlogProof, writeTlogProof } from '../../src/tlog/tlog-proof.ts'

describe('C2SP signed-note, Verifier keys, Example', () => {
  const vkey = 'example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k'
  const text = [
    'This is an example message.',
    '',
    '\u2014 example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=',
    '',
  ].join('\n')

  it('verifies, and is written back byte for byte', () => {
    const key = readVerifierKey(vkey)
    const note = readNote(text)
    if (key === undefined || note === undefined) throw new Error('the example was refused')
    expect(checkNote(note, key)).toBe('signed')
    expect(writeNote(note)).toBe(text)
    expect(writeVerifierKey(key)).toBe(vkey)
  })

  it('is forged with any other text', () => {
    const key = readVerifierKey(vkey)
    const note = readNote(text.replace('message', 'massage'))
    if (key === undefined || note === undefined) throw new Error('the example was refused')
    expect(checkNote(note, key)).toBe('forged')
  })

  it('has an id that must be that of the key', () => {
    expect(readVerifierKey(vkey.replace('530d903a', '530d903b'))).toBeUndefined()
  })
})

describe('C2SP signed-note, first example', () => {
  const text = [
    'Ognuno sta solo sul cuor della terra',
    'trafitto da un raggio di sole:',
    '',
    'ed \u00e8 subito sera.',
    '',
    '\u2014 quasimodo.example/salvatore NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJKONrMouFSQU0xMcXxj99ihAQwaqP3ZekRwNtIc=',
    '',
  ].join('\n')

  it('keeps the empty line of its text, and is written back byte for byte', () => {
    const note = readNote(text)
    expect(note?.text).toMatch(/sole:\n\ned \u00e8 subito sera\.\n$/)
    expect(note?.signatures.map(({ name }) => name)).toEqual(['quasimodo.example/salvatore'])
    expect(note === undefined ? '' : writeNote(note)).toBe(text)
  })

  it('is no note without its newline at the end, or with a line of another dash', () => {
    expect(readNote(text.trimEnd())).toBeUndefined()
    expect(readNote(text.replace('\u2014', '-'))).toBeUndefined()
  })
})

describe('C2SP tlog-cosignature, first example', () => {
  const text = [
    'example.com/behind-the-sofa',
    '20852163',
    'CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=',
    '',
    '\u2014 example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=',
    '\u2014 witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==',
    '',
  ].join('\n')

  it('is read as a checkpoint with two lines, the second at its time', () => {
    const note = readNote(text)
    expect(readCheckpointText(note?.text ?? '')).toMatchObject({
      origin: 'example.com/behind-the-sofa',
      size: 20_852_163,
    })
    expect(note?.signatures.map(({ name }) => name)).toEqual([
      'example.com/behind-the-sofa',
      'witness.example.com/w1',
    ])
    expect(note?.signatures[1]?.bytes.readBigUInt64BE()).toBe(1_679_315_147n)
    expect(note === undefined ? '' : writeNote(note)).toBe(text)
  })
})

describe('C2SP tlog-tiles', () => {
  it('numbers tiles as its Merkle Tree section says', () => {
    expect(tilePath({ level: 0, n: 1_234_067, width: 256 })).toBe('tile/0/x001/x234/067')
    expect(tilePath({ level: 2, n: 0, width: 1 })).toBe('tile/2/000.p/1')
    expect(bundlePath({ n: 273, width: 112 })).toBe('tile/entries/273.p/112')
  })

  it('splits 70,000 and 256 leaves as its Partial Tiles section says', () => {
    expect(partialTiles(70_000)).toEqual([
      { level: 0, n: 273, width: 112 },
      { level: 1, n: 1, width: 17 },
      { level: 2, n: 0, width: 1 },
    ])
    expect(partialTiles(256)).toEqual([{ level: 1, n: 0, width: 1 }])
  })
})

describe('C2SP tlog-proof, first example', () => {
  /** The page prints a key id and the last bytes of each signature: in between there are zeros here. */
  const line = (name: string, id: string, bytes: number) =>
    `\u2014 ${name} ${Buffer.concat([Buffer.from(id, 'base64').subarray(0, 4), Buffer.alloc(bytes)]).toString('base64')}`
  const text = [
    'c2sp.org/tlog-proof@v1',
    'extra YWdlLXYxLjIuMS1kYXJ3aW4tYXJtNjQudGFyLmd6kYXJ3aW4tYXJ',
    'index 73894',
    'gSKyXoYZUgZ6jduWYrkDOARinOMGJveXjgMkBTcdPlQ=',
    'B95lDa8R83lS8n0eG+o0buTxRKQTYFi//1U8anccXmA=',
    'EKNzoDWG8LGC0Yp9o+sv3qllpMP9uHQ9B20KNL+Q1zs=',
    'RoopEkOdqkYqMB4MJXrbt/hMjOxsVn0IrWjpz1ZMMes=',
    'AHCioX9nLjsrse6YhjRRmk1WUEirVOLLRoOQ6vfO5vk=',
    '',
    'example.com/fancylog',
    '109482',
    'sFodV/vSp5O8n9a8QpW6PRY97tfOSW5bsc2Xl/EQi08=',
    '',
    line('example.com/fancylog', 'hI2DJw', 64),
    line('witness1.example', 'mJirIklj', 72),
    line('witness2.example', 'TnKKVHLX', 72),
    line('witness3.example', 'S4X82uH5', 72),
    '',
  ].join('\n')

  it('is read, and written back byte for byte', () => {
    const proof = readTlogProof(text)
    if (proof === undefined) throw new Error('the example was refused')
    expect(proof.extra?.toString('latin1')).toMatch(/^age-v1\.2\.1-darwin-arm64\.tar\.gz/)
    expect(proof.index).toBe(73_894)
    expect(proof.hashes).toHaveLength(5)
    expect(writeTlogProof(proof)).toBe(text)
    const note = readNote(proof.checkpoint)
    expect(readCheckpointText(note?.text ?? '')).toMatchObject({
      origin: 'example.com/fancylog',
      size: 109_482,
    })
    expect(note?.signatures.map(({ name, id }) => `${name} ${id}`)).toEqual([
      'example.com/fancylog 848d8327',
      'witness1.example 9898ab22',
      'witness2.example 4e728a54',
      'witness3.example 4b85fcda',
    ])
    expect(note === undefined ? '' : writeNote(note)).toBe(proof.checkpoint)
  })

  it('is no proof with as many hashes as no tree has, or with a blank line among them', () => {
    const hash = 'gSKyXoYZUgZ6jduWYrkDOARinOMGJveXjgMkBTcdPlQ='
    expect(readTlogProof(text.replace(hash, `${hash}\n`.repeat(64).trimEnd()))).toBeUndefined()
    expect(readTlogProof(text.replace(hash, `${hash} `))).toBeUndefined()
  })
})

describe('RFC 6962', () => {
  /** The leaves and roots by which implementations of Certificate Transparency check each other. */
  const leaves = [
    '',
    '00',
    '10',
    '2021',
    '3031',
    '40414243',
    '5051525354555657',
    '606162636465666768696a6b6c6d6e6f',
  ]
  const roots = [
    '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
    'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
    'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
    'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
    '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
    'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
    '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
  ]

  it('§2.1: hashes the known leaves to the known roots', () => {
    const tree = new GrowingTree()
    expect(tree.root).toEqual(EMPTY_ROOT)
    expect(EMPTY_ROOT).toEqual(createHash('sha256').update('').digest())
    const grown = leaves.map((leaf) => {
      tree.append(hashLeaf(Buffer.from(leaf, 'hex')))
      return tree.root.toString('hex')
    })
    expect(grown).toEqual(roots)
  })

  it('§2.1.3: proves the leaves of its tree of seven by the nodes that it names', () => {
    const names = new Map(
      Object.entries({ a: [0, 1], b: [1, 2], c: [2, 3], d: [3, 4], e: [4, 5], f: [5, 6] }).map(
        ([name, ends]) => [ends.join(), name],
      ),
    )
    for (const [name, ends] of Object.entries({
      g: [0, 2],
      h: [2, 4],
      i: [4, 6],
      j: [6, 7],
      k: [0, 4],
      l: [4, 7],
    })) {
      names.set(ends.join(), name)
    }
    const spell = (ranges: ReturnType<typeof inclusionRanges>) =>
      ranges.map(({ start, end }) => names.get(`${start},${end}`) ?? '?').join('')
    expect([0, 3, 4, 6].map((index) => spell(inclusionRanges(index, 7)))).toEqual([
      'bhl',
      'cgl',
      'fjk',
      'ik',
    ])
    expect([3, 4, 6].map((old) => spell(consistencyRanges(old, 7)))).toEqual(['cdgl', 'l', 'ijk'])
  })
})
