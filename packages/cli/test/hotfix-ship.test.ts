import { appendFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type Person,
  type TemporaryDirectory,
  makePerson,
  temporaryDirectory,
} from '@bulkhead/testkit'
import type { CommitId } from '@bulkhead/vocabulary'
import { type Answer, answerOf } from './support/answers.ts'
import { type CommandLine, installBulkhead, processesOf } from './support/command-line.ts'
import { startLoad } from './support/load.ts'
import { serverText } from './support/tiny-app.ts'
import { type TinyProject, adopt, freePort, makeTinyProject } from './support/tiny-project.ts'

const CANARY_PLACED = 'placed local/a/'

/** Says whether the hole is closed: what runs tells it in its answers. */
const PROOF = `const answer = await (await fetch(process.env.BULKHEAD_ADDRESS)).json()
process.exitCode = answer.fixed === HOLE ? 0 : 1
`

/** A server in which this hole is closed, and the command that tries it. */
const fixOf = (hole: number) => ({
  'server.mjs': serverText(200).replace("tenant: 'acme'", `tenant: 'acme', fixed: ${hole}`),
  'proof.mjs': PROOF.replace('HOLE', String(hole)),
})

/** In order, on one fleet: a hotfix over a running rollout, and one whose process is killed. */
describe('hotfix ship', () => {
  let home: TemporaryDirectory
  let bulkhead: CommandLine
  let project: TinyProject
  let approvers: readonly Person[]
  let port: number
  let root: string
  let good: CommitId
  let standard: CommitId
  let fix: CommitId
  beforeAll(async () => {
    home = await temporaryDirectory()
    bulkhead = await installBulkhead(join(home.path, 'bin'))
    port = await freePort()
    project = await makeTinyProject(join(home.path, 'project'))
    root = project.repository.path
    await adopt(project, { port, bakeDeadline: '20m' })
    const [tim, ...others] = await Promise.all(
      ['Tim', 'Bob', 'Eve'].map((name) => makePerson(name, home.path)),
    )
    if (tim === undefined) throw new Error('three people were made')
    approvers = others
    const lines = [tim, ...others].map(
      ({ email, publicKey }) => `${email} namespaces="git,bulkhead-approval" ${publicKey}\n`,
    )
    await appendFile(join(root, '.bulkhead/allowed_signers'), lines.join(''))
    await appendFile(
      join(root, 'bulkhead.yml'),
      'hotfix: { proof: [node, proof.mjs], yield-within: 3s }\n',
    )
    const genesis = await project.repository.commit({ by: project.ada, message: 'The team' })
    await project.repository.git('config', 'bulkhead.genesis', genesis)
    await project.repository.git('config', 'user.email', tim.email)
    await run(['fleet', 'up'], 0)
    good = await release('Good', { 'server.mjs': serverText(200) })
    await run(['ship'], 0)
  })
  afterAll(async () => {
    await bulkhead.run(root, ['fleet', 'down'])
    const left = await processesOf(home.path)
    await home[Symbol.asyncDispose]()
    expect(left).toEqual([])
  })

  async function run(args: readonly string[], code: number): Promise<Answer> {
    const answer = answerOf(await bulkhead.run(root, [...args, '--json']))
    expect(answer.exitCode, `${args.join(' ')}: ${JSON.stringify(answer.findings)}`).toBe(code)
    return answer
  }
  const codes = ({ findings }: Answer) => findings.map(({ code }) => code)

  /** A commit on what is checked out that may ship: tested, built and judged. */
  async function release(message: string, files: Readonly<Record<string, string>>) {
    const commit = await project.repository.commit({ by: project.ada, message, files })
    await Promise.all([run(['test'], 0), run(['build'], 0)])
    await run(['gate'], 0)
    return commit
  }

  async function declare(advisory: string): Promise<readonly [string, string]> {
    const why = ['--severity', 'critical', '--reason', 'tenants see each other']
    const { hotfix } = await run(
      ['hotfix', 'declare', '--commit', 'HEAD', '--advisory', advisory, ...why],
      0,
    )
    return ['--hotfix', String(hotfix)]
  }

  async function approve(hotfix: readonly string[] = []): Promise<void> {
    const { plan } = await run(['plan', '--lane', 'hotfix'], 0)
    const { digest } = plan as { readonly digest: string }
    for (const { keyFile } of approvers)
      await run(
        ['hotfix', 'approve', ...hotfix, '--plan', digest, '--reason', 'ok', '--key', keyFile],
        0,
      )
  }

  async function expectEverywhere(commit: CommitId): Promise<void> {
    const { ledger, fleet } = await run(['status'], 0)
    expect(ledger).toMatchObject({ leases: [], rollouts: [], unfinished: [], released: { commit } })
    const unit = { version: commit, health: 'healthy' }
    expect(fleet).toMatchObject({ units: [unit, unit, unit] })
    await run(['ledger', 'verify'], 0)
  }

  it('is refused while too few people agree, and touches nothing', async () => {
    await project.repository.git('checkout', '-q', '-b', 'fix')
    fix = await release('Fix', fixOf(1))
    await declare('SEC-1')
    expect(codes(await run(['hotfix', 'ship'], 1))).toEqual(['hotfix/too-few-approvals'])
    await expectEverywhere(good)
  })

  it('overtakes the rollout that waits in its bake, goes everywhere, and no user notices', async () => {
    await project.repository.git('checkout', '-q', '-b', 'standard', good)
    standard = await release('Standard', { 'server.mjs': `// standard\n${serverText(200)}` })
    const running = bulkhead.start(root, ['ship', '--json'])
    await running.until(CANARY_PLACED)
    await project.repository.git('checkout', '-q', 'fix')
    await approve()
    const shipping = bulkhead.start(root, ['hotfix', 'ship', '--json'])
    await shipping.until(CANARY_PLACED)
    const overtaken = answerOf(await running.ended)
    expect(overtaken).toMatchObject({ exitCode: 1, result: 'paused' })
    expect(codes(overtaken)).toContain('rollout/preempted')
    const load = startLoad(port)
    const shipped = answerOf(await shipping.ended)
    expect(shipped.findings).toEqual([])
    expect(shipped).toMatchObject({ exitCode: 0, result: 'released', proof: 'closed' })
    expect(shipped).toMatchObject({ preempted: [standard] })
    const { requests, failures } = await load.stop()
    expect(requests).toBeGreaterThan(20)
    expect(failures).toBe(0)
    await expectEverywhere(fix)
    const log = await run(['ledger', 'log'], 0)
    const kinds = (log['entries'] as { readonly kind: string }[]).map((entry) => entry.kind)
    expect(kinds.filter((kind) => kind === 'hotfix.shipped')).toHaveLength(1)
    expect(kinds.indexOf('hotfix.shipped')).toBeGreaterThan(kinds.lastIndexOf('deploy.finished'))
  })

  it('said again, does nothing; and what was overtaken waits, and may not ship without the fix', async () => {
    expect(await run(['hotfix', 'ship'], 0)).toMatchObject({ result: 'released' })
    const { ledger } = await run(['status'], 0)
    expect(ledger).toMatchObject({ queue: { waiting: [{ commit: standard }] } })
    const again = await run(['ship', '--commit', standard], 1)
    expect(codes(again).join()).toMatch(/attest\/wrong-base|hotfix\/fix-lost/)
    await expectEverywhere(fix)
  })

  it('killed in the middle, goes on once its lease is ended in the name of those who agree', async () => {
    const second = await release('Second fix', fixOf(2))
    const named = await declare('SEC-2')
    await approve(named)
    const killed = bulkhead.start(root, ['hotfix', 'ship', ...named, '--json'])
    await killed.until(CANARY_PLACED)
    killed.child.kill('SIGKILL')
    expect((await killed.ended).code).toBeNull()
    const held = await run(['hotfix', 'ship', ...named], 1)
    expect(codes(held)).toEqual(['rollout/cannot-yield'])
    const [, token = ''] = /--break-lease (\d+)/.exec(held.findings[0]?.remedy ?? '') ?? []
    expect(codes(await run(['resume'], 1)).join()).toMatch(/rollout\/hotfix-first/)
    const load = startLoad(port)
    const gone = ['--break-lease', token, '--reason', 'its machine is gone']
    const shipped = await run(['hotfix', 'ship', ...named, ...gone], 0)
    expect(shipped).toMatchObject({ result: 'released', proof: 'closed' })
    expect(await load.stop()).toMatchObject({ failures: 0 })
    await expectEverywhere(second)
    const log = await run(['ledger', 'log'], 0)
    const entries = log['entries'] as readonly {
      readonly kind: string
      readonly actors: readonly { readonly role: string }[]
      readonly data: { readonly takesOver?: object | null }
    }[]
    const broken = entries.findLast(
      ({ kind, data }) => kind === 'lease.acquired' && (data.takesOver ?? null) !== null,
    )
    expect(broken?.actors.filter(({ role }) => role === 'approver')).toHaveLength(2)
  })
})
