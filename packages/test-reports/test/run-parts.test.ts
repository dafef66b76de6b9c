import { cp, mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { sealStatement } from '@bulkhead/envelope'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  RUN_RECORD_TYPE,
  type RunPart,
  WHOLE_SUITE,
  openRunRecord,
  partLabel,
  partOptions,
  readSuiteEvidence,
  runVouchedSuite,
} from '../src/index.ts'
import { partFolder, partOfFolder } from '../src/run-part.ts'
import {
  GREEN,
  PLAN,
  type SuiteRepository,
  keptOf,
  suiteRepository,
  vouchedRun,
  writing,
} from './support/suite-repository.ts'

const part = (leg: string, index: number, of: number): RunPart => ({ leg, shard: { index, of } })
const foldersOf = async ({ evidence }: SuiteRepository) =>
  (await readdir(join(evidence, 'tenant'))).sort()
const partsOf = async (repository: SuiteRepository) => {
  const kept = await readSuiteEvidence(repository.evidence, 'tenant')
  return kept.map(({ record }) => {
    const opened = openRunRecord(record ?? Buffer.alloc(0), repository.vouchers)
    return opened.kind === 'vouched' ? partLabel('s', opened.run.record) : opened.kind
  })
}

describe('the parts of a suite', () => {
  it('are told to the tests and kept side by side', async () => {
    await using repository = await suiteRepository(
      writing(
        {},
        'writeFileSync("results/a.xml", process.env.BULKHEAD_LEG + " " + process.env.BULKHEAD_SHARD)',
      ),
    )
    for (const one of [part('linux', 1, 2), part('linux', 2, 2), part('windows', 1, 2)])
      await runVouchedSuite(vouchedRun(repository, { part: one }))
    expect(await foldersOf(repository)).toEqual(['linux.1-of-2', 'linux.2-of-2', 'windows.1-of-2'])
    expect(await partsOf(repository)).toEqual([
      's (linux, shard 1/2)',
      's (linux, shard 2/2)',
      's (windows, shard 1/2)',
    ])
    const [, second] = await readSuiteEvidence(repository.evidence, 'tenant')
    expect(await readFile(second?.reports[0]?.file ?? '', 'utf8')).toBe('linux 2/2')
  })

  it('replace those of their leg that were split otherwise, and no other leg', async () => {
    await using repository = await suiteRepository(writing({ 'a.xml': GREEN }))
    for (const one of [part('linux', 1, 3), part('linux', 3, 3), part('windows', 2, 3)])
      await runVouchedSuite(vouchedRun(repository, { part: one }))
    await runVouchedSuite(vouchedRun(repository, { part: part('linux', 1, 2) }))
    expect(await foldersOf(repository)).toEqual(['linux.1-of-2', 'windows.2-of-3'])
  })

  it('are what their record says, whatever their folder is called', async () => {
    await using repository = await suiteRepository(writing({ 'a.xml': GREEN }))
    await runVouchedSuite(vouchedRun(repository, { part: part('', 1, 2) }))
    const place = join(repository.evidence, 'tenant')
    await cp(join(place, '1-of-2'), join(place, '2-of-2'), { recursive: true })
    expect(await partsOf(repository)).toEqual(['s (shard 1/2)', 's (shard 1/2)'])
    await rm(join(place, '2-of-2', 'record.json'))
    expect(await partsOf(repository)).toEqual(['s (shard 1/2)', 'refused'])
  })

  it('have folders of their own, each read back as the part that it is', () => {
    const anyPart = fc
      .record({
        leg: fc.oneof(fc.constant(''), fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,20}$/)),
        of: fc.integer({ min: 1, max: 1000 }),
        at: fc.nat(),
      })
      .map(({ leg, of, at }) => part(leg, (at % of) + 1, of))
    fc.assert(
      fc.property(anyPart, (one) => {
        expect(partOfFolder(partFolder(one))).toEqual(one)
      }),
    )
    expect(partOfFolder(partFolder(part('1-of-1', 1, 2)))).toEqual(part('1-of-1', 1, 2))
  })

  it.each([
    '',
    '.',
    'record.json',
    '0-of-1',
    '2-of-1',
    '01-of-2',
    '1-of-1001',
    'A.1-of-1',
    '.1-of-1',
  ])('are not read from a folder named %j', (name) => {
    expect(partOfFolder(name)).toBeUndefined()
    expect(partOfFolder('1-of-1')).toEqual(WHOLE_SUITE)
  })

  it('are named in commands as they are run', () => {
    expect(partOptions('s', part('linux', 2, 4))).toBe('--suite s --leg linux --shard 2/4')
    expect(partOptions('s', WHOLE_SUITE)).toBe('--suite s')
    expect(partLabel('s', WHOLE_SUITE)).toBe('s')
  })
})

