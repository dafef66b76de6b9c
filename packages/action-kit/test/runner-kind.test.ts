import { InputError } from '@bulkhead/vocabulary'
import { describe, expect, it } from 'vitest'
import { type ActionHost } from '../src/action-host.ts'
import { defineAction, runAction } from '../src/index.ts'
import { judgeRunner } from '../src/runner-kind.ts'

const SELF = { RUNNER_ENVIRONMENT: 'self-hosted' }
const GITHUB = { RUNNER_ENVIRONMENT: 'github-hosted' }

describe('the machine that holds the keys of a step', () => {
  it.each([
    ['any', GITHUB],
    ['github-hosted', GITHUB],
    ['self-hosted', SELF],
    ['self-hosted', GITHUB],
    // Other runners say nothing of themselves.
    ['any', {}],
  ])('may be %s on %j, and nothing is said', (declared, env) => {
    expect(judgeRunner(declared, env)).toBeUndefined()
  })

  it('is warned of where nobody said that it is known', () => {
    expect(judgeRunner('any', SELF)).toContain('runner: self-hosted')
  })

  it.each([SELF, {}, { RUNNER_ENVIRONMENT: '' }, { RUNNER_ENVIRONMENT: 'GitHub-hosted' }])(
    'is refused where one of GitHub is asked for: %j',
    (env) => {
      expect(() => judgeRunner('github-hosted', env)).toThrow(InputError)
    },
  )
})

describe('an action with keys', () => {
  const action = defineAction({ name: 'sample', privileged: true, inputs: {}, outputs: {} })
  async function run(env: Readonly<Record<string, string>>) {
    const lines: string[] = []
    const files = new Map<string, string>()
    let exitCode = 70
    let worked = false
    const host: ActionHost = {
      env: { GITHUB_OUTPUT: 'output', GITHUB_STEP_SUMMARY: 'summary', ...env },
      writeLine: (line) => void lines.push(line),
      appendFile: (path, text) => {
        files.set(path, text)
        return Promise.resolve()
      },
      arm: () => undefined,
      finish: (code) => {
        exitCode = code
      },
      randomId: () => 'id',
      cancellation: () => new AbortController().signal,
    }
    const work = () => {
      worked = true
      return Promise.resolve({
        outcome: 'passed',
        headline: 'PASS',
        findings: [],
        outputs: {},
      } as const)
    }
    await runAction(action, work, host)
    return { exitCode, worked, log: lines.join('\n'), summary: files.get('summary') ?? '' }
  }

  it('warns in log and summary, and goes on', async () => {
    const { exitCode, log, summary } = await run(SELF)
    expect(exitCode).toBe(0)
    expect(log).toContain('::warning title=sample::SELF-HOSTED runner')
    expect(summary).toContain('SELF-HOSTED runner')
    expect((await run(GITHUB)).log).not.toContain('warning')
  })

  it('does nothing on a machine that was not asked for', async () => {
    const { exitCode, worked, log } = await run({ ...SELF, INPUT_RUNNER: 'github-hosted' })
    expect({ exitCode, worked }).toEqual({ exitCode: 2, worked: false })
    expect(log).toContain('title=action/refused-runner')
  })
})
