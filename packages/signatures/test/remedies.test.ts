import { execFileSync } from 'node:child_process'
import { allowedSigners as lineFor, succeed } from '@bulkhead/testkit'
import type { CommitId } from '@bulkhead/vocabulary'
import { describe, expect, it } from 'vitest'
import { verifyRange } from '../src/index.ts'
import {
  RECEIPT,
  type Stage,
  judgeSource,
  parse,
  setStage,
  unsignedSource,
  withSignature,
  signWithSshKeygen,
} from './stage.ts'

const verify = (stage: Stage, base: CommitId | null, signers?: string) => async (head: CommitId) =>
  verifyRange({
    repository: stage.repository,
    range: { base, head },
    allowedSigners: signers === undefined ? stage.allowed : parse(signers),
    receiptTime: RECEIPT,
  })

/** The commands of a remedy, as a reader would copy them. */
const commandsIn = (remedy = '') =>
  [...remedy.matchAll(/`([^`]+)`/g)]
    .map(([, command]) => command ?? '')
    .filter((c) => c.startsWith('git '))

/** Sets the clone up as Ada's own, with her key, and types the commands. */
async function typeAsAda(stage: Stage, commands: readonly string[]): Promise<CommitId> {
  const { fixture, ada, repository } = stage
  await fixture.git('config', 'user.name', ada.name)
  if (!commands.some((command) => command.includes('user.email'))) {
    await fixture.git('config', 'user.email', ada.email)
  }
  await fixture.git('config', 'user.signingkey', ada.keyFile)
  const env = { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' }
  for (const command of commands) {
    execFileSync('sh', ['-c', command], { cwd: fixture.path, env, stdio: 'pipe' })
  }
  return repository.resolveCommit('HEAD')
}

describe('a remedy, typed as it stands, mends the range', () => {
  it('signature/unsigned, across a merge', async () => {
    await using stage = await setStage()
    const { fixture, ada } = stage
    const base = await fixture.commit({ by: ada, message: 'base', files: { a: '1' } })
    await fixture.git('checkout', '--quiet', '-b', 'side')
    await fixture.commit({ by: ada, message: 'side', files: { b: '1' }, signedBy: null })
    await fixture.git('checkout', '--quiet', 'main')
    await fixture.commit({ by: ada, message: 'main', files: { c: '1' }, signedBy: null })
    const who = ['-c', `user.name=${ada.name}`, '-c', `user.email=${ada.email}`]
    await fixture.git(...who, 'merge', '--quiet', '--no-edit', 'side')
    const head = await stage.repository.resolveCommit('HEAD')
    const before = await verify(stage, base)(head)
    expect(before.counts).toEqual({ commits: 3, passed: 0, blocked: 3 })
    const mended = await typeAsAda(stage, commandsIn(before.commits[0]?.findings[0]?.remedy))
    const after = await verify(stage, base)(mended)
    expect(after.counts).toEqual({ commits: 3, passed: 3, blocked: 0 })
  })

  it('signature/unsigned, from the root on', async () => {
    await using stage = await setStage()
    const head = await stage.fixture.commit({ by: stage.ada, message: 'root', signedBy: null })
    const before = await verify(stage, null)(head)
    const mended = await typeAsAda(stage, commandsIn(before.commits[0]?.findings[0]?.remedy))
    expect((await verify(stage, null)(mended)).counts.blocked).toBe(0)
  })

  it('signature/wrong-committer', async () => {
    await using stage = await setStage()
    const { fixture, ada, ben } = stage
    const base = await fixture.commit({ by: ada, message: 'base' })
    const head = await fixture.commit({ by: ben, message: 'borrowed', signedBy: ada })
    const [judged] = (await verify(stage, base)(head)).commits
    expect(judged?.findings[0]?.message).toContain(ada.email)
    expect(judged?.findings[0]?.message).toContain(ben.email)
    const mended = await typeAsAda(stage, commandsIn(judged?.findings[0]?.remedy))
    expect((await verify(stage, base)(mended)).counts).toEqual({
      commits: 1,
      passed: 1,
      blocked: 0,
    })
  })

  it('signature/unknown-signer: the line it gives lets the commit pass', async () => {
    await using stage = await setStage()
    const { fixture, ada, eve } = stage
    const base = await fixture.commit({ by: ada, message: 'base' })
    const head = await fixture.commit({ by: eve, message: 'strange' })
    const finding = (await verify(stage, base)(head)).commits[0]?.findings[0]
    const print = await succeed(['ssh-keygen', '-l', '-f', `${eve.keyFile}.pub`], {
      cwd: stage.home,
    })
    expect(finding?.message).toContain(print.split(' ')[1])
    const line = /`([^`]+ ssh-ed25519 [^`]+)`/.exec(finding?.remedy ?? '')?.[1]
    expect(`${line}\n`).toBe(lineFor([eve]))
    const after = await verify(stage, base, lineFor([ada, eve]))(head)
    expect(after.counts).toEqual({ commits: 1, passed: 1, blocked: 0 })
  })
})

describe('text from outside', () => {
  it.each(['*', '$(touch x)', '`id`@example.test', '-oProxyCommand=x', 'a@b;rm'])(
    'is not put into a line to paste: %j',
    async (email) => {
      await using stage = await setStage()
      const plain = (await unsignedSource(stage)).replace(
        /^committer .*/m,
        `committer E <${email}> 1 +0000`,
      )
      const source = withSignature(plain, signWithSshKeygen(plain, stage.eve))
      const { findings } = await judgeSource(stage, source)
      expect(findings[0]?.code).toBe('signature/unknown-signer')
      expect(findings[0]?.remedy).toContain('`EMAIL namespaces="git" ssh-ed25519 ')
      expect(findings[0]?.remedy).not.toContain(email)
    },
  )
})