describe('a run record', () => {
  it('says all that a gate needs to know of the run', async () => {
    await using repository = await suiteRepository(writing({ 'a.xml': GREEN }))
    const { record } = await runVouchedSuite(
      vouchedRun(repository, { part: part('linux', 2, 4), run: { id: '8412', attempt: 3 } }),
    )
    expect(record).toMatchObject({
      suite: 'tenant',
      leg: 'linux',
      shard: { index: 2, of: 4 },
      commit: repository.commit,
      command: PLAN.command,
      end: { kind: 'exited', code: 0 },
      timeout: PLAN.timeout,
      nonce: expect.stringMatching(/./),
      run: { id: '8412', attempt: 3 },
      tools: { bulkhead: '0.0.0' },
      reports: [{ path: 'results/a.xml', digest: expect.stringMatching(/^sha256:/) }],
    })
  })

  it('is refused when any of it is absent, other than it must be, or too much', async () => {
    await using repository = await suiteRepository(writing({ 'a.xml': GREEN }))
    const { record } = await runVouchedSuite(vouchedRun(repository))
    const report = record.reports[0]
    const subject = [
      { name: `git+commit:${record.commit}`, digest: { gitCommit: record.commit as string } },
      { name: report?.path ?? '', digest: { sha256: report?.digest.slice(7) ?? '' } },
    ]
    const kindOf = async (predicate: unknown) => {
      const statement = { subject, predicateType: RUN_RECORD_TYPE, predicate }
      const sealed = await sealStatement(statement, repository.signer)
      return openRunRecord(sealed, repository.vouchers).kind
    }
    expect(await kindOf(record)).toBe('vouched')
    const wrong: Record<string, unknown> = {
      leg: 'Linux',
      shard: { index: 2, of: 1 },
      run: { id: '', attempt: 1 },
      timeout: 0,
      tools: { node: 24 },
      endedAt: '2000-01-01T00:00:00.000Z',
      nonce: '',
      commit: 'HEAD',
    }
    for (const [key, value] of Object.entries(wrong))
      expect(await kindOf({ ...record, [key]: value }), key).toBe('refused')
    expect(await kindOf({ ...record, shard: { index: 1, total: 1 } })).toBe('refused')
    expect(await kindOf({ ...record, run: { id: '1', attempt: 0 } })).toBe('refused')
    expect(await kindOf({ ...record, run: { id: 'a b', attempt: 1 } })).toBe('refused')
    for (const key of Object.keys(record)) {
      const { [key]: _, ...rest } = record as unknown as Record<string, unknown>
      expect(await kindOf(rest), key).toBe('refused')
    }
  })
})

describe('a report that is older than the run (109)', () => {
  const OLD = 'new Date(2020, 0, 1)'

  it('is not taken, and neither is any other: half must not look like all', async () => {
    await using repository = await suiteRepository(
      writing(
        { 'a.xml': GREEN, 'b.xml': GREEN },
        `const { utimesSync } = await import('node:fs')
utimesSync('results/b.xml', ${OLD}, ${OLD})`,
      ),
    )
    const { record, findings } = await runVouchedSuite(vouchedRun(repository))
    expect(findings.map(({ code, subject }) => `${code} ${subject}`)).toEqual([
      'test/stale-report results/b.xml',
    ])
    expect(record.reports).toEqual([])
    expect((await keptOf(repository)).reports).toEqual([])
  })

  it('is found when the command brings it back from a cache', async () => {
    const program = (copy: string) => `import { cpSync, mkdirSync } from 'node:fs'
mkdirSync('results')
cpSync('../cache/a.xml', 'results/a.xml', ${copy})`
    const codes = async (copy: string) => {
      await using repository = await suiteRepository(program(copy))
      await mkdir(join(repository.root, '../cache'))
      await writeFile(join(repository.root, '../cache/a.xml'), GREEN)
      const { findings } = await runVouchedSuite(vouchedRun(repository))
      return findings.map(({ code }) => code)
    }
    expect(await codes('{ preserveTimestamps: true }')).toEqual(['test/stale-report'])
    expect(await codes('{}')).toEqual([])
  })
})
