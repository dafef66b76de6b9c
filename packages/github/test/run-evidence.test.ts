import { type GithubServer, type Overlay, STAGED, startGithub } from '@bulkhead/testkit'
import { WorldError } from '@bulkhead/vocabulary'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { resolveRunEvidence } from '../src/index.ts'
import {
  RECORD,
  RUN,
  VOUCHER,
  WORKFLOW,
  digestOf,
  jobWith,
  logOf,
  questionOf,
  stage,
  zipOf,
} from './github-stage.ts'

let github: GithubServer
beforeEach(async () => {
  github = await startGithub()
  stage(github, [await jobWith('tests', RECORD)])
})
afterEach(async () => {
  await github[Symbol.asyncDispose]()
  // Nothing was asked or answered that GitHub's own description does not know.
  expect(github.violations).toEqual([])
})

const resolve = (question = questionOf(github)) => resolveRunEvidence(question, [VOUCHER])
const change = (
  kind: 'runs' | 'jobs' | 'checkRuns' | 'checkSuites' | 'artifacts',
  id: number,
  overlay: Overlay,
) => {
  const things = github.world[kind]
  things.set(id, { ...things.get(id), ...overlay })
}
const run = (overlay: Overlay) => change('runs', Number(RUN.id), overlay)
const job = (overlay: Overlay) => change('jobs', STAGED.job, overlay)
const check = (overlay: Overlay) => change('checkRuns', STAGED.check, overlay)
const suite = (overlay: Overlay) => change('checkSuites', STAGED.suite, overlay)
const artifact = (overlay: Overlay) => change('artifacts', STAGED.artifact, overlay)

/** Nothing may count, and this must be said. */
const expectRefusal = async (code: string, says = '') => {
  const { vouched, findings } = await resolve()
  expect([...vouched]).toEqual([])
  expect(findings).toContainEqual(
    expect.objectContaining({ code, message: expect.stringContaining(says) }),
  )
}

