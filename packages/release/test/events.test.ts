import { execFile } from 'node:child_process'
import { truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type TemporaryDirectory, temporaryDirectory } from '@bulkhead/testkit'
import { type CommitId, InputError, commitId } from '@bulkhead/vocabulary'
import * as fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type TinyProject, adopt, makeTinyProject } from '../../cli/test/support/tiny-project.ts'
import {
  type VerifyCommitsRequest,
  type Workspace,
  openWorkspace,
  readEventFile,
  verifyCommits,
  verifyTag,
} from '../src/index.ts'
import { readEvent } from '../src/github-event.ts'

// The numbers are those of annex/signature-cases.md, "Range and event" and "Policy".

let home: TemporaryDirectory
let project: TinyProject
let genesis: CommitId
let workspace: Workspace
const MAIN = 'refs/remotes/origin/main'
const ZERO = '0'.repeat(40)

beforeAll(async () => {
  home = await temporaryDirectory()
  project = await makeTinyProject(join(home.path, 'project'))
  genesis = await adopt(project, { port: 1 })
  workspace = await openWorkspace(project.repository.path)
})
beforeEach(async () => {
  await git('update-ref', MAIN, genesis)
  await git('checkout', '--quiet', '--force', '--detach', genesis)
})
afterAll(async () => {
  await workspace.repository.close()
  await home[Symbol.asyncDispose]()
})

const git = (...args: readonly string[]) => project.repository.git(...args)

/** Commits on `from`, and leaves HEAD there. */
async function commitOn(from: string, message: string, more: { signed?: boolean } = {}) {
  await git('checkout', '--quiet', '--force', '--detach', from)
  const { repository, ada } = project
  const signing = more.signed === false ? { signedBy: null } : {}
  return repository.commit({ by: ada, message, ...signing })
}

const eventOf = (name: string, event: unknown) =>
  readEvent(name, Buffer.from(JSON.stringify(event)))
const judge = async (name: string, event: unknown, more: VerifyCommitsRequest = {}) =>
  verifyCommits(workspace, { event: eventOf(name, event), ...more })
/** Base, head, count and codes of what an event asks for. */
async function told(name: string, event: unknown, more?: VerifyCommitsRequest) {
  const { base, head, counts, findings, commits, tag } = await judge(name, event, more)
  const all = [
    ...findings,
    ...commits.flatMap((one) => one.findings),
    ...(tag?.findings ?? []),
    ...(tag?.tags ?? []).flatMap((one) => one.findings),
  ]
  return { base, head, commits: counts.commits, codes: all.map(({ code }) => code) }
}

const push = (ref: string, before: string, after: string, more = {}) => ({
  ref,
  before,
  after,
  repository: { default_branch: 'main', full_name: 'o/r' },
  pusher: { name: 'ada' },
  ...more,
})
const pullRequest = (base: string, head: string) => ({
  action: 'opened',
  number: 7,
  pull_request: { base: { ref: 'main', sha: base }, head: { ref: 'topic', sha: head } },
})
const mergeGroup = (base_sha: string, head_sha: string) => ({
  merge_group: { base_sha, head_sha, head_ref: 'refs/heads/gh-readonly-queue/main/pr-7' },
})

