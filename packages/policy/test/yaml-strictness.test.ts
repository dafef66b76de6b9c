import { describe, expect, it } from 'vitest'
import { parsePolicy } from '../src/index.ts'
import { exampleWith, positionOf } from './example-policy.ts'

function refusal(text: string | Uint8Array): { code: string; subject: string; message: string } {
  const parsed = parsePolicy(text)
  if (parsed.ok) throw new Error('was accepted')
  const [first] = parsed.findings
  if (first === undefined) throw new Error('refused without a finding')
  return first
}

const cases: readonly {
  name: string
  from: string
  to: string
  at: string
  code: string
  says: string
}[] = [
  {
    name: 'an anchor',
    from: 'timeout: 5m',
    to: 'timeout: &t 5m',
    at: '5m',
    code: 'unsupported-yaml',
    says: 'anchor',
  },
  {
    name: 'an alias',
    from: 'expires: 1h',
    to: 'expires: *t',
    at: '*t',
    code: 'unsupported-yaml',
    says: 'alias',
  },
  {
    name: 'a tag',
    from: 'required: 5',
    to: 'required: !!int "5"',
    at: '"5"',
    code: 'unsupported-yaml',
    says: 'tag',
  },
  {
    name: 'a tag of its own',
    from: 'required: 5',
    to: 'required: !x 5',
    at: '5',
    code: 'unsupported-yaml',
    says: 'tag',
  },
  {
    name: 'a merge key',
    from: 'verdict:\n',
    to: 'verdict:\n  <<: {}\n',
    at: '<<',
    code: 'unsupported-yaml',
    says: 'merge key',
  },
  {
    name: 'a second document',
    from: 'verdict:',
    to: '---\nverdict:',
    at: '---',
    code: 'unsupported-yaml',
    says: 'second YAML document',
  },
  {
    name: 'a key twice',
    from: 'verdict:',
    to: 'mode: observe\nverdict:',
    at: 'mode: observe',
    code: 'not-yaml',
    says: '"mode" stands twice',
  },
  {
    name: 'a key that is a list',
    from: 'verdict:',
    to: '? [a]\n: b\nverdict:',
    at: '[a]',
    code: 'not-yaml',
    says: 'keys must be strings',
  },
  {
    name: 'a tab as indent',
    from: '  expires',
    to: '\texpires',
    at: '\t',
    code: 'not-yaml',
    says: 'not well-formed',
  },
  {
    name: 'an open quote',
    from: '"{artifact}"',
    to: '"{artifact}',
    at: '',
    code: 'not-yaml',
    says: 'not well-formed',
  },
  {
    name: 'a bidi override',
    from: '# default 1h',
    to: '# \u202e1h',
    at: '\u202e',
    code: 'not-yaml',
    says: 'U+202E',
  },
  {
    name: 'a control character',
    from: '# default 1h',
    to: '# \u001b[2J',
    at: '\u001b',
    code: 'not-yaml',
    says: 'U+001B',
  },
]

describe('YAML that a policy may not have', () => {
  it.each(cases)('$name', ({ from, to, at, code, says }) => {
    const text = exampleWith({ from, to })
    const found = refusal(text)
    expect(found.code).toBe(`policy/${code}`)
    expect(found.message).toContain(says)
    if (at !== '')
      expect(found.subject).toBe(
        `bulkhead.yml:${positionOf(text, text.slice(text.indexOf(at, text.indexOf(to))))}`,
      )
  })

  it('a directive, which could make it YAML 1.1', () => {
    expect(refusal(`%YAML 1.1\n---\n${exampleWith()}`)).toMatchObject({
      code: 'policy/unsupported-yaml',
      subject: 'bulkhead.yml:1:1',
    })
    expect(parsePolicy(`---\n${exampleWith()}`).ok).toBe(true)
  })

  it('bytes that are not UTF-8', () => {
    const text = Buffer.concat([Buffer.from(exampleWith()), Buffer.from([0x23, 0xff])])
    expect(refusal(text)).toMatchObject({
      code: 'policy/not-yaml',
      message: 'the file is not UTF-8',
    })
    expect(refusal(Buffer.from(exampleWith(), 'utf16le')).code).toBe('policy/not-yaml')
  })

  it('more than 256 KiB; exactly 256 KiB is read', () => {
    const padded = (size: number) => Buffer.from(exampleWith().padEnd(size, '#'))
    expect(refusal(padded(256 * 1024 + 1))).toMatchObject({
      code: 'policy/too-large',
      subject: 'bulkhead.yml:1:1',
    })
    expect(parsePolicy(padded(256 * 1024)).ok).toBe(true)
  })

  it.each([
    ['lists', '['.repeat(100_000)],
    ['closed lists', '['.repeat(5000) + ']'.repeat(5000)],
    ['block lists', '- '.repeat(100_000)],
    ['mappings', '{a: '.repeat(50_000)],
    ['complex keys', '? '.repeat(100_000)],
    ['aliases that grow', 'a: &a [x,x]\nb: &b [*a,*a]\nc: &c [*b,*b]\nd: [*c,*c]\n'],
    ['twenty closed lists', `mode: ${'['.repeat(20)}${']'.repeat(20)}`],
  ])('bombs: %s', (_name, text) => {
    expect(refusal(text).code).toMatch(/^policy\/(not-yaml|unsupported-yaml)$/)
  })

  it('never shows the stack or words of the machine below', () => {
    const parsed = parsePolicy('['.repeat(200_000))
    expect(JSON.stringify(parsed)).not.toMatch(/call stack|\bat \w+ \(/)
  })
})
