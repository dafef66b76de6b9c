import { createHash } from 'node:crypto'
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { crc32, deflateRawSync, gzipSync } from 'node:zlib'
import { temporaryDirectory } from '@bulkhead/testkit'
import { describe, expect, it } from 'vitest'
import { diffInventory, runVouchedSuite } from '../src/index.ts'
import { copyReport } from '../src/report-files.ts'
import { codes, passes, read } from './support/reading.ts'
import {
  GREEN,
  PLAN,
  keptOf,
  suiteRepository,
  vouchedRun,
  writing,
} from './support/suite-repository.ts'

/** Ways to fool a gate with files, by the numbers of the known list: sections A and D. */

const sha256 = (bytes: Buffer | string) =>
  `sha256:${createHash('sha256').update(bytes).digest('hex')}`

/** What one run of a suite that writes these files records, for these patterns. */
async function recordOf(files: Record<string, string>, reports: readonly string[]) {
  await using repository = await suiteRepository(writing(files))
  const { record, findings } = await runVouchedSuite(
    vouchedRun(repository, { plan: { ...PLAN, reports } }),
  )
  return { paths: record.reports.map(({ path }) => path), codes: findings.map(({ code }) => code) }
}

const NOTHING = { paths: [], codes: ['test/no-report'] }
const ONE = { paths: ['results/a.xml'], codes: [] }

describe('files that fool a gate', () => {
  it('A2: a pattern that matches no file leaves the run without reports; one that matches does not', async () => {
    expect(await recordOf({ 'a.txt': GREEN }, ['results/*.xml'])).toEqual(NOTHING)
    expect(await recordOf({ 'a.xml': GREEN }, ['results/*.xml'])).toEqual(ONE)
  })

  it('A29: one test of forty, and a crash that only a log tells of, lacks the others', async () => {
    const names = Array.from({ length: 40 }, (_, n) => `test ${n}`)
    const required = names.map((name) => ({ file: '', className: 't', name }))
    const reportOf = (listed: readonly string[]) =>
      read(
        `<testsuite name="s">${listed.map((name) => `<testcase classname="t" name="${name}"/>`).join('')}<system-err>FATAL: worker crashed</system-err></testsuite>`,
      )
    const missing = async (listed: readonly string[]) => {
      const report = await reportOf(listed)
      expect(passes(report)).toBe(true)
      return diffInventory(
        required,
        report.cases.map(({ id }) => id),
      ).missing.length
    }
    expect(await missing(names.slice(0, 1))).toBe(39)
    expect(await missing(names)).toBe(0)
  })

  it.each([
    ['a typo', 'result/*.xml', 'results/*.xml'],
    ['backslashes', 'results\\*.xml', 'results/*.xml'],
    ['another letter case', 'Results/*.xml', 'results/*.xml'],
    ['an exclusion as if it were a pattern', '!results/a.xml', 'results/a.xml'],
    ['an extended pattern that swallows the file', 'results/!(a).xml', 'results/!(b).xml'],
    ['a folder without its files', 'results', 'results/**'],
    ['another ending', 'results/*.XML', 'results/*.xml'],
  ])('D79: %s finds nothing, and its twin does', async (_, wrong, right) => {
    expect(await recordOf({ 'a.xml': GREEN }, [wrong])).toEqual(NOTHING)
    expect(await recordOf({ 'a.xml': GREEN }, [right])).toEqual(ONE)
  })

  it('D79: one pattern of two that finds nothing leaves no report at all', async () => {
    expect(await recordOf({ 'a.xml': GREEN }, ['results/*.xml', 'results/*.tap'])).toEqual(NOTHING)
    expect(await recordOf({ 'a.xml': GREEN }, ['results/*.xml', '**/a.xml'])).toEqual(ONE)
  })

  it('D81: an archive is no report, whatever its entries are called, and nothing of it is written', async () => {
    await using home = await temporaryDirectory()
    const path = join(home.path, 'reports')
    await mkdir(path)
    const slip = zip([['../../escaped.xml', GREEN]])
    await writeFile(join(path, 'a.xml'), slip)
    for (const format of ['auto', 'junit']) expect(passes(await read(slip, { format }))).toBe(false)
    await copyReport(path, 'a.xml', { directory: join(home.path, 'copies'), number: 1 })
    expect((await readdir(home.path, { recursive: true })).sort()).toEqual([
      'copies',
      'copies/1-a.xml',
      'reports',
      'reports/a.xml',
    ])
    expect(passes(await read(GREEN, { format: 'auto' }))).toBe(true)
  })

  it.each([
    ['a zip file that inflates to 64 MB', zip([['a.xml', Buffer.alloc(64 * 1024 * 1024)]])],
    [
      'two entries of one name',
      zip([
        ['a.xml', GREEN],
        ['a.xml', GREEN],
      ]),
    ],
    ['a zip file of one green report', zip([['a.xml', GREEN]])],
    ['gzip', gzipSync(GREEN)],
  ])('D82: %s is never unpacked: it is refused as it is', async (_, bytes) => {
    const named = await read(bytes, { format: 'junit' })
    expect(['test/bad-encoding', 'test/unparseable']).toContain(codes(named)[0])
    expect(named.counts.tests).toBe(0)
    const unnamed = await read(bytes, { format: 'auto' })
    expect(['test/unknown-format', 'test/bad-encoding']).toContain(codes(unnamed)[0])
    expect(passes(await read(GREEN, { format: 'auto' }))).toBe(true)
  })

  it('D83: what is changed after it was hashed is judged as it was hashed', async () => {
    const red = GREEN.replace('/></', '><failure/></testcase></')
    const late = `process.on('exit', () => writeFileSync('results/a.xml', ${JSON.stringify(red)}))`
    const judged = async (then: string) => {
      await using repository = await suiteRepository(writing({ 'a.xml': GREEN }, then))
      const { record } = await runVouchedSuite(vouchedRun(repository))
      // The tests are over, and somebody writes to their report.
      await writeFile(join(repository.root, 'results/a.xml'), `${GREEN} `)
      const [kept] = (await keptOf(repository)).reports
      const bytes = await readFile(kept?.file ?? '')
      expect(record.reports[0]?.digest).toBe(sha256(bytes))
      const report = await read(bytes)
      expect(report.digest).toBe(sha256(bytes))
      return passes(report)
    }
    expect(await judged(late)).toBe(false)
    expect(await judged('')).toBe(true)
  })

  it('D84: a file that two patterns match is one report', async () => {
    const both = ['results/*.xml', 'results/**/a.xml']
    expect(await recordOf({ 'a.xml': GREEN }, both)).toEqual(ONE)
  })

  it('D84: a copy in another folder has the digest of the first, which the gate refuses', async () => {
    const folder = `mkdirSync('results/copy'); writeFileSync('results/copy/a.xml', `
    const digests = async (second: string) => {
      const program = writing({ 'a.xml': GREEN }, `${folder}${JSON.stringify(second)})`)
      await using repository = await suiteRepository(program)
      const plan = { ...PLAN, reports: ['results/**/*.xml'] }
      const { record } = await runVouchedSuite(vouchedRun(repository, { plan }))
      expect(record.reports).toHaveLength(2)
      return new Set(record.reports.map(({ digest }) => digest)).size
    }
    expect(await digests(GREEN)).toBe(1)
    expect(await digests(GREEN.replace('"a"', '"b"'))).toBe(2)
  })
})