describe('a push', () => {
  it('21 that makes a branch brings all that the default branch does not have', async () => {
    const unsigned = await commitOn(genesis, 'forgot', { signed: false })
    const tip = await commitOn(unsigned, 'signed')
    const told21 = await told('push', push('refs/heads/topic', ZERO, tip))
    expect(told21).toEqual({ base: genesis, head: tip, commits: 2, codes: ['signature/unsigned'] })
    const good = await commitOn(await commitOn(genesis, 'one'), 'two')
    const honest = await told('push', push('refs/heads/topic', ZERO, good))
    expect(honest).toEqual({ base: genesis, head: good, commits: 2, codes: [] })
  })

  it('22 does not believe that what was pushed before was verified', async () => {
    const unsigned = await commitOn(genesis, 'forgot', { signed: false })
    const tip = await commitOn(unsigned, 'signed')
    const event = push('refs/heads/topic', unsigned, tip)
    expect((await told('push', event)).codes).toEqual(['signature/unsigned'])
    const rewritten = await commitOn(await commitOn(genesis, 'signed now'), 'signed')
    const forced = push('refs/heads/topic', tip, rewritten, { forced: true })
    expect(await told('push', forced)).toMatchObject({ base: genesis, commits: 2, codes: [] })
  })

  it('22 to the default branch starts where that was, unless it was pushed by force', async () => {
    const before = await commitOn(genesis, 'before')
    const after = await commitOn(before, 'after')
    await git('update-ref', MAIN, after)
    expect(await told('push', push('refs/heads/main', before, after))).toMatchObject({
      base: before,
      commits: 1,
      codes: [],
    })
    const rival = await commitOn(genesis, 'rival')
    await git('update-ref', MAIN, rival)
    for (const where of [after, ZERO, '1'.repeat(40)]) {
      const forced = push('refs/heads/main', where, rival, { forced: true })
      const refused = { findings: [{ code: 'policy/no-genesis' }] }
      await expect(judge('push', forced)).rejects.toMatchObject(refused)
      const named = await told('push', forced, { trustedRef: genesis })
      expect(named).toEqual({ base: genesis, head: rival, commits: 1, codes: [] })
    }
  })

  it('needs the default branch to know what is new on another', async () => {
    const tip = await commitOn(genesis, 'tip')
    await git('update-ref', '-d', MAIN)
    const event = push('refs/heads/topic', ZERO, tip)
    await expect(judge('push', event)).rejects.toBeInstanceOf(InputError)
    expect((await told('push', event, { trustedRef: genesis })).codes).toEqual([])
  })

  it('28 looks for the default branch by its full name: a tag called alike does not count', async () => {
    const unsigned = await commitOn(genesis, 'forgot', { signed: false })
    await git('tag', 'origin/main', unsigned)
    await git('tag', 'main', unsigned)
    await git('branch', '--force', 'origin/main', unsigned)
    const event = push('refs/heads/topic', ZERO, unsigned)
    expect((await told('push', event)).codes).toEqual(['signature/unsigned'])
    await git('tag', '-d', 'origin/main', 'main')
    await git('branch', '-D', 'origin/main')
    expect((await told('push', event)).codes).toEqual(['signature/unsigned'])
    await git('update-ref', MAIN, unsigned)
    expect(await told('push', event)).toMatchObject({ commits: 0, codes: [] })
  })

  it('29 that brings nothing new brings an empty range', async () => {
    const event = push('refs/heads/topic', ZERO, genesis)
    const empty = { base: genesis, head: genesis, commits: 0, codes: [] }
    expect(await told('push', event)).toEqual(empty)
  })

  it('of a deletion has no commit, and says so', async () => {
    const gone = push('refs/heads/topic', genesis, ZERO, { deleted: true })
    await expect(judge('push', gone)).rejects.toThrow(/no commit to judge/)
  })
})

describe('66, 67 a pushed tag', () => {
  const tagged = async (name: string, target: string, by = project.ada) => {
    const who = ['-c', `user.name=${by.name}`, '-c', `user.email=${by.email}`]
    const key = ['-c', `user.signingkey=${by.keyFile}`]
    await git(...who, ...key, 'tag', '--sign', '--force', '-m', 'release', name, target)
    return (await git('rev-parse', `refs/tags/${name}`)).trim()
  }

  it('is judged with the commits that it brings, whatever branch they are on', async () => {
    const tip = await commitOn(genesis, 'release me')
    const tag = await tagged('v1', tip)
    const event = push('refs/tags/v1', ZERO, tag)
    expect(await told('push', event)).toEqual({ base: genesis, head: tip, commits: 1, codes: [] })
    const renamed = push('refs/tags/v2', ZERO, tag)
    expect((await told('push', renamed)).codes).toEqual(['signature/tag-renamed'])
    const strange = push('refs/tags/v3', ZERO, await tagged('v3', tip, project.mallory))
    expect((await told('push', strange)).codes).toEqual(['signature/unknown-signer'])
    const unsigned = await commitOn(genesis, 'forgot', { signed: false })
    const over = push('refs/tags/v4', ZERO, await tagged('v4', unsigned))
    expect((await told('push', over)).codes).toEqual(['signature/unsigned'])
  })

  it('of a tree has no commit to judge', async () => {
    const tag = await tagged('tree', `${genesis}^{tree}`)
    const event = push('refs/tags/tree', ZERO, tag)
    await expect(judge('push', event)).rejects.toMatchObject({
      findings: [{ code: 'git/unknown-revision' }],
    })
    const { tag: verdict, range } = await verifyTag(workspace, { tag: 'tree' })
    expect(verdict.findings).toMatchObject([{ code: 'signature/tag-target' }])
    expect(range).toBeUndefined()
  })

  it('is found by NAME or refs/tags/NAME, and its commits are judged from genesis on', async () => {
    const tip = await commitOn(genesis, 'release me')
    await tagged('v5', tip)
    await git('branch', '--force', 'v5', genesis)
    for (const tag of ['v5', 'refs/tags/v5']) {
      const { tag: verdict, range } = await verifyTag(workspace, { tag, commit: tip })
      expect(verdict).toMatchObject({ commit: tip, findings: [], tags: [{ verdict: 'passed' }] })
      expect(range).toMatchObject({ base: genesis, head: tip, counts: { commits: 1, passed: 1 } })
    }
    const other = await verifyTag(workspace, { tag: 'v5', commit: genesis })
    expect(other.tag.findings).toMatchObject([{ code: 'signature/tag-target' }])
    for (const tag of ['refs/heads/v5', 'absent'])
      await expect(verifyTag(workspace, { tag })).rejects.toBeInstanceOf(InputError)
  })
})

