import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { makeRepository, temporaryDirectory } from '@bulkhead/testkit'
import { describe, expect, it } from 'vitest'
import { answerOf } from './support/answers.ts'
import { installBulkhead } from './support/command-line.ts'
import { makeTinyProject } from './support/tiny-project.ts'

describe('the ledger lies where the policy says', () => {
  it('in a remote that decides: every command reads and writes it there', async () => {
    await using home = await temporaryDirectory()
    const { repository, ada } = await makeTinyProject(home.path)
    const hub = await makeRepository(join(home.path, 'hub'))
    const bulkhead = await installBulkhead(join(home.path, 'bin'))
    const run = async (code: number, ...args: readonly string[]) => {
      const answer = answerOf(await bulkhead.run(repository.path, [...args, '--json']))
      expect(answer, JSON.stringify(answer.findings)).toMatchObject({ exitCode: code })
      return answer
    }
    await run(0, 'init')
    const file = join(repository.path, 'bulkhead.yml')
    const policy = await readFile(file, 'utf8')
    const stored = policy.replace(
      /^( +)production:.*\n/m,
      (line, space: string) => `${line}${space}${space}ledger: { store: git, remote: origin }\n`,
    )
    expect(stored).not.toBe(policy)
    await writeFile(file, stored)
    const genesis = await repository.commit({ by: ada, message: 'Adopt Bulkhead' })
    await repository.git('config', 'bulkhead.genesis', genesis)
    await repository.git('remote', 'add', 'origin', hub.path)
    await run(0, 'ledger', 'heartbeat')
    const branch = 'refs/heads/ledger/production'
    const there = await hub.git('rev-parse', branch)
    expect(there).toBe(await repository.git('rev-parse', branch))
    expect(await run(0, 'ledger', 'verify')).toMatchObject({ size: 2 })
    // What is no part of a ledger is told, and stops nobody.
    const blob = await hub.git('rev-parse', `${branch}:checkpoint`)
    const [tree] = (await hub.git('rev-parse', `${branch}^{tree}`)).split('\n')
    await hub.git('read-tree', tree ?? '')
    await hub.git('update-index', '--add', '--cacheinfo', `100644,${blob.trim()},README.md`)
    const junk = (await hub.git('write-tree')).trim()
    const who = ['-c', 'user.name=Eve', '-c', 'user.email=eve@example.test']
    const commit = await hub.git(...who, 'commit-tree', junk, '-p', there.trim(), '-m', 'junk')
    await hub.git('update-ref', branch, commit.trim())
    await run(0, 'ledger', 'heartbeat')
    expect(await run(1, 'ledger', 'verify')).toMatchObject({
      findings: [{ code: 'ledger/foreign-path', subject: 'README.md' }],
    })
    await repository.git('remote', 'set-url', 'origin', join(home.path, 'gone'))
    expect(await run(3, 'ledger', 'heartbeat')).toMatchObject({
      findings: [{ code: 'ledger/append-failed' }],
    })
  })
})
