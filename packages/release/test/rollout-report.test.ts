import { execFileSync } from 'node:child_process'
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type TemporaryDirectory, temporaryDirectory } from '@bulkhead/testkit'
import { DeniedError, InputError, WorldError, commitId } from '@bulkhead/vocabulary'
import {
  type ToldEnd,
  type Workspace,
  type WrittenPage,
  openWorkspace,
  withRolloutPage,
} from '../src/index.ts'

let home: TemporaryDirectory
let workspace: Workspace
beforeEach(async () => {
  home = await temporaryDirectory()
  execFileSync('git', ['init', '--quiet', home.path])
  workspace = await openWorkspace(home.path)
})
afterEach(async () => {
  await workspace.repository.close()
  await home[Symbol.asyncDispose]()
})

const finding = {
  code: 'rollout/no-capacity',
  subject: 'eu/a',
  message: 'too little is left',
  remedy: 'add units',
} as const
const COMMIT = commitId('c'.repeat(40))

async function pageOf(
  work: () => Promise<ToldEnd | undefined>,
  file?: string,
): Promise<{ readonly page: WrittenPage | undefined; readonly error: unknown }> {
  let page: WrittenPage | undefined
  const error: unknown = await withRolloutPage(
    workspace,
    {
      environment: 'production',
      what: 'ship',
      lane: 'hotfix',
      file,
      tell: (ended) => ended,
      onPage: (written) => (page = written),
      onProgress: () => undefined,
    },
    work,
  ).then(
    () => undefined,
    (caught: unknown) => caught,
  )
  return { page, error }
}

const refused: ToldEnd = { result: 'refused', findings: [finding], commit: COMMIT, facts: [] }

describe('the page of a rollout', () => {
  it('is written of a refusal, with the reason, the way out and the lane', async () => {
    const { page } = await pageOf(() => Promise.resolve(refused))
    const text = await readFile(page?.file ?? '', 'utf8')
    for (const words of ['REFUSED', 'rollout/no-capacity', '→ add units', 'hotfix lane', COMMIT])
      expect(text).toContain(words)
  })

  it.each([
    ['evidence denies', new DeniedError([finding]), 'REFUSED'],
    ['an input is wrong', new InputError(finding), 'ERROR: an input or the policy is wrong'],
    ['the world fails', new WorldError(finding), 'ERROR: the world failed'],
    ['we are wrong', new TypeError('ours'), 'ERROR: this is a bug'],
  ])('is written when %s, and the error goes on', async (_, thrown, words) => {
    const { page, error } = await pageOf(() => Promise.reject(thrown))
    expect(error).toBe(thrown)
    expect(await readFile(page?.file ?? '', 'utf8')).toContain(words)
  })

  it('is not written where there is nothing to show', async () => {
    expect(await pageOf(() => Promise.resolve(undefined))).toEqual({
      page: undefined,
      error: undefined,
    })
  })

  it('that cannot be written is a finding and changes nothing else', async () => {
    const taken = join(home.path, 'taken.html')
    const work = async () => {
      await mkdir(taken)
      return refused
    }
    const { page, error } = await pageOf(work, taken)
    expect(error).toBeUndefined()
    expect(page).toMatchObject({ file: null, findings: [{ code: 'usage/unwritable-file' }] })
  })

  it('whose place is none is refused before anything is done', async () => {
    await writeFile(join(home.path, 'file'), '')
    let begun = false
    const work = () => {
      begun = true
      return Promise.resolve(refused)
    }
    for (const place of ['file/page.html', 'absent/page.html', '']) {
      const { error } = await pageOf(work, join(home.path, place))
      expect(error).toBeInstanceOf(InputError)
    }
    expect(begun).toBe(false)
  })

  it('takes the place of the oldest when there are many', async () => {
    const folder = join(workspace.repository.gitDirectory, 'bulkhead/rollouts/production')
    await mkdir(folder, { recursive: true })
    const old = Array.from({ length: 200 }, (_, at) => `20200101T${1000 + at}00Z-c.html`)
    for (const name of old) await writeFile(join(folder, name), '')
    await pageOf(() => Promise.resolve(refused))
    const left = await readdir(folder)
    expect(left).toHaveLength(200)
    expect(left).not.toContain(old[0])
    expect(left).toContain(old[1])
  })
})
