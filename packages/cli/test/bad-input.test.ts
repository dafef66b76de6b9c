import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { succeed } from '@bulkhead/testkit'
import { answerOf } from './support/answers.ts'
import { Spoiling } from './support/spoiling.ts'
import { policyText } from './support/tiny-app.ts'
import { type TinyProject, writeFiles } from './support/tiny-project.ts'

describe('bad input', () => {
  const at = new Spoiling()

  const commitAll = (project: TinyProject, files: Readonly<Record<string, string | null>> = {}) =>
    project.repository.commit({ by: project.ada, message: 'A change', files })

  /** Commits files and trusts the commit. */
  async function trust(project: TinyProject, files: Readonly<Record<string, string | null>>) {
    await project.repository.git('config', 'bulkhead.genesis', await commitAll(project, files))
  }

  it('the sound project itself is not refused', async () => {
    const { path } = at.sound.repository
    expect(answerOf(await at.bulkhead.run(path, ['check', '--json']))).toMatchObject({
      exitCode: 0,
    })
  })

  describe('of the policy', () => {
    it('names line, column and the nearest key of one that is unknown', async () => {
      const project = await at.copy()
      const text = policyText({ port: at.port }).replace(
        '    mandatory: true',
        '    mandatroy: true',
      )
      await trust(project, { 'bulkhead.yml': text })
      const { findings } = await at.meet(project.repository.path, ['gate'], 2)
      const found = findings.find(({ code }) => code === 'policy/unknown-key')
      expect(`${found?.subject} ${found?.message} ${found?.remedy}`).toMatch(
        /bulkhead\.yml:6:5.*`mandatory`/s,
      )
    })

    it('wants the allowed signers that it names', async () => {
      const project = await at.copy()
      await trust(project, { '.bulkhead/allowed_signers': null })
      const { findings } = await at.meet(project.repository.path, ['verify-commits'], 2)
      expect(findings).toMatchObject([
        { code: 'policy/missing-file', message: expect.stringContaining('allowed_signers') },
      ])
    })

    it('wants somebody in the allowed signers', async () => {
      const project = await at.copy()
      await trust(project, { '.bulkhead/allowed_signers': '# nobody\n' })
      const { findings } = await at.meet(project.repository.path, ['verify-commits'], 2)
      expect(findings).toMatchObject([
        { code: 'policy/invalid-file', subject: '.bulkhead/allowed_signers' },
      ])
    })

    it('has no environment and no suite of another name', async () => {
      const { path } = at.sound.repository
      const wrong = await at.meet(path, ['status', '--environment', 'produktion'], 2)
      expect(wrong.findings).toMatchObject([{ remedy: expect.stringContaining('production') }])
      const suite = await at.meet(path, ['test', '--suite', 'tenant'], 2)
      expect(suite.findings).toMatchObject([
        { remedy: expect.stringContaining('tenant-isolation') },
      ])
    })
  })

  describe('of the evidence', () => {
    it('blocks a report that does not parse', async () => {
      const project = await at.copy()
      const suite = await readFile(join(project.repository.path, 'suite.mjs'), 'utf8')
      await commitAll(project, { 'suite.mjs': suite.replaceAll('</testsuites>', '') })
      await at.bulkhead.run(project.repository.path, ['test'])
      await at.bulkhead.run(project.repository.path, ['build'])
      const { findings } = await at.meet(project.repository.path, ['gate'], 1)
      expect(findings.map(({ code }) => code)).toContain('test/unparseable')
    })

    it('blocks what is offered for shipping without a verdict', async () => {
      const { findings } = await at.meet(at.sound.repository.path, ['ship'], 1)
      expect(findings.map(({ code }) => code)).toContain('attest/missing')
    })
  })

  describe('of keys', () => {
    it('refuses a key file of the wrong kind, whatever is wrong with it', async () => {
      const { path } = at.sound.repository
      const rsa = join(at.home, 'rsa.pem')
      await succeed(['openssl', 'genrsa', '-out', rsa, '2048'], { cwd: at.home })
      for (const file of [rsa, at.sound.ada.keyFile, join(path, 'bulkhead.yml')]) {
        const { findings } = await at.meet(path, ['build', '--keys', file], 2)
        expect(findings).toMatchObject([{ code: 'usage/wrong-key', subject: file }])
      }
    })

    it('says when there is no key at all', async () => {
      const project = await at.copy()
      const { path } = project.repository
      await rm(join(path, '.git', 'bulkhead', 'keys'), { recursive: true })
      for (const args of [['build'], ['build', '--keys', 'nowhere.pem'], ['test', '--keys', '-']]) {
        const { findings } = await at.meet(path, args, 2)
        expect(findings).toMatchObject([{ code: 'usage/missing-key' }])
      }
    })
  })

  describe('of the clone', () => {
    it('refuses a range that does not exist', async () => {
      for (const range of ['v9..HEAD', 'HEAD..v9', 'v9']) {
        const { findings } = await at.meet(at.sound.repository.path, ['verify-commits', range], 2)
        expect(findings).toMatchObject([{ code: 'git/unknown-revision', subject: 'v9' }])
      }
      const { findings } = await at.meet(
        at.sound.repository.path,
        ['verify-commits', 'HEAD~1...HEAD'],
        2,
      )
      expect(findings).toMatchObject([{ code: 'usage/invalid-option' }])
    })

    it('refuses to test, build or check a dirty work tree', async () => {
      const project = await at.copy()
      await writeFiles(project.repository.path, { 'notes.txt': 'not committed' })
      for (const command of ['test', 'build', 'check']) {
        const { findings } = await at.meet(project.repository.path, [command], 2)
        expect(findings).toMatchObject([
          { code: 'git/dirty-worktree', message: expect.stringContaining('notes.txt') },
        ])
      }
    })

    it('does not judge a shallow clone', async () => {
      const project = await at.copy()
      for (const message of ['One', 'Two'])
        await project.repository.commit({ by: project.ada, message })
      const path = join(project.directory, 'shallow')
      const url = `file://${project.repository.path}`
      await succeed(['git', 'clone', '--quiet', '--depth', '1', url, path], { cwd: at.home })
      const range = ['verify-commits', 'HEAD', '--trusted-ref', 'HEAD']
      const { findings } = await at.meet(path, range, 1)
      expect(findings).toMatchObject([
        { code: 'git/shallow-clone', remedy: expect.stringContaining('--unshallow') },
      ])
    })

    it('says what is not a repository, and where no genesis is pinned', async () => {
      const nowhere = await at.meet(at.home, ['status'], 2)
      expect(nowhere.findings).toMatchObject([{ code: 'git/not-a-repository' }])
      const project = await at.copy()
      await project.repository.git('config', '--unset', 'bulkhead.genesis')
      for (const command of ['gate', 'status', 'ship', 'plan', 'check']) {
        const { findings } = await at.meet(project.repository.path, [command], 2)
        expect(findings).toMatchObject([
          { code: 'policy/no-genesis', remedy: expect.stringContaining('git config') },
        ])
      }
    })
  })
})