describe('a pull request', () => {
  it('26 is its head by id, not its merge ref nor its branch', async () => {
    const head = await commitOn(genesis, 'change')
    const swapped = await commitOn(genesis, 'swapped', { signed: false })
    await git('branch', '--force', 'topic', swapped)
    await git('update-ref', 'refs/remotes/pull/7/merge', swapped)
    await git('update-ref', 'refs/remotes/pull/7/head', head)
    const event = pullRequest(genesis, head)
    expect(await told('pull_request', event)).toEqual({
      base: genesis,
      head,
      commits: 1,
      codes: [],
    })
    const bad = await told('pull_request_target', pullRequest(genesis, swapped))
    expect(bad).toMatchObject({ head: swapped, codes: ['signature/unsigned'] })
  })

  it('31 is judged by the policy of its base', async () => {
    const { repository, ada, mallory } = project
    const line = (person: typeof ada) => `${person.email} namespaces="git" ${person.publicKey}\n`
    const files = { '.bulkhead/allowed_signers': line(ada) + line(mallory) }
    const head = await repository.commit({ by: mallory, message: 'add me', files })
    expect((await told('pull_request', pullRequest(genesis, head))).codes).toEqual([
      'signature/unknown-signer',
    ])
    await git('checkout', '--quiet', '--force', '--detach', genesis)
    const invited = await repository.commit({ by: ada, message: 'add Mallory', files })
    const own = await repository.commit({ by: mallory, message: 'thanks' })
    expect((await told('pull_request', pullRequest(invited, own))).codes).toEqual([])
  })

  it('27 must be led to by something in this clone', async () => {
    const fork = await commitOn(genesis, 'of a fork')
    await git('checkout', '--quiet', '--force', '--detach', genesis)
    expect((await told('pull_request', pullRequest(genesis, fork))).codes).toEqual([
      'git/unreachable-commit',
    ])
    await git('update-ref', 'refs/remotes/pull/8/head', fork)
    expect((await told('pull_request', pullRequest(genesis, fork))).codes).toEqual([])
  })

  it('whose head is missing is an error, never an empty range', async () => {
    const event = pullRequest(genesis, '2'.repeat(40))
    await expect(judge('pull_request', event)).rejects.toThrow()
    await expect(judge('pull_request', pullRequest('2'.repeat(40), genesis))).rejects.toThrow()
  })
})

describe('34 a policy that names a file of revoked keys', () => {
  it('is refused without that file, and heeds it when it is there', async () => {
    const { repository, ada } = project
    const policy = await git('show', `${genesis}:bulkhead.yml`)
    const revoked = '.bulkhead/revoked_keys'
    const text = `${policy}\nsigning:\n  revoked: ${revoked}\n`
    const adopted = (files: Readonly<Record<string, string>>) =>
      repository.commit({ by: ada, message: 'revoke', files: { 'bulkhead.yml': text, ...files } })
    const without = await adopted({})
    const late = await commitOn(without, 'change')
    const refused = { findings: [{ code: 'policy/missing-file' }] }
    await expect(told('pull_request', pullRequest(without, late))).rejects.toMatchObject(refused)
    const nobody = await adopted({ [revoked]: '# nobody yet\n' })
    const fine = await commitOn(nobody, 'change')
    expect((await told('pull_request', pullRequest(nobody, fine))).codes).toEqual([])
    const lost = await adopted({ [revoked]: `${ada.publicKey}\n` })
    const stolen = await commitOn(lost, 'change')
    const codes = ['signature/key-revoked']
    expect((await told('pull_request', pullRequest(lost, stolen))).codes).toEqual(codes)
  })
})

