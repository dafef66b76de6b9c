import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { makeRepository, temporaryDirectory } from '@bulkhead/testkit'
import { InputError, commitId, digest } from '@bulkhead/vocabulary'
import { expect, it } from 'vitest'
import { openWorkspace } from '../src/index.ts'
import { recallHead, rememberHead } from '../src/remembered-head.ts'

const LOG = { genesis: commitId('a'.repeat(40)), environment: 'production' }
const OTHER = { ...LOG, genesis: commitId('b'.repeat(40)) }
const HEAD = { index: 7, digest: digest(`sha256:${'c'.repeat(64)}`) }

it('recalls what it saw of each log, and nothing of one that it never saw', async () => {
  await using home = await temporaryDirectory()
  const fixture = await makeRepository(join(home.path, 'repo'))
  const workspace = await openWorkspace(fixture.path)
  try {
    expect(await recallHead(workspace, LOG)).toBeUndefined()
    await rememberHead(workspace, LOG, HEAD)
    expect(await recallHead(workspace, LOG)).toEqual(HEAD)
    expect(await recallHead(workspace, OTHER)).toBeUndefined()
    await rememberHead(workspace, LOG, undefined)
    expect(await recallHead(workspace, LOG)).toEqual(HEAD)
  } finally {
    await workspace.repository.close()
  }
})

it('refuses a memory that it cannot read: forgetting is a decision, not an accident', async () => {
  await using home = await temporaryDirectory()
  const fixture = await makeRepository(join(home.path, 'repo'))
  const workspace = await openWorkspace(fixture.path)
  try {
    await rememberHead(workspace, LOG, HEAD)
    const folder = join(fixture.path, '.git', 'bulkhead', 'ledger-heads')
    const [file = ''] = await readdir(folder)
    for (const text of ['', '{', 'null', '{"index":-1,"digest":"x"}', '{"index":7}']) {
      await writeFile(join(folder, file), text)
      await expect(recallHead(workspace, LOG)).rejects.toThrow(InputError)
    }
    await writeFile(join(folder, file), JSON.stringify(HEAD))
    expect(await recallHead(workspace, LOG)).toEqual(HEAD)
  } finally {
    await workspace.repository.close()
  }
})
