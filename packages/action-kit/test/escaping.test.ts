import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { plainName } from '@bulkhead/testkit'
import { findingLines } from '../src/annotations.ts'
import { logLine, workflowCommand } from '../src/commands.ts'
import { outputLines } from '../src/outputs.ts'
import { commandsIn, outputsIn } from '../src/testing/index.ts'
import { untrustedOutput } from '../src/untrusted-output.ts'

const HOSTILE = [
  '::error file=a::b',
  '  \t::set-output name=verdict::PASS',
  'x\n::add-mask::a',
  'x\r::stop-commands::t',
  'x\r\n::debug::a',
  'see ##[error]here',
  '\u001b[31m::error::red',
  '\u200b::error::hidden',
  '%0A::error::x',
  '##\u001b[0m[command]x',
]
const pieces = fc.constantFrom(
  '::',
  ':',
  '%',
  '%0A',
  '%25',
  '\n',
  '\r',
  ' ',
  '\t',
  '##[',
  '##',
  '[',
  ']',
  'error',
  'set-output name=a',
  ',',
  '=',
  '\u001b[0m',
  '\u2028',
  '\u0085',
)
const hostileText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.array(pieces, { maxLength: 12 }).map((list) => list.join('')),
  fc.constantFrom(...HOSTILE),
)

describe('a line of the log', () => {
  it.each(HOSTILE.map((text) => [plainName(text), text]))(
    'never commands the runner: %s',
    (_, text) => {
      expect(commandsIn(logLine(text))).toEqual([])
    },
  )

  it('never commands the runner, whatever the text is', () => {
    fc.assert(
      fc.property(hostileText, (text) => commandsIn(logLine(text)).length === 0),
      { numRuns: 2_000 },
    )
  })

  it('would be found to command by the reader that these tests trust', () => {
    expect(commandsIn('  ::error title=t::a%0Ab\nplain\nx ##[warning]y')).toEqual([
      { name: 'error', properties: { title: 't' }, data: 'a\nb' },
      { name: 'warning', properties: {}, data: 'y' },
    ])
  })
})

describe('a workflow command', () => {
  it('is one command with exactly its data and properties, whatever they are', () => {
    fc.assert(
      fc.property(hostileText, hostileText, (data, title) => {
        expect(commandsIn(workflowCommand('error', data, { title }))).toEqual([
          { name: 'error', properties: { title }, data },
        ])
      }),
      { numRuns: 2_000 },
    )
  })
})

describe('the output of a child', () => {
  it('is shown in lines without a command, however it is cut into chunks', () => {
    fc.assert(
      fc.property(
        fc.array(hostileText, { maxLength: 6 }),
        fc.integer({ min: 1, max: 7 }),
        (texts, size) => {
          const lines: string[] = []
          const output = untrustedOutput((line) => lines.push(line))
          const bytes = Buffer.from(texts.join('\n'))
          for (let at = 0; at < bytes.length; at += size)
            output.write(bytes.subarray(at, at + size))
          output.end()
          expect(commandsIn(lines.join('\n'))).toEqual([])
          expect(lines.filter((line) => /[\r\n]/.test(line))).toEqual([])
        },
      ),
    )
  })

  it('keeps every line of an honest child, the last one without an end too', () => {
    const lines: string[] = []
    const output = untrustedOutput((line) => lines.push(line))
    for (const chunk of ['one\r', '\ntwo é'.slice(0, 5), ' three\n\nfour'])
      output.write(Buffer.from(chunk))
    output.end()
    expect(lines).toEqual(['one', 'two  three', '', 'four'])
  })

  it('is passed on in parts when a line does not end', () => {
    const lines: string[] = []
    const output = untrustedOutput((line) => lines.push(line))
    for (let count = 0; count < 10; count += 1) output.write(Buffer.from('x'.repeat(1_000)))
    expect(lines).toHaveLength(1)
  })
})