describe('a merge group', () => {
  it('is what the queue adds to its base', async () => {
    const base = await commitOn(genesis, 'base')
    const head = await commitOn(base, 'queued')
    const event = mergeGroup(base, head)
    expect(await told('merge_group', event)).toEqual({ base, head, commits: 1, codes: [] })
    const bad = await commitOn(base, 'queued', { signed: false })
    const codes = ['signature/unsigned']
    expect(await told('merge_group', mergeGroup(base, bad))).toMatchObject({ commits: 1, codes })
  })
})

describe('29 a range without commits', () => {
  it('is blocked when the head lies behind the base, and not when it is the base', async () => {
    const head = await commitOn(genesis, 'head')
    const behind = await verifyCommits(workspace, { range: `${head}..${genesis}` })
    expect(behind).toMatchObject({
      counts: { commits: 0 },
      findings: [{ code: 'git/behind-base' }],
    })
    const [finding] = behind.findings
    expect(finding?.remedy).toContain(`${genesis}..${head}`)
    const same = await verifyCommits(workspace, { range: `${head}..${head}` })
    expect(same).toMatchObject({ counts: { commits: 0 }, findings: [] })
    const forward = await verifyCommits(workspace, { range: `${genesis}..${head}` })
    expect(forward).toMatchObject({ counts: { commits: 1, passed: 1 }, findings: [] })
    const event = pullRequest(head, genesis)
    expect((await told('pull_request', event)).codes).toEqual(['git/behind-base'])
  })
})

describe('an event', () => {
  const id = 'a'.repeat(40)
  const good = push('refs/heads/main', id, id)

  it.each([
    ['an event of another kind', 'issue_comment', good],
    ['a list', 'push', [good]],
    ['no repository', 'push', { ...good, repository: undefined }],
    ['a short id', 'push', { ...good, after: 'a'.repeat(12) }],
    ['a name instead of an id', 'push', { ...good, after: 'main' }],
    ['a short name', 'push', { ...good, ref: 'main' }],
    ['a ref that is no branch', 'push', { ...good, ref: 'refs/pull/7/merge' }],
    ['a ref with dots', 'push', { ...good, ref: 'refs/heads/a..b' }],
    ['a default branch like an option', 'push', { ...good, repository: { default_branch: '-x' } }],
    ['ids that are inherited', 'push', { __proto__: good }],
    ['no base', 'pull_request', { pull_request: { head: { sha: id } } }],
    ['a base that is null', 'pull_request', { pull_request: { base: null, head: { sha: id } } }],
    ['zeros for a head', 'pull_request', pullRequest(id, ZERO)],
    ['another event under this name', 'merge_group', good],
    ['a number for an id', 'merge_group', { merge_group: { base_sha: 1, head_sha: id } }],
  ])('that has %s is refused', (_, name, event) => {
    expect(() => eventOf(name, event)).toThrow(InputError)
  })

  it('is taken with members that are not looked at, in any script', () => {
    const message = 'Cafe\u0301 \u{1F600}'
    expect(eventOf('push', { ...good, head_commit: { message }, commits: [{}] })).toMatchObject({
      kind: 'push',
      before: commitId(id),
    })
  })

  it('is read without a throw other than findings, whatever the bytes', () => {
    const text = Buffer.from(JSON.stringify(good))
    const law = fc.property(fc.nat(text.length), fc.uint8Array({ maxLength: 20 }), (at, raw) => {
      try {
        readEvent('push', Buffer.concat([text.subarray(0, at), raw, text.subarray(at + 1)]))
      } catch (error) {
        expect(error).toBeInstanceOf(InputError)
      }
    })
    fc.assert(law, { numRuns: 500 })
  })

  it('file is a regular one, and not too large', async () => {
    const file = join(home.path, 'event.json')
    await writeFile(file, JSON.stringify(good))
    expect(await readEventFile('push', file)).toMatchObject({ kind: 'push' })
    await truncate(file, 33 * 1024 * 1024)
    await expect(readEventFile('push', file)).rejects.toBeInstanceOf(InputError)
    const pipe = join(home.path, 'pipe')
    await promisify(execFile)('mkfifo', [pipe])
    await expect(readEventFile('push', pipe)).rejects.toBeInstanceOf(InputError)
    await expect(readEventFile('push', join(home.path, 'no'))).rejects.toBeInstanceOf(InputError)
  })

  it('and a range together are refused: they may disagree', async () => {
    const request = { event: eventOf('push', good), range: 'HEAD' }
    await expect(verifyCommits(workspace, request)).rejects.toBeInstanceOf(InputError)
  })
})
