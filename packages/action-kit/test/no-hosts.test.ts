import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type TemporaryDirectory, temporaryDirectory } from '@bulkhead/testkit'
import { type Project, assembleRelease, makeProject, startAction } from '../src/testing/index.ts'
import { cannotBeAlone } from './support/closed-network.ts'
import { formsOf, shownBy } from './support/shown.ts'

/** A network in which there is nobody, not even this machine. Only root may make one. */
const ALONE = ['unshare', '--net'] as const

/** Of each action that declares no host, what it does and how it must end. */
const CALLS = [
  ['signed-commits', { range: 'HEAD' }, 0],
  ['ledger', { command: 'verify' }, 0],
  ['hotfix', { command: 'status' }, 0],
  ['test-suite', { voucher: 'github' }, 0],
  ['release-gate', {}, 1],
] as const

describe.skipIf(cannotBeAlone)('an action that declares no host, where no host answers', () => {
  let home: TemporaryDirectory
  let project: Project
  beforeAll(async () => {
    home = await temporaryDirectory()
    await assembleRelease([...CALLS.map(([name]) => name), 'rolling-deploy'], home.path)
    project = await makeProject(join(home.path, 'project'))
    await project.repository.commit({ by: project.ada, message: 'More', files: { 'a.txt': 'a' } })
    const begun = await startAction({
      entry: join(home.path, 'actions', 'ledger', 'dist', 'main.mjs'),
      inputs: { command: 'heartbeat', genesis: project.genesis, 'keys-file': project.keysFile },
      workspace: project.repository.path,
      temp: join(home.path, 'temp-heartbeat'),
    })
    expect(begun.exitCode, begun.stdout).toBe(0)
  })
  afterAll(() => home[Symbol.asyncDispose]())

  it('cannot reach anybody', () => {
    const connect = `fetch('http://127.0.0.1:9999').catch(({ cause }) => console.log(cause.code))`
    const argv = [...ALONE.slice(1), process.execPath, '--eval', connect]
    expect(execFileSync(ALONE[0], argv).toString()).toBe('ENETUNREACH\n')
  })

  it.each(CALLS)('%s ends as it does elsewhere', async (name, inputs, exitCode) => {
    const { genesis, keysFile, repository } = project
    const pinned = name === 'test-suite' ? {} : { genesis }
    const keys = name === 'release-gate' ? { 'keys-file': keysFile } : {}
    const run = await startAction({
      entry: join(home.path, 'actions', name, 'dist', 'main.mjs'),
      inputs: { ...pinned, ...keys, ...inputs },
      workspace: repository.path,
      temp: join(home.path, `temp-${name}`),
      within: ALONE,
    })
    expect(run, run.stdout).toMatchObject({ exitCode, stderr: '' })
  })

  it.each(['release-gate', 'rolling-deploy'])(
    '%s shows a secret in no form, whatever input or error it comes back by',
    async (name) => {
      const canary = 'ghs_Canary+/0123456789abcdef'
      const { keysFile, genesis, repository } = project
      const given = [
        { genesis: canary },
        { environment: canary },
        { commit: canary },
        { 'working-directory': canary },
        { annotations: canary },
        { 'keys-file': canary },
        { unknown: canary },
        { 'github-token': `${canary}\nsecond` },
        {},
      ]
      for (const [at, inputs] of given.entries()) {
        const run = await startAction({
          entry: join(home.path, 'actions', name, 'dist', 'main.mjs'),
          inputs: { genesis, 'keys-file': keysFile, 'github-token': canary, ...inputs },
          workspace: repository.path,
          temp: join(home.path, `canary-${name}-${at}`),
          env: {
            GITHUB_REPOSITORY: 'acme/app',
            GITHUB_RUN_ID: '1',
            GITHUB_RUN_ATTEMPT: '1',
            GITHUB_SERVER_URL: 'https://github.com',
            GITHUB_API_URL: 'https://api.github.com',
          },
          within: ALONE,
        })
        expect(run.exitCode, JSON.stringify(inputs)).not.toBe(0)
        for (const form of formsOf(canary))
          expect(shownBy(run), JSON.stringify(inputs)).not.toContain(form)
      }
    },
    180_000,
  )
})
