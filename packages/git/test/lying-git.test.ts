import { listCommits } from './list-commits.ts'
import { createHash } from 'node:crypto'
import { chmod, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { makePerson, makeRepository, temporaryDirectory } from '@bulkhead/testkit'
import { InputError } from '@bulkhead/vocabulary'
import { type RunProcess, runProcess } from '@bulkhead/world'
import { describe, expect, it } from 'vitest'
import { openRepository } from '../src/index.ts'

async function aLineOfCommits() {
  const home = await temporaryDirectory()
  const by = await makePerson('Ada', home.path)
  const fixture = await makeRepository(join(home.path, 'repo'))
  const root = await fixture.commit({ by, message: 'root' })
  const base = await fixture.commit({ by, message: 'base' })
  const middle = await fixture.commit({ by, message: 'middle' })
  const head = await fixture.commit({ by, message: 'head' })
  await fixture.git('checkout', '--quiet', '--orphan', 'elsewhere')
  const stranger = await fixture.commit({ by, message: 'stranger' })
  return {
    fixture,
    root,
    base,
    middle,
    head,
    stranger,
    [Symbol.asyncDispose]: () => home[Symbol.asyncDispose](),
  }
}

/** The real git, but for the commits that rev-list proposes. */
const withRevList =
  (change: (ids: readonly string[]) => readonly string[]): RunProcess =>
  async (request) => {
    const outcome = await runProcess(request)
    if (!request.argv.includes('--topo-order')) return outcome
    const ids = outcome.stdout
      .toString()
      .split('\n')
      .filter((line) => line !== '')
    return {
      ...outcome,
      stdout: Buffer.from(
        change(ids)
          .map((id) => `${id}\n`)
          .join(''),
      ),
    }
  }

describe('the list that git proposes is not believed', () => {
  it.each([
    ['a commit is left out', (ids: readonly string[]) => ids.slice(1)],
    ['the head is left out', (ids: readonly string[]) => ids.slice(0, -1)],
    ['all are left out', () => []],
    ['a commit is there twice', (ids: readonly string[]) => [...ids, ...ids.slice(0, 1)]],
  ])('when %s', async (_, change) => {
    await using at = await aLineOfCommits()
    const { base, head, fixture } = at
    await using repository = await openRepository(fixture.path, { runProcess: withRevList(change) })
    const refusal = await listCommits(repository, { base, head }).catch((error: unknown) => error)
    expect(refusal).toBeInstanceOf(InputError)
    expect(refusal).toMatchObject({ findings: [{ code: 'git/incomplete-range' }] })
  })

  it('when a commit is added that the head does not reach, and is when nothing is changed', async () => {
    await using at = await aLineOfCommits()
    const { base, head, middle, fixture, stranger } = at
    const lying = withRevList((ids) => [stranger, ...ids])
    await using fooled = await openRepository(fixture.path, { runProcess: lying })
    await expect(listCommits(fooled, { base, head })).rejects.toBeInstanceOf(InputError)
    const honest = withRevList((ids) => ids)
    await using repository = await openRepository(fixture.path, { runProcess: honest })
    expect(await listCommits(repository, { base, head })).toEqual([middle, head])
  })
})

describe('a commit-graph that lies about parents', () => {
  it('hides a commit from git, and not from us', async () => {
    await using at = await aLineOfCommits()
    const { root, base, middle, head, fixture } = at
    await fixture.git('commit-graph', 'write', '--reachable')
    const file = join(fixture.path, '.git', 'objects', 'info', 'commit-graph')
    await chmod(file, 0o644)
    await writeFile(file, withoutParents(await readFile(file), middle))
    expect(await fixture.git('rev-list', `${root}..${head}`)).toBe(`${head}\n${middle}\n`)
    await using repository = await openRepository(fixture.path)
    expect(await listCommits(repository, { base: root, head })).toEqual([base, middle, head])
  })
})

/** gitformat-commit-graph(5): sets the first parent of one commit to "none" and mends the checksum. */
function withoutParents(graph: Buffer, commit: string): Buffer {
  const bytes = Buffer.from(graph)
  const lookup = chunkAt(bytes, 'OIDL')
  const index = bytes.indexOf(Buffer.from(commit, 'hex'), lookup) - lookup
  bytes.writeUInt32BE(0x70000000, chunkAt(bytes, 'CDAT') + (index / 20) * 36 + 20)
  createHash('sha1')
    .update(bytes.subarray(0, -20))
    .digest()
    .copy(bytes, bytes.length - 20)
  return bytes
}

const chunkAt = (bytes: Buffer, name: string): number =>
  Number(bytes.readBigUInt64BE(bytes.indexOf(name, 8, 'latin1') + 4))
