import { randomUUID } from 'node:crypto'
import { lstat, mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { InputError } from '@bulkhead/vocabulary'
import { openRegularFile } from '@bulkhead/world'
import { remark } from './remarks.ts'
import { type RunPart, partFolder, partOfFolder } from './run-part.ts'

const RECORD = 'record.json'
const REPORTS = 'reports'
/** Envelope around one run record: 20,000 reports with long paths fit. */
const MOST_RECORD_BYTES = 16 * 1024 * 1024
const SUITE_NAME = /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,98}[A-Za-z0-9])?$/

/** Evidence of one run while it is gathered; nobody sees it until it is published. */
export interface StagedEvidence {
  /** Where copies of the reports go. */
  readonly reports: string
  /** Puts the record beside them and the whole in the place of the suite's earlier evidence. */
  publish(record: Uint8Array): Promise<void>
  discard(): Promise<void>
}

/**
 * Prepares `<directory>/<suite>/<part>`: `record.json` and `reports/<n>-<name>`. What is written
 * becomes visible by renaming a complete directory, so that a crash leaves the earlier evidence or
 * none. Parts of the same leg that were split in another number go: they can never count again.
 *
 * @throws InputError `test/unknown-suite` for a name that is not fit to name a directory
 */
export async function stageEvidence(
  directory: string,
  suite: string,
  part: RunPart,
): Promise<StagedEvidence> {
  const suitePlace = placeOf(directory, suite)
  const place = join(suitePlace, partFolder(part))
  const staged = join(directory, `.${suite}-${randomUUID()}`)
  const old = `${staged}-old`
  await mkdir(join(staged, REPORTS), { recursive: true })
  return {
    reports: join(staged, REPORTS),
    async publish(record) {
      await writeFile(join(staged, RECORD), record, { flag: 'wx', flush: true })
      await mkdir(suitePlace, { recursive: true })
      await rename(place, old).catch(ignoreAbsence)
      await rename(staged, place)
      await rm(old, { recursive: true, force: true })
      await removeOtherSplits(suitePlace, part)
    },
    discard: () => rm(staged, { recursive: true, force: true }),
  }
}

async function removeOtherSplits(suitePlace: string, { leg, shard }: RunPart): Promise<void> {
  for (const { name, part } of await partFolders(suitePlace))
    if (part.leg === leg && part.shard.of !== shard.of)
      await rm(join(suitePlace, name), { recursive: true, force: true })
}

/** The folders of parts, in an order that is the same everywhere. */
async function partFolders(suitePlace: string) {
  const names = await readdir(suitePlace).catch(() => [])
  return names
    .flatMap((name) => {
      const part = partOfFolder(name)
      return part === undefined ? [] : [{ name, part }]
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
}

export interface StoredReport {
  /** What findings call it. */
  readonly path: string
  /** Where it lies on disk. */
  readonly file: string
  readonly open: () => AsyncIterable<Uint8Array>
}

/** What was kept of the last run of one part of a suite. */
export interface StoredEvidence {
  /** Folder of the part, as findings call it: nobody's word for what lies in it. */
  readonly part: string
  /** Bytes of the record's envelope, not yet trusted; undefined when there is none. */
  readonly record: Buffer | undefined
  readonly reports: readonly StoredReport[]
}

/**
 * Everything that was kept of the last run of a suite, part by part. Which part a piece is of is
 * said by its record alone: the name of a folder is nobody's word.
 */
export async function readSuiteEvidence(
  directory: string,
  suite: string,
): Promise<readonly StoredEvidence[]> {
  const place = placeOf(directory, suite)
  const folders = await partFolders(place)
  return Promise.all(
    folders.map(async ({ name }) => ({ part: name, ...(await readPart(join(place, name))) })),
  )
}

async function readPart(place: string): Promise<Omit<StoredEvidence, 'part'>> {
  const names = await readdir(join(place, REPORTS)).catch(() => [])
  const reports = names.sort(byNumber).map((name) => {
    const file = join(place, REPORTS, name)
    return { path: name.replace(/^\d+-/, ''), file, open: () => bytesOf(file) }
  })
  return { record: await readRecord(join(place, RECORD)), reports }
}

/** Nothing for what is no regular file: a report of no bytes is none that a record could vouch for. */
async function* bytesOf(path: string): AsyncIterable<Uint8Array> {
  const file = await openRegularFile(path)
  if (file !== undefined) yield* file.createReadStream()
}

async function readRecord(path: string): Promise<Buffer | undefined> {
  const state = await lstat(path).catch(() => undefined)
  if (state === undefined || !state.isFile() || state.size > MOST_RECORD_BYTES) return undefined
  return readFile(path)
}

const byNumber = (a: string, b: string): number => Number.parseInt(a, 10) - Number.parseInt(b, 10)

function placeOf(directory: string, suite: string): string {
  if (SUITE_NAME.test(suite)) return join(directory, suite)
  const message = 'a suite is named by letters, digits, dots, dashes and underscores'
  throw new InputError(remark('test/unknown-suite', suite, message))
}

function ignoreAbsence(error: unknown): void {
  if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
}
