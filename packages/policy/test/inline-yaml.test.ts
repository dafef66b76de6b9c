import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { inlineYaml } from '../src/inline-yaml.ts'

describe('YAML on one line', () => {
  it.each([
    [['npm', 'run', '--silent', 'test:isolation'], '[npm, run, --silent, test:isolation]'],
    [{ file: 'a b', rate: '0.1%', wait: '250ms' }, '{ file: "a b", rate: 0.1%, wait: 250ms }'],
    [
      ['1', '1e3', 'true', 'null', '-', '', 'a:', '{artifact}'],
      '["1", "1e3", "true", "null", "-", "", "a:", "{artifact}"]',
    ],
    [{}, '{}'],
    ['a\nb', '"a\\nb"'],
  ])('%j', (value, text) => {
    expect(inlineYaml(value)).toBe(text)
  })

  it('is read back as what was written, and is one line', () => {
    const text = fc.string({ unit: 'grapheme' })
    const value = fc.oneof(
      text,
      fc.array(text),
      fc.dictionary(text, fc.oneof(text, fc.integer(), fc.boolean())),
    )
    fc.assert(
      fc.property(value, (written) => {
        const line = inlineYaml(written)
        expect(line).not.toMatch(/[\r\n]/)
        expect(parse(`key: ${line} # comment`)).toEqual({ key: written })
      }),
    )
  })
})