describe('GitHub as the voucher of a run record', () => {
  it('vouches for a record that the log of a sound job names', async () => {
    const { vouched, files, findings } = await resolve()
    expect(findings).toEqual([])
    expect([...vouched]).toEqual([[digestOf(RECORD), `${WORKFLOW} tests`]])
    expect(files.map(({ path }) => path)).toEqual([
      'security/1-of-1/record.json',
      'security/1-of-1/reports/1-r.xml',
    ])
  })

  it('takes every leg of a matrix', async () => {
    const other = Buffer.from('{"record":"windows"}')
    stage(github, [
      await jobWith('tests (linux, 1/2)', RECORD, 'linux.1-of-2'),
      await jobWith('tests (windows, 1/2)', other, 'windows.1-of-2'),
      { name: 'tests-of-something-else', log: '' },
    ])
    const { vouched, findings } = await resolve()
    expect(findings).toEqual([])
    expect([...vouched.keys()].sort()).toEqual([digestOf(RECORD), digestOf(other)].sort())
  })

  describe('does not, of another run (F106, F104, F103)', () => {
    it.each<[string, string, () => void, string]>([
      [
        'another commit',
        'github/wrong-run',
        () => run({ head_sha: 'c'.repeat(40) }),
        'head commit',
      ],
      [
        'an attempt before the latest (F107)',
        'github/wrong-run',
        () => run({ run_attempt: 3 }),
        'latest attempt is 3',
      ],
      [
        'another repository of that name',
        'github/wrong-run',
        () => run({ repository: { id: 43 } }),
        'repository is 43',
      ],
      [
        "a fork's head",
        'github/wrong-run',
        () => run({ head_repository: { id: 43 } }),
        'head repository is 43',
      ],
      [
        'another workflow with that job (F102)',
        'github/wrong-run',
        () => run({ path: '.github/workflows/lint.yml' }),
        'lint.yml',
      ],
      [
        'an event of strangers',
        'github/refused-event',
        () => run({ event: 'pull_request_target' }),
        'may not attest',
      ],
      ['a pull request', 'github/wrong-run', () => run({ event: 'pull_request' }), 'pull_request'],
    ])('%s', async (_name, code, make, says) => {
      make()
      await expectRefusal(code, says)
    })

    it('that GitHub does not know', async () => {
      github.world.runs.clear()
      await expectRefusal('github/wrong-run', 'no such run')
    })
  })

  describe('does not, when the workflow is not the one that is trusted (124)', () => {
    it.each([
      ['changed', { trusted: 'b', judged: 'c' }, 'another version'],
      ['new', { trusted: undefined, judged: 'c' }, 'the trusted ref has no such workflow'],
      ['gone on both sides', { trusted: undefined, judged: undefined }, 'the trusted ref has no'],
    ])('%s', async (_name, blobs, says) => {
      const { vouched, findings } = await resolve(questionOf(github, { [WORKFLOW]: blobs }))
      expect([...vouched]).toEqual([])
      expect(findings).toMatchObject([
        { code: 'github/changed-workflow', message: expect.stringContaining(says) },
      ])
    })

    const called = (path: string) =>
      run({ referenced_workflows: [{ path, sha: 'd'.repeat(40), ref: 'refs/heads/main' }] })
    it('nor when one that it calls here is changed', async () => {
      called('octo/app/.github/workflows/suite.yml@refs/heads/main')
      await expectRefusal('github/changed-workflow')
      const same = { trusted: 'b', judged: 'b' }
      const blobs = { [WORKFLOW]: same, '.github/workflows/suite.yml': same }
      expect((await resolve(questionOf(github, blobs))).vouched.size).toBe(1)
    })

    it('nor when it calls one elsewhere by a name that can be moved', async () => {
      called('octo/shared/.github/workflows/suite.yml@refs/tags/v1')
      await expectRefusal('github/changed-workflow', 'can be moved')
      called(`octo/shared/.github/workflows/suite.yml@${'d'.repeat(40)}`)
      expect((await resolve()).vouched.size).toBe(1)
    })
  })

  describe('does not, when the job or its check is not sound', () => {
    it.each<[string, string, () => void]>([
      ...['failure', 'neutral', 'skipped', 'cancelled', 'timed_out', 'action_required'].map(
        (conclusion): [string, string, () => void] => [
          `the job is ${conclusion} (F96, F98)`,
          'github/job-not-green',
          () => job({ conclusion }),
        ],
      ),
      [
        'the job still runs (F101)',
        'github/job-unfinished',
        () => job({ status: 'in_progress', conclusion: null }),
      ],
      ['there is no such job (F101)', 'github/job-unfinished', () => job({ name: 'lint' })],
      [
        'a job whose name only begins alike',
        'github/job-unfinished',
        () => job({ name: 'tests2' }),
      ],
      [
        'the job is of an earlier run',
        'github/wrong-check',
        () => job({ head_sha: 'c'.repeat(40) }),
      ],
      // 97: with continue-on-error the job says success, and only its check stays red.
      [
        'the check is red although the job is not (F97)',
        'github/wrong-check',
        () => check({ conclusion: 'failure' }),
      ],
      ['the check is neutral (F96)', 'github/wrong-check', () => check({ conclusion: 'neutral' })],
      ['the check is of another app (F99)', 'github/wrong-check', () => check({ app: { id: 99 } })],
      ['the suite is of another app (F99)', 'github/wrong-check', () => suite({ app: { id: 99 } })],
      [
        'the check is of another suite',
        'github/wrong-check',
        () => check({ check_suite: { id: 501 } }),
      ],
      [
        'the check is of another commit',
        'github/wrong-check',
        () => check({ head_sha: 'c'.repeat(40) }),
      ],
      [
        'the suite is of another commit',
        'github/wrong-check',
        () => suite({ head_sha: 'c'.repeat(40) }),
      ],
      [
        'the suite is of another repository',
        'github/wrong-check',
        () => suite({ repository: { id: 43 } }),
      ],
      ['there is no check', 'github/missing-check', () => github.world.checkRuns.clear()],
      ['there is no suite', 'github/missing-check', () => github.world.checkSuites.clear()],
    ])('%s', async (_name, code, make) => {
      make()
      await expectRefusal(code)
    })
  })

  describe('does not, when the artifact is not what the job uploaded', () => {
    it('another job uploaded it: no log of the job names it (F108)', async () => {
      const forged = Buffer.from('{"record":"forged"}')
      stage(github, [
        { name: 'tests', log: logOf(RECORD) },
        { ...(await jobWith('lint', forged)), log: logOf(forged) },
      ])
      const { vouched } = await resolve()
      expect([...vouched]).toEqual([])
    })

    it('two jobs name it', async () => {
      stage(github, [await jobWith('tests (a)', RECORD), { name: 'tests (b)', log: logOf(RECORD) }])
      expect((await resolve()).vouched.size).toBe(0)
    })

    it('a job that failed names it too', async () => {
      stage(github, [await jobWith('tests (a)', RECORD), { name: 'tests (b)', log: logOf(RECORD) }])
      change('jobs', STAGED.job + 1, { conclusion: 'failure' })
      expect((await resolve()).vouched.size).toBe(0)
    })

    it('the log names a digest that only begins alike', async () => {
      github.world.logs.set(STAGED.job, `${logOf(RECORD)}0`)
      expect((await resolve()).vouched.size).toBe(0)
    })

    it.each<[string, string, () => void | Promise<void>]>([
      [
        'of another run (F106)',
        'github/wrong-artifact',
        () => artifact({ workflow_run: { ...of(), head_sha: 'c'.repeat(40) } }),
      ],
      [
        'of a fork (F106)',
        'github/wrong-artifact',
        () => artifact({ workflow_run: { ...of(), head_repository_id: 43 } }),
      ],
      [
        'of another repository',
        'github/wrong-artifact',
        () => artifact({ workflow_run: { ...of(), repository_id: 43 } }),
      ],
      ['expired', 'github/wrong-artifact', () => artifact({ expired: true })],
      ['without a digest', 'github/wrong-artifact', () => artifact({ digest: null })],
      [
        'other bytes than were uploaded',
        'github/wrong-artifact',
        async () => {
          github.world.archives.set(
            STAGED.artifact,
            await zipOf({ 'security/1-of-1/record.json': RECORD }),
          )
        },
      ],
      ['gone', 'github/wrong-artifact', () => github.world.archives.clear()],
      [
        'two of one name (F107)',
        'github/wrong-artifact',
        () => {
          const twin = github.world.artifacts.get(STAGED.artifact) ?? {}
          github.world.artifacts.set(900, { ...twin, id: 900 })
          github.world.archives.set(
            900,
            github.world.archives.get(STAGED.artifact) ?? Buffer.alloc(0),
          )
        },
      ],
      ['no archive', 'github/unsafe-archive', () => upload(Buffer.from('PK'))],
      [
        'a file elsewhere (81)',
        'github/unsafe-archive',
        async () => upload(await zipOf({ 'security/1-of-1/record.json': RECORD, 'bin/node': 'x' })),
      ],
    ])('%s', async (_name, code, make) => {
      await make()
      await expectRefusal(code)
    })

    const of = () => {
      const found: unknown = github.world.artifacts.get(STAGED.artifact)?.['workflow_run']
      return typeof found === 'object' && found !== null ? found : {}
    }
    const upload = (bytes: Buffer) => {
      github.world.archives.set(STAGED.artifact, bytes)
      artifact({ digest: digestOf(bytes) })
    }

    it('one file in two artifacts: neither counts (F108)', async () => {
      stage(github, [
        await jobWith('tests (a)', RECORD),
        await jobWith('tests (b)', Buffer.from('{}')),
      ])
      const { vouched, files, findings } = await resolve()
      expect([...vouched]).toEqual([])
      expect(files).toEqual([])
      expect(findings).toContainEqual(expect.objectContaining({ code: 'github/duplicate-entry' }))
    })
  })

  it('reads every page of a list', async () => {
    for (let id = 1000; id < 1250; id += 1)
      github.world.artifacts.set(id, {
        id,
        name: `other-${id}`,
        workflow_run: { id: Number(RUN.id) },
      })
    expect((await resolve()).vouched.size).toBe(1)
    expect(github.requests.filter(({ path }) => path.includes('/artifacts?')).length).toBe(3)
  })

  it('sends its token to the API alone, never to where downloads are kept', async () => {
    await resolve()
    const at = (place: string) => github.requests.filter((request) => request.at === place)
    expect(at('storage').length).toBe(2)
    expect(at('storage').every(({ authorization }) => authorization === undefined)).toBe(true)
    expect(at('api').every(({ authorization }) => authorization !== undefined)).toBe(true)
  })

  describe('when GitHub fails', () => {
    const FAULTS = [
      { kind: 'status', status: 500 },
      { kind: 'status', status: 403 },
      { kind: 'status', status: 401 },
      { kind: 'status', status: 404 },
      { kind: 'status', status: 429 },
      { kind: 'status', status: 301 },
      { kind: 'hang-up' },
      { kind: 'body', body: '' },
      { kind: 'body', body: '{"total_count":0}' },
      { kind: 'body', body: '[]' },
    ] as const

    it.each(FAULTS.map((fault) => [JSON.stringify(fault), fault] as const))(
      'at any one of its answers (%s), nothing is vouched for',
      async (_, fault) => {
        await resolve()
        const calls = github.requests.length
        expect(calls).toBeGreaterThan(6)
        for (let failing = 0; failing < calls; failing += 1) {
          const first = github.requests.length
          github.fault = (_request, index) => (index === first + failing ? fault : undefined)
          const answer = await resolve().catch((error: unknown) => error)
          if (answer instanceof WorldError) expect(answer.findings[0]?.code).toMatch(/^github\//)
          else expect(answer, `call ${failing}`).toMatchObject({ vouched: new Map() })
        }
        github.fault = () => undefined
        expect((await resolve()).vouched.size).toBe(1)
      },
    )
  })
})
