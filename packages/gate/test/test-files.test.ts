import { type TestId, makeInventory } from '@bulkhead/test-reports'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type Amendment,
  type FileState,
  type GateInput,
  type SuiteEvidence,
  judge,
} from '../src/index.ts'
import {
  SUITE,
  digestOf,
  passed,
  report,
  suiteEvidence,
  testId,
  withSuite,
  withSuitePolicy,
} from './gate-input.ts'

const FILE = 'test/isolation.test.ts'
const LIST = SUITE.inventory ?? ''
const [OLD, NEW, OTHER] = ['1', '2', '3'].map(digestOf)
const [ADA, BOB] = ['ada@example.test', 'bob@example.test']
const IDS = ['owner may read', 'stranger may not read'].map(testId)

const inventoryOf = (ids: readonly TestId[], files: Readonly<Record<string, typeof OLD>>) =>
  makeInventory(
    'tenant-isolation',
    ids,
    Object.entries(files).flatMap(([path, digest]) =>
      digest === undefined ? [] : [{ path, digest }],
    ),
  )

/** Nothing changed: the trusted ref and the head list one file, as it is. */
const SAME: Partial<SuiteEvidence> = {
  inventory: {
    trusted: inventoryOf(IDS, { [FILE]: OLD }),
    head: inventoryOf(IDS, { [FILE]: OLD }),
  },
  files: [state(FILE, OLD, OLD), state(LIST, digestOf('a'), digestOf('a'))],
}

/** Ada edited the listed file and updated the inventory. */
const EDITED: Partial<SuiteEvidence> = {
  inventory: {
    trusted: inventoryOf(IDS, { [FILE]: OLD }),
    head: inventoryOf(IDS, { [FILE]: NEW }),
  },
  files: [state(FILE, OLD, NEW), state(LIST, digestOf('a'), digestOf('b'))],
}

function state(
  path: string,
  trusted: typeof OLD | null,
  head: typeof OLD | null,
  editors: readonly string[] = [ADA ?? ''],
): FileState {
  return {
    path,
    trusted: trusted ?? null,
    head: head ?? null,
    editors: trusted === head ? [] : editors,
  }
}

const amendment = (change: Partial<Amendment> = {}): Amendment => ({
  suite: 'tenant-isolation',
  path: FILE,
  oldDigest: digestOf('1'),
  newDigest: digestOf('2'),
  approver: [BOB ?? ''],
  ...change,
})

const inputOf = (change: Partial<SuiteEvidence>): GateInput => withSuite(suiteEvidence(change))
const codesOf = (change: Partial<SuiteEvidence>) =>
  judge(inputOf(change)).findings.map(({ code }) => code)

describe('an edited test file (86)', () => {
  it('blocks, whatever the names of its tests: a body can become expect(true)', () => {
    expect(codesOf(SAME)).toEqual([])
    expect(codesOf(EDITED)).toEqual(['gate/edited-test-file'])
  })

  it('names the command by which somebody else approves', () => {
    const [finding] = judge(inputOf(EDITED)).findings
    expect(finding?.remedy).toContain(
      `bulkhead approve amendment --suite tenant-isolation --path ${FILE}`,
    )
  })

  it('passes with the approval of somebody who had no hand in it', () => {
    expect(codesOf({ ...EDITED, amendments: [amendment()] })).toEqual([])
  })

  it.each([
    ['by its editor', { approver: [ADA ?? ''] }],
    ['by its editor, spelled otherwise', { approver: [' ADA@example.TEST '] }],
    ['by nobody', { approver: [] }],
    ['by an empty name', { approver: [''] }],
    ['of another suite', { suite: 'security' }],
    ['of another file', { path: 'test/other.test.ts' }],
    ['of another old content', { oldDigest: digestOf('3') }],
    ['of another new content', { newDigest: digestOf('3') }],
    ['of its removal', { newDigest: null }],
  ])('blocks with an approval %s', (_, change) => {
    expect(codesOf({ ...EDITED, amendments: [amendment(change)] })).toEqual([
      'gate/edited-test-file',
    ])
  })

  it('blocks when it is not known who edited it: then nobody is somebody else', () => {
    const files = [state(FILE, digestOf('1'), digestOf('2'), [])]
    expect(codesOf({ ...EDITED, files, amendments: [amendment()] })).toEqual([
      'gate/edited-test-file',
    ])
  })

  it('passes when the editor and somebody else approve', () => {
    const both = [amendment({ approver: [ADA ?? ''] }), amendment({ approver: [BOB ?? ''] })]
    expect(codesOf({ ...EDITED, amendments: both })).toEqual([])
  })

  it('blocks with the approval of its editor, who has another address too', () => {
    const own = amendment({ approver: [BOB ?? '', ADA ?? ''] })
    expect(codesOf({ ...EDITED, amendments: [own] })).toEqual(['gate/edited-test-file'])
  })

  it('blocks when nobody looked at it', () => {
    expect(codesOf({ ...SAME, files: [] })).toEqual(['gate/not-judged', 'gate/stale-inventory'])
  })

  it('is nothing to a suite that is not mandatory', () => {
    const input = withSuitePolicy({ mandatory: false }, suiteEvidence(EDITED))
    expect(judge(input).findings).toEqual([])
  })

  it('lets new files come, and new tests in them', () => {
    const more = testId('nobody may read')
    const head = inventoryOf([...IDS, more], { [FILE]: OLD, 'test/more.test.ts': NEW })
    const evidence = suiteEvidence({
      ...SAME,
      reports: [report([...IDS, more].map(({ name }) => passed(name)))],
      inventory: { trusted: SAME.inventory?.trusted, head },
      files: [
        ...(SAME.files ?? []),
        state('test/more.test.ts', null, digestOf('2')),
        state(LIST, digestOf('a'), digestOf('b')),
      ],
    })
    expect(judge(withSuite(evidence)).findings).toEqual([])
  })
})

