import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { plainName } from '@bulkhead/testkit'
import { InputError } from '@bulkhead/vocabulary'
import { defineInputs } from '../src/input-specs.ts'
import { inputVariable, readInputs } from '../src/inputs.ts'

const own = defineInputs({
  suite: { kind: 'text', required: true, description: 'A suite.' },
  strict: { kind: 'boolean', default: true, description: 'A boolean.' },
  lane: {
    kind: 'choice',
    options: ['standard', 'hotfix'],
    default: 'standard',
    description: 'A choice.',
  },
  'max-age': { kind: 'duration', default: '1h', description: 'A duration.' },
  shards: { kind: 'integer', minimum: 1, maximum: 64, default: 1, description: 'An integer.' },
  'keys-file': { kind: 'path', description: 'A path.' },
  names: { kind: 'lines', description: 'A list.' },
})

/** As the runner passes them: defaults filled in, the empty text where there is none. */
const asRunner = (given: Readonly<Record<string, string>> = {}) => {
  const all = {
    suite: 'security',
    strict: 'true',
    lane: 'standard',
    'max-age': '1h',
    shards: '1',
    'keys-file': '',
    names: '',
    ...given,
  }
  return {
    GITHUB_WORKSPACE: '/work space',
    ...Object.fromEntries(Object.entries(all).map(([name, value]) => [inputVariable(name), value])),
  }
}
const read = (given?: Readonly<Record<string, string>>) =>
  readInputs({ own, common: {} }, asRunner(given))

function findingsOf(given: Readonly<Record<string, string>>) {
  try {
    read(given)
  } catch (error) {
    if (error instanceof InputError) return error.findings
    throw error
  }
  return []
}

describe('inputs', () => {
  it('are read as the types that the registry declares', () => {
    expect(
      read({
        'keys-file': 'keys/a.pem',
        names: 'one\r\ntwo\n',
        strict: 'false',
        'max-age': '90s',
        shards: '64',
      }),
    ).toEqual({
      suite: 'security',
      strict: false,
      lane: 'standard',
      'max-age': 90_000,
      shards: 64,
      'keys-file': '/work space/keys/a.pem',
      names: ['one', 'two'],
    })
  })

  it('that are optional and not given are undefined, lists are empty', () => {
    const values = read()
    expect(values['keys-file']).toBeUndefined()
    expect(values.names).toEqual([])
  })

  it('are named by the runner with hyphens kept and spaces as underscores', () => {
    expect(inputVariable('max-age of all')).toBe('INPUT_MAX-AGE_OF_ALL')
  })

  it.each(
    [
      ['suite', ''],
      ['suite', ' security'],
      ['suite', 'security\n'],
      ['suite', '--upload-pack=touch /tmp/x'],
      ['suite', 'a\0b'],
      ['suite', 'x'.repeat(5_000)],
      ['strict', ''],
      ['strict', 'True'],
      ['strict', 'False'],
      ['strict', ' true'],
      ['strict', 'yes'],
      ['strict', '1'],
      ['lane', 'Hotfix'],
      ['lane', ''],
      ['max-age', '1'],
      ['max-age', '-1h'],
      ['max-age', ''],
      ['shards', '0'],
      ['shards', '65'],
      ['shards', '01'],
      ['shards', '1.0'],
      ['shards', '0x10'],
      ['shards', '１'],
      ['keys-file', '-rf'],
      ['names', 'one\n two'],
      ['names', 'one\rtwo'],
    ].map(([name = '', value = '']) => [name, plainName(value), value] as const),
  )('H126 %s = %s is refused by name, and nothing is coerced', (name, _, value) => {
    expect(findingsOf({ [name]: value })).toEqual([
      expect.objectContaining({ subject: `input ${name}` }),
    ])
  })

  it('that are unknown are refused with the names that there are', () => {
    const [finding, ...others] = findingsOf({ suites: 'security' })
    expect(others).toEqual([])
    expect(finding).toMatchObject({ code: 'action/unknown-input', subject: 'input suites' })
    expect(finding?.remedy).toContain('suite')
  })

  it('report every mistake at once', () => {
    const codes = findingsOf({ suite: '', strict: 'no', shards: 'many', typo: 'x' }).map(
      (finding) => `${finding.code} ${finding.subject}`,
    )
    expect(codes).toEqual([
      'action/unknown-input input typo',
      'action/missing-input input suite',
      'action/invalid-input input strict',
      'action/invalid-input input shards',
    ])
  })

  it('give a boolean for two texts of all there are', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.constantFrom('TRUE', 'true\n', '\ttrue', 'on', 'null'),
        ),
        (text) => {
          fc.pre(text !== 'true' && text !== 'false')
          expect(findingsOf({ strict: text })).toHaveLength(1)
        },
      ),
    )
  })
})
