import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { idKey, scanReport } from '../src/index.ts'
import { codes, read, stillClock } from './support/reading.ts'

const named = (name: string, more = '') => `<testcase classname="t" name="${name}"${more}/>`
const report = (cases: readonly string[]) => `<testsuite name="s">${cases.join('\n')}</testsuite>`

describe('ids that stand twice in a report', () => {
  it('are found among many, wherever they stand, by the short and the long way', async () => {
    const cases = Array.from({ length: 20_000 }, (_, index) =>
      named(`test ${index}`, index % 3 === 0 ? ' line="1"' : index % 3 === 1 ? " line='1'" : ''),
    )
    expect((await read(report(cases))).duplicates).toEqual([])
    const again = [named('test 0'), named('test 1'), named('test 19999'), named('test 0')]
    const { duplicates } = await read(report([...cases, ...again]))
    expect(duplicates.map(({ name }) => name)).toEqual(['test 0', 'test 1', 'test 19999'])
  })

  it('are those that are equal in file, class and name, however they are written', async () => {
    const duplicatesOf = async (...cases: string[]) => (await read(report(cases))).duplicates.length
    expect(await duplicatesOf(named('a &amp; b'), named('a &#38; b'))).toBe(1)
    expect(await duplicatesOf(named('a&gt;'), named('a>'))).toBe(1)
    expect(await duplicatesOf(named('a'), named('a', ' file="f"'))).toBe(0)
    expect(
      await duplicatesOf(named('a', ' file="f"'), "<testcase file='f' name='a' classname='t'/>"),
    ).toBe(1)
    expect(await duplicatesOf(named('é'), named('&#233;'))).toBe(1)
    expect(await duplicatesOf(named('é'), named('e\u0301'))).toBe(0)
  })

  it('are the same as a comparison of all ids finds', async () => {
    const part = fc.constantFrom('a', 'b', 'ab', 'é', 'a b')
    const triple = fc.tuple(part, part, part)
    await fc.assert(
      fc.asyncProperty(fc.array(triple, { maxLength: 40 }), async (triples) => {
        const { cases, duplicates } = await read(
          report(
            triples.map(
              ([file, of, name]) => `<testcase file="${file}" classname="${of}" name="${name}"/>`,
            ),
          ),
        )
        const keys = cases.map(({ id }) => idKey(id))
        const twice = new Set(keys.filter((key, index) => keys.indexOf(key) < index))
        expect(new Set(duplicates.map(idKey))).toEqual(twice)
      }),
    )
  })
})

describe('bytes of a report', () => {
  const scan = async (...chunks: readonly Buffer[]) => {
    async function* source() {
      for (const chunk of chunks) yield await Promise.resolve(chunk)
    }
    return codes(await scanReport('junit', source(), { path: 'r.xml', clock: stillClock() }))
  }
  const [head, tail] = ['<testsuite><system-out>', `</system-out>${named('a')}</testsuite>`]

  it('may be cut within a character', async () => {
    const euro = Buffer.from('€')
    expect(
      await scan(Buffer.from(head), euro.subarray(0, 1), euro.subarray(1), Buffer.from(tail)),
    ).toEqual([])
  })

  it('may not have the halves of a character apart from each other', async () => {
    const euro = Buffer.from('€')
    const apart = [euro.subarray(0, 1), Buffer.from('between'), euro.subarray(1)]
    expect(await scan(Buffer.from(head), ...apart, Buffer.from(tail))).toEqual([
      'test/bad-encoding',
    ])
  })

  it('are refused by name when nobody reads their format', async () => {
    const unknown = await read(report([named('a')]), { format: 'nobody-reads-this' })
    expect(codes(unknown)).toEqual(['test/unknown-format'])
    expect(unknown.digest).toBe((await read(report([named('a')]))).digest)
  })

  it('that cannot be read are the fault of the world, not of the report', async () => {
    async function* broken() {
      yield await Promise.resolve(Buffer.from(head))
      throw new Error('EIO: i/o error')
    }
    await expect(
      scanReport('junit', broken(), { path: 'r.xml', clock: stillClock() }),
    ).rejects.toThrow('test/unreadable')
  })
})