describe('a test file that is gone', () => {
  const gone: Partial<SuiteEvidence> = {
    inventory: { trusted: inventoryOf(IDS, { [FILE]: OLD }), head: inventoryOf(IDS, {}) },
    files: [state(FILE, digestOf('1'), null)],
  }

  it('blocks without approval, and passes with it', () => {
    expect(codesOf(gone)).toEqual(['gate/edited-test-file'])
    expect(codesOf({ ...gone, amendments: [amendment({ newDigest: null })] })).toEqual([])
    expect(codesOf({ ...gone, amendments: [amendment()] })).toEqual(['gate/edited-test-file'])
  })
})

describe('an inventory', () => {
  it('that gives another digest than the commit has blocks', () => {
    const head = inventoryOf(IDS, { [FILE]: OTHER })
    const inventory = { trusted: SAME.inventory?.trusted, head }
    expect(codesOf({ ...SAME, inventory })).toEqual(['gate/stale-inventory'])
  })

  it('that no longer lists a file which is still there blocks: its next edit would go unseen', () => {
    const inventory = { trusted: SAME.inventory?.trusted, head: inventoryOf(IDS, {}) }
    expect(codesOf({ ...SAME, inventory })).toEqual(['gate/inventory-shrunk'])
  })

  const [kept] = IDS
  const shrunk: Partial<SuiteEvidence> = {
    inventory: {
      trusted: inventoryOf(IDS, { [FILE]: OLD }),
      head: inventoryOf(kept === undefined ? [] : [kept], { [FILE]: OLD }),
    },
    files: [state(FILE, digestOf('1'), digestOf('1')), state(LIST, digestOf('a'), digestOf('b'))],
  }
  const approveList = amendment({ path: LIST, oldDigest: digestOf('a'), newDigest: digestOf('b') })
  const without = [report([passed('owner may read')])]

  it('that shrank blocks though every test still ran: the next release could drop the test', () => {
    const [finding, ...others] = judge(inputOf(shrunk)).findings
    expect(others).toEqual([])
    expect(finding?.code).toBe('gate/inventory-shrunk')
    expect(finding?.message).toContain('stranger may not read')
  })

  it('may shrink with the approval of somebody else, and only then may the test go', () => {
    const evidence = suiteEvidence({ ...shrunk, reports: without })
    const codes = (amendments: readonly Amendment[]) =>
      judge(withSuite({ ...evidence, amendments })).findings.map(({ code }) => code)
    expect(codes([])).toEqual(['gate/inventory-shrunk', 'gate/missing-test'])
    expect(codes([approveList])).toEqual([])
    expect(codes([{ ...approveList, approver: [ADA ?? ''] }])).toEqual([
      'gate/inventory-shrunk',
      'gate/missing-test',
    ])
  })

  it('may lose exactly the ids whose removal was approved', () => {
    const approvedRemovals = [testId('stranger may not read')]
    const evidence = suiteEvidence({ ...shrunk, reports: without, approvedRemovals })
    expect(judge(withSuite(evidence)).findings).toEqual([])
    const other = { ...evidence, approvedRemovals: [testId('another')] }
    expect(judge(withSuite(other)).findings.map(({ code }) => code)).toEqual([
      'gate/inventory-shrunk',
      'gate/missing-test',
    ])
  })

  it('still requires what the head lists, removal approved or not', () => {
    const evidence = suiteEvidence({ ...SAME, reports: without, approvedRemovals: IDS })
    expect(judge(withSuite(evidence)).findings.map(({ code }) => code)).toEqual([
      'gate/missing-test',
    ])
  })

  it('that went away altogether has shrunk', () => {
    const inventory = { trusted: inventoryOf(IDS, {}), head: undefined }
    expect(codesOf({ inventory })).toEqual(['gate/inventory-shrunk'])
  })
})

