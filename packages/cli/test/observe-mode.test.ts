import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type TemporaryDirectory, temporaryDirectory } from '@bulkhead/testkit'
import { answerOf } from './support/answers.ts'
import { type CommandLine, installBulkhead, processesOf } from './support/command-line.ts'
import { policyText, testsText } from './support/tiny-app.ts'
import {
  type TinyProject,
  adopt,
  copyOf,
  freePort,
  makeTinyProject,
} from './support/tiny-project.ts'

const FAILING = {
  'tests.json': testsText({ 'acme cannot read globex': 'failed', 'globex cannot read acme': 'ok' }),
}

describe('mode observe', () => {
  let home: TemporaryDirectory
  let bulkhead: CommandLine
  let enforcing: TinyProject
  let port: number
  beforeAll(async () => {
    home = await temporaryDirectory()
    bulkhead = await installBulkhead(join(home.path, 'bin'))
    port = await freePort()
    enforcing = await makeTinyProject(join(home.path, 'enforcing'))
    await adopt(enforcing, { port })
  })
  afterAll(async () => {
    await bulkhead.run(home.path, ['fleet', 'down', '--repo', join('observing', 'work tree')])
    const left = await processesOf(home.path)
    await home[Symbol.asyncDispose]()
    expect(left).toEqual([])
  })

  const run = async ({ repository }: TinyProject, command: string) =>
    answerOf(await bulkhead.run(repository.path, [...command.split(' '), '--json']))
  const observe = { 'bulkhead.yml': policyText({ port: 1, mode: 'observe' }) }

  it('judges and reports everything, blocks nothing, says so, and puts it on record', async () => {
    const project = await copyOf(enforcing, join(home.path, 'observing'))
    const { repository, ada, mallory } = project
    const files = { 'bulkhead.yml': policyText({ port, mode: 'observe' }) }
    const observing = await repository.commit({ by: ada, message: 'Only observe', files })
    await repository.git('config', 'bulkhead.genesis', observing)
    const commit = await repository.commit({ by: mallory, message: 'Mine', files: FAILING })
    await run(project, 'test')
    await run(project, 'build')
    await run(project, 'fleet up')
    for (const command of ['check', 'gate']) {
      const { code, stdout } = await bulkhead.run(repository.path, [command])
      expect(code).toBe(0)
      expect(stdout).toMatch(/MODE observe.*✗ .*signature\/unknown-signer/s)
    }
    for (const command of ['check', 'gate', 'attest verify', 'ship']) {
      const answer = await run(project, command)
      expect(answer, command).toMatchObject({ exitCode: 0, outcome: 'passed' })
      expect(answer.findings.map(({ code }) => code)).toEqual(
        expect.arrayContaining(['signature/unknown-signer', 'gate/failed-test']),
      )
    }
    expect(await run(project, 'status')).toMatchObject({ ledger: { released: { commit } } })
    const log = JSON.stringify(await run(project, 'ledger log'))
    expect(log).toMatch(/"mode":"observe","outcome":"BLOCK"/)
    expect(await run(project, 'ledger verify')).toMatchObject({ verdict: 'VERIFIED' })
  })

  it('is not turned on by the commit that it would let through', async () => {
    const { repository, mallory } = enforcing
    await repository.commit({
      by: mallory,
      message: 'Only looking',
      files: { ...observe, ...FAILING },
    })
    await run(enforcing, 'test')
    await run(enforcing, 'build')
    for (const command of ['check', 'gate', 'attest verify', 'ship'])
      expect(await run(enforcing, command), command).toMatchObject({ exitCode: 1 })
    expect(await run(enforcing, 'status')).toMatchObject({ ledger: { released: null } })
  })
})
