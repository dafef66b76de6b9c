import { once } from 'node:events'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type TemporaryDirectory, succeed, temporaryDirectory } from '@bulkhead/testkit'
import { type Answer, answerOf } from './support/answers.ts'
import {
  type CommandLine,
  type Ended,
  installBulkhead,
  processesOf,
} from './support/command-line.ts'
import { policyText } from './support/tiny-app.ts'
import {
  type TinyProject,
  adopt,
  copyOf,
  freePort,
  makeTinyProject,
  writeFiles,
} from './support/tiny-project.ts'

/** Each case spoils one thing of a project in which everything else is right. */
describe('bad input', () => {
  let home: TemporaryDirectory
  let bulkhead: CommandLine
  let sound: TinyProject
  let port: number
  let copies = 0
  beforeAll(async () => {
    home = await temporaryDirectory()
    bulkhead = await installBulkhead(join(home.path, 'bin'))
    port = await freePort()
    sound = await makeTinyProject(join(home.path, 'sound'))
    await adopt(sound, { port })
  })
  afterEach(async () => {
    expect(await processesOf(home.path)).toEqual([])
  })
  afterAll(() => home[Symbol.asyncDispose]())

  const spoiled = () => copyOf(sound, join(home.path, `copy ${(copies += 1)}`))

  /** Runs a command twice at once, for a person and with `--json`; both must say the same. */
  async function meet(cwd: string, args: readonly string[], code: number): Promise<Answer> {
    const [text, ended] = await Promise.all([
      bulkhead.run(cwd, args),
      bulkhead.run(cwd, [...args, '--json']),
    ])
    const answer = answerOf(ended)
    expect(answer.exitCode, text.printed).toBe(code)
    expect(answer.findings.length).toBeGreaterThan(0)
    expectText(text, answer)
    return answer
  }

  function expectText(text: Ended, { exitCode, findings }: Answer): void {
    expect(text.code).toBe(exitCode)
    expect(text.printed).not.toMatch(/\n\s+at .*:\d+:\d+/)
    for (const { code } of findings) expect(text.printed).toContain(`✗ ${code}  `)
    expect(text.printed).toContain('\n  → ')
  }

  const commitAll = (project: TinyProject, files: Readonly<Record<string, string | null>> = {}) =>
    project.repository.commit({ by: project.ada, message: 'A change', files })

  /** Commits files and trusts the commit. */
  async function trust(project: TinyProject, files: Readonly<Record<string, string | null>>) {
    await project.repository.git('config', 'bulkhead.genesis', await commitAll(project, files))
  }

  it('the sound project itself is not refused', async () => {
    const { path } = sound.repository
    expect(answerOf(await bulkhead.run(path, ['check', '--json']))).toMatchObject({ exitCode: 0 })
  })

  describe('of the policy', () => {
    it('names line, column and the nearest key of one that is unknown', async () => {
      const project = await spoiled()
      const text = policyText({ port }).replace('    mandatory: true', '    mandatroy: true')
      await trust(project, { 'bulkhead.yml': text })
      const { findings } = await meet(project.repository.path, ['gate'], 2)
      const found = findings.find(({ code }) => code === 'policy/unknown-key')
      expect(`${found?.subject} ${found?.message} ${found?.remedy}`).toMatch(
        /bulkhead\.yml:6:5.*`mandatory`/s,
      )
    })

    it('wants the allowed signers that it names', async () => {
      const project = await spoiled()
      await trust(project, { '.bulkhead/allowed_signers': null })
      const { findings } = await meet(project.repository.path, ['verify-commits'], 2)
      expect(findings).toMatchObject([
        { code: 'policy/missing-file', message: expect.stringContaining('allowed_signers') },
      ])
    })

    it('wants somebody in the allowed signers', async () => {
      const project = await spoiled()
      await trust(project, { '.bulkhead/allowed_signers': '# nobody\n' })
      const { findings } = await meet(project.repository.path, ['verify-commits'], 2)
      expect(findings).toMatchObject([
        { code: 'policy/invalid-file', subject: '.bulkhead/allowed_signers' },
      ])
    })

    it('has no environment and no suite of another name', async () => {
      const { path } = sound.repository
      const wrong = await meet(path, ['status', '--environment', 'produktion'], 2)
      expect(wrong.findings).toMatchObject([{ remedy: expect.stringContaining('production') }])
      const suite = await meet(path, ['test', '--suite', 'tenant'], 2)
      expect(suite.findings).toMatchObject([
        { remedy: expect.stringContaining('tenant-isolation') },
      ])
    })
  })

  describe('of the evidence', () => {
    it('blocks a report that does not parse', async () => {
      const project = await spoiled()
      const suite = await readFile(join(project.repository.path, 'suite.mjs'), 'utf8')
      await commitAll(project, { 'suite.mjs': suite.replaceAll('</testsuites>', '') })
      await bulkhead.run(project.repository.path, ['test'])
      await bulkhead.run(project.repository.path, ['build'])
      const { findings } = await meet(project.repository.path, ['gate'], 1)
      expect(findings.map(({ code }) => code)).toContain('test/unparseable')
    })

    it('blocks what is offered for shipping without a verdict', async () => {
      const { findings } = await meet(sound.repository.path, ['ship'], 1)
      expect(findings.map(({ code }) => code)).toContain('attest/missing')
    })
  })

  describe('of keys', () => {
    it('refuses a key file of the wrong kind, whatever is wrong with it', async () => {
      const { path } = sound.repository
      const rsa = join(home.path, 'rsa.pem')
      await succeed(['openssl', 'genrsa', '-out', rsa, '2048'], { cwd: home.path })
      for (const file of [rsa, sound.ada.keyFile, join(path, 'bulkhead.yml')]) {
        const { findings } = await meet(path, ['build', '--keys', file], 2)
        expect(findings).toMatchObject([{ code: 'usage/wrong-key', subject: file }])
      }
    })

    it('says when there is no key at all', async () => {
      const project = await spoiled()
      const { path } = project.repository
      await rm(join(path, '.git', 'bulkhead', 'keys'), { recursive: true })
      for (const args of [['build'], ['build', '--keys', 'nowhere.pem'], ['test', '--keys', '-']]) {
        const { findings } = await meet(path, args, 2)
        expect(findings).toMatchObject([{ code: 'usage/missing-key' }])
      }
    })
  })

  describe('of the clone', () => {
    it('refuses a range that does not exist', async () => {
      for (const range of ['v9..HEAD', 'HEAD..v9', 'v9']) {
        const { findings } = await meet(sound.repository.path, ['verify-commits', range], 2)
        expect(findings).toMatchObject([{ code: 'git/unknown-revision', subject: 'v9' }])
      }
      const { findings } = await meet(sound.repository.path, ['verify-commits', 'HEAD~1...HEAD'], 2)
      expect(findings).toMatchObject([{ code: 'usage/invalid-option' }])
    })

    it('refuses to test, build or check a dirty work tree', async () => {
      const project = await spoiled()
      await writeFiles(project.repository.path, { 'notes.txt': 'not committed' })
      for (const command of ['test', 'build', 'check']) {
        const { findings } = await meet(project.repository.path, [command], 2)
        expect(findings).toMatchObject([
          { code: 'git/dirty-worktree', message: expect.stringContaining('notes.txt') },
        ])
      }
    })

    it('does not judge a shallow clone', async () => {
      const project = await spoiled()
      for (const message of ['One', 'Two'])
        await project.repository.commit({ by: project.ada, message })
      const path = join(project.directory, 'shallow')
      const url = `file://${project.repository.path}`
      await succeed(['git', 'clone', '--quiet', '--depth', '1', url, path], { cwd: home.path })
      const range = ['verify-commits', 'HEAD', '--trusted-ref', 'HEAD']
      const { findings } = await meet(path, range, 1)
      expect(findings).toMatchObject([
        { code: 'git/shallow-clone', remedy: expect.stringContaining('--unshallow') },
      ])
    })

    it('says what is not a repository, and where no genesis is pinned', async () => {
      const nowhere = await meet(home.path, ['status'], 2)
      expect(nowhere.findings).toMatchObject([{ code: 'git/not-a-repository' }])
      const project = await spoiled()
      await project.repository.git('config', '--unset', 'bulkhead.genesis')
      for (const command of ['gate', 'status', 'ship', 'plan', 'check']) {
        const { findings } = await meet(project.repository.path, [command], 2)
        expect(findings).toMatchObject([
          { code: 'policy/no-genesis', remedy: expect.stringContaining('git config') },
        ])
      }
    })
  })

  describe('of the command line', () => {
    it('suggests the command or option that was meant', async () => {
      const { path } = sound.repository
      const command = await meet(path, ['shipp'], 2)
      expect(command.findings).toMatchObject([{ remedy: expect.stringContaining('ship') }])
      const option = await meet(path, ['ship', '--comit', 'HEAD'], 2)
      expect(option.findings).toMatchObject([{ remedy: expect.stringContaining('--commit') }])
      const child = await meet(path, ['ledger', 'verfy'], 2)
      expect(child.findings).toMatchObject([{ remedy: expect.stringContaining('verify') }])
    })

    it.each([
      '',
      'ledger',
      'plan production',
      'voucher',
      'completion tcsh',
      'ship --break-lease 3',
      'ship --reason gone',
      'ship --break-lease three --reason gone',
    ])('refuses `bulkhead %s`', async (line) => {
      const args = line.split(' ').filter((word) => word !== '')
      const { findings } = await meet(sound.repository.path, args, 2)
      expect(findings).toMatchObject([{ code: 'usage/invalid-option' }])
    })
  })

  describe('of the world', () => {
    it('says when nobody vouches at the socket', async () => {
      const { path } = sound.repository
      const { findings } = await meet(path, ['test', '--voucher', join(home.path, 'no.sock')], 3)
      expect(findings).toMatchObject([{ code: 'test/voucher-unreachable' }])
    })

    it('leaves nothing behind when the port of the fleet is taken', async () => {
      const other = createServer().listen(port, '127.0.0.1')
      await once(other, 'listening')
      try {
        const { findings } = await meet(sound.repository.path, ['fleet', 'up'], 3)
        expect(findings).toMatchObject([{ code: 'rollout/port-in-use' }])
      } finally {
        other.close()
        await once(other, 'close')
      }
    })

    it('cannot write where there is no place', async () => {
      const project = await spoiled()
      const { path } = project.repository
      await writeFile(join(path, '.git', 'bulkhead', 'evidence'), 'in the way')
      const { findings } = await meet(path, ['build'], 3)
      expect(findings).toMatchObject([{ code: 'usage/unwritable-file' }])
    })
  })
})