/** A zip file with these entries (APPNOTE.TXT 6.3.10, sections 4.3.7, 4.3.12 and 4.3.16). */
function zip(entries: readonly (readonly [name: string, content: Buffer | string])[]): Buffer {
  const parts: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const [name, content] of entries) {
    const data = deflateRawSync(content)
    const about = Buffer.alloc(26)
    about.writeUInt16LE(20, 0)
    about.writeUInt16LE(8, 4)
    about.writeUInt32LE(crc32(content), 10)
    about.writeUInt32LE(data.length, 14)
    about.writeUInt32LE(Buffer.byteLength(content), 18)
    about.writeUInt16LE(Buffer.byteLength(name), 22)
    const local = Buffer.concat([
      Buffer.from('PK\x03\x04', 'latin1'),
      about,
      Buffer.from(name),
      data,
    ])
    const place = Buffer.alloc(14)
    place.writeUInt32LE(offset, 10)
    directory.push(
      Buffer.concat([Buffer.from('PK\x01\x02\x14\0', 'latin1'), about, place, Buffer.from(name)]),
    )
    parts.push(local)
    offset += local.length
  }
  const central = Buffer.concat(directory)
  const end = Buffer.alloc(18)
  end.writeUInt16LE(entries.length, 4)
  end.writeUInt16LE(entries.length, 6)
  end.writeUInt32LE(central.length, 8)
  end.writeUInt32LE(offset, 12)
  return Buffer.concat([...parts, central, Buffer.from('PK\x05\x06', 'latin1'), end])
}