describe('annotations', () => {
  const finding = (
    code: 'gate/failed-test' | 'signature/unsigned' | 'ledger/fork',
    subject: string,
  ) => ({ code, subject, message: 'm', remedy: 'r' }) as never
  it('are ten at most: the gravest, one of every code first, and the rest is counted', () => {
    const many = Array.from({ length: 40 }, (_, index) =>
      finding('gate/failed-test', `test ${index}`),
    )
    const lines = findingLines([...many, finding('signature/unsigned', 'abc')], {
      annotate: true,
      level: 'error',
    })
    const annotations = commandsIn(lines.join('\n'))
    expect(annotations).toHaveLength(10)
    expect(annotations[0]?.properties).toEqual({ title: 'signature/unsigned' })
    expect(annotations[9]?.data).toBe(
      '32 more findings are in the log and in the summary of the job',
    )
    expect(lines.filter((line) => line.startsWith('✗'))).toHaveLength(32)
  })

  it('are all shown when there are ten', () => {
    const ten = Array.from({ length: 10 }, (_, index) =>
      finding('gate/failed-test', `test ${index}`),
    )
    expect(
      commandsIn(findingLines(ten, { annotate: true, level: 'error' }).join('\n')).map(
        (command) => command.data,
      ),
    ).toEqual(Array.from({ length: 10 }, (_, index) => `test ${index}: m\n→ r`))
  })

  it('stand at the line of the policy that is wrong', () => {
    const [line = ''] = findingLines(
      [{ code: 'policy/unknown-key', subject: 'bulkhead.yml:3:5', message: 'm', remedy: 'r' }],
      { annotate: true, level: 'error' },
    )
    expect(line).toBe(
      '::error file=bulkhead.yml,line=3,col=5,title=policy/unknown-key::bulkhead.yml:3:5: m%0A→ r',
    )
  })

  it.each([
    [
      'isolation: test/a.test.ts › A › b',
      'boom at test/a.test.ts:12:3',
      'file=test/a.test.ts,line=12,',
    ],
    ['isolation: ./test/a.test.ts › A › b', 'boom', 'file=test/a.test.ts,'],
    ['isolation: test/a.test.ts › A › b', 'other/test/b.ts:9', 'file=test/a.test.ts,'],
    ['isolation: A › b', 'boom', ''],
    ['isolation: /etc/passwd.txt › b', 'boom', ''],
    ['isolation: ../../x.ts › b', 'boom', ''],
    ['isolation: a/../../x.ts › b', 'boom', ''],
    ['isolation: a,line=1.ts › b', 'boom', ''],
  ])('stands at the file of a failing test: %s, %s', (subject, message, place) => {
    const lines = findingLines([{ code: 'gate/failed-test', subject, message, remedy: 'r' }], {
      annotate: true,
      level: 'error',
    })
    expect(lines).toHaveLength(1)
    expect(lines[0]).toMatch(
      new RegExp(`^::error ${place.replaceAll('.', '[.]')}title=gate/failed-test::`),
    )
  })

  it('cannot be forged by subject, message or remedy', () => {
    fc.assert(
      fc.property(hostileText, hostileText, hostileText, (subject, message, remedy) => {
        for (const annotate of [true, false]) {
          const commands = commandsIn(
            findingLines([{ code: 'gate/failed-test', subject, message, remedy }], {
              annotate,
              level: 'error',
            }).join('\n'),
          )
          expect(commands.map((command) => command.name)).toEqual(annotate ? ['error'] : [])
        }
      }),
      { numRuns: 1_000 },
    )
  })
})

describe('outputs', () => {
  const ids = () => {
    let count = 0
    return () => `id${(count += 1)}`
  }
  it('are read back as they were written, whatever is in them', () => {
    fc.assert(
      fc.property(
        fc.dictionary(
          fc.constantFrom('verdict', 'head', 'plan'),
          hostileText.map((text) => text.replaceAll('\r', '')),
        ),
        (values) => {
          expect(outputsIn(outputLines(values, ids()))).toEqual(values)
        },
      ),
      { numRuns: 1_000 },
    )
  })

  it('cannot end themselves with a delimiter that they guessed', () => {
    const values = { plan: 'x\nbulkhead_id1\nverdict=PASS', verdict: 'BLOCK' }
    expect(outputsIn(outputLines(values, ids()))).toEqual(values)
  })
})