describe('names that deceive the eye (89)', () => {
  it.each([
    ['letter case', 'Stranger may not read'],
    ['a Cyrillic letter', 'str\u0430nger may not read'],
    ['a zero-width joiner', 'stranger\u200D may not read'],
    ['a space at the end', 'stranger may not read '],
    ['a no-break space', 'stranger may\u00A0not read'],
  ])('do not satisfy a requirement: %s', (_, name) => {
    const reports = [report([passed('owner may read'), passed(name)])]
    expect(codesOf({ ...suiteEvidence({ reports }) })).toEqual([
      'gate/missing-test',
      'gate/unlisted-test',
    ])
  })

  it('nor does another normal form of one and the same text', () => {
    const ids = [testId('caf\u00E9')]
    const inventory = makeInventory('tenant-isolation', ids)
    const both = { trusted: inventory, head: inventory }
    const ran = (name: string) =>
      codesOf(suiteEvidence({ reports: [report([passed(name)])], inventory: both }))
    expect(ran('cafe\u0301')).toEqual(['gate/missing-test', 'gate/unlisted-test'])
    expect(ran('caf\u00E9')).toEqual([])
  })

  it('are pointed out, and so is a test that moved', () => {
    const messageOf = (cases: ReturnType<typeof passed>[]) =>
      judge(withSuite(suiteEvidence({ reports: [report(cases)] }))).findings[0]?.message
    expect(messageOf([passed('owner may read'), passed('STRANGER may not read')])).toContain(
      'only looks the same',
    )
    const moved = { ...passed('x'), id: { ...testId('stranger may not read'), file: 'moved.ts' } }
    expect(messageOf([passed('owner may read'), moved])).toContain(
      'a test of its name ran as moved.ts',
    )
    expect(messageOf([passed('owner may read')])).toBe(
      'the inventory requires this test, and it did not run',
    )
  })
})

describe('laws', () => {
  const anyDigest = fc.constantFrom(...['1', '2', '3'].map(digestOf))
  const anyPerson = fc.constantFrom('ada@example.test', 'bob@example.test', 'Ada@Example.Test', '')
  const anyAmendment: fc.Arbitrary<Amendment> = fc.record({
    suite: fc.constantFrom('tenant-isolation', 'security'),
    path: fc.constantFrom(FILE, LIST),
    oldDigest: anyDigest,
    newDigest: fc.option(anyDigest),
    approver: fc.array(anyPerson, { maxLength: 2 }),
  })

  it('2: an edit passes only with an approval of this very change by another person', () => {
    fc.assert(
      fc.property(fc.array(anyAmendment, { maxLength: 4 }), (amendments) => {
        const fits = amendments.some(
          ({ suite, path, oldDigest, newDigest, approver }) =>
            suite === 'tenant-isolation' &&
            path === FILE &&
            oldDigest === OLD &&
            newDigest === NEW &&
            approver.includes('bob@example.test') &&
            !approver.some((name) => name.toLowerCase() === 'ada@example.test'),
        )
        expect(judge(inputOf({ ...EDITED, amendments })).outcome).toBe(fits ? 'PASS' : 'BLOCK')
      }),
    )
  })

  it('1: a failing test blocks whatever was approved', () => {
    fc.assert(
      fc.property(fc.array(anyAmendment, { maxLength: 4 }), (amendments) => {
        const failed = { ...passed('stranger may not read'), status: 'failed' as const }
        const evidence = suiteEvidence({
          ...EDITED,
          reports: [report([passed('owner may read'), failed])],
          amendments,
          approvedRemovals: IDS,
        })
        expect(judge(withSuite(evidence)).outcome).toBe('BLOCK')
      }),
    )
  })

  it('1: one more editor never turns BLOCK into PASS', () => {
    fc.assert(
      fc.property(
        fc.array(anyAmendment, { maxLength: 3 }),
        fc.array(anyPerson.filter(Boolean), { maxLength: 2 }),
        anyPerson.filter(Boolean),
        (amendments, editors, more) => {
          const outcome = (people: readonly string[]) =>
            judge(
              inputOf({
                ...EDITED,
                amendments,
                files: [state(FILE, digestOf('1'), digestOf('2'), people)],
              }),
            ).outcome
          if (editors.length > 0 && outcome(editors) === 'BLOCK')
            expect(outcome([...editors, more])).toBe('BLOCK')
        },
      ),
    )
  })

  it('13: the order of files and amendments never matters', () => {
    fc.assert(
      fc.property(fc.array(anyAmendment, { maxLength: 4 }), (amendments) => {
        const files = EDITED.files ?? []
        const forward = judge(inputOf({ ...EDITED, amendments, files }))
        const backward = judge(
          inputOf({ ...EDITED, amendments: amendments.toReversed(), files: files.toReversed() }),
        )
        expect(JSON.stringify(backward)).toBe(JSON.stringify(forward))
      }),
    )
  })
})
