import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type TemporaryDirectory, temporaryDirectory } from '@bulkhead/testkit'
import { startAction } from '../src/testing/index.ts'

const KIT = new URL('../src/index.ts', import.meta.url).href
const WORDS = import.meta.resolve('@bulkhead/vocabulary')

let home: TemporaryDirectory
let count = 0
beforeAll(async () => {
  home = await temporaryDirectory()
})
afterAll(() => home[Symbol.asyncDispose]())

/** Starts a real process whose action does `work`, a piece of program text. */
async function start(
  work: string,
  options: {
    readonly inputs?: Readonly<Record<string, string>>
    readonly env?: Readonly<Record<string, string>>
  } = {},
) {
  const temp = join(home.path, `run-${(count += 1)}`)
  await mkdir(temp)
  const entry = join(temp, 'main.ts')
  await writeFile(
    entry,
    `import { defineAction, runAction, readKeysFile } from ${JSON.stringify(KIT)}
     import { DeniedError, InputError, WorldError } from ${JSON.stringify(WORDS)}
     const finding = { code: 'gate/failed-test', subject: 'a::error::b\\n::error::c', message: '<img src=x>', remedy: '@team' }
     const outputs = { verdict: { description: 'v', unanswered: { denied: 'BLOCK', error: 'ERROR' } } }
     const action = defineAction({ name: 'sample', inputs: { name: { kind: 'text', required: true, description: 'n' } }, outputs })
     await runAction(action, async ({ inputs, log, mask, cancellation }) => { ${work} })`,
  )
  return startAction({
    entry,
    workspace: home.path,
    temp,
    inputs: { name: 'x', annotations: 'true', 'working-directory': '.', ...options.inputs },
    ...(options.env === undefined ? {} : { env: options.env }),
  })
}

const PASS = `return { outcome: 'passed', headline: 'PASS: ' + inputs.name, findings: [], outputs: { verdict: 'PASS' } }`

describe('an action', () => {
  it('that passes says so everywhere, and only then ends with 0', async () => {
    const run = await start(PASS, { inputs: { name: '<b>hotfix</b>' } })
    expect(run).toMatchObject({
      exitCode: 0,
      stderr: '',
      stdout: 'sample: PASS: <b>hotfix</b>\n',
      outputs: { verdict: 'PASS', outcome: 'passed', findings: '0' },
    })
    expect(run.summary).toBe(
      '<h2>✅ bulkhead sample</h2>\n<p><code>PASS: &lt;b&gt;hotfix&lt;/b&gt;</code></p>\n\n',
    )
  })

  it('that blocks ends with 1, with findings in log, outputs and summary', async () => {
    const run = await start(
      `return { outcome: 'blocked', headline: 'BLOCK', findings: [finding], outputs: { verdict: 'BLOCK' } }`,
    )
    expect(run).toMatchObject({
      exitCode: 1,
      outputs: { verdict: 'BLOCK', outcome: 'blocked', findings: '1' },
    })
    expect(run.stdout).toBe(
      'sample: BLOCK\n::error title=gate/failed-test::a::error::b ⏎ ::error::c: <img src=x>%0A→ @team\n',
    )
    expect(run.commands).toHaveLength(1)
    expect(run.summary).toContain(
      '<br>→ <code>@team</code></p>\n\n<table>\n<tr><th>What</th><th>Why</th></tr>\n',
    )
  })

  it('that claims to pass with findings is blocked', async () => {
    const run = await start(
      `return { outcome: 'passed', headline: 'PASS', findings: [finding], outputs: { verdict: 'PASS' } }`,
    )
    expect(run).toMatchObject({ exitCode: 1, outputs: { outcome: 'blocked' } })
  })

  it('that only observes passes with what it found, as warnings, and says so first', async () => {
    const run = await start(
      `return { outcome: 'passed', observing: true, headline: 'BLOCK', findings: [finding], outputs: { verdict: 'BLOCK' } }`,
    )
    expect(run).toMatchObject({
      exitCode: 0,
      outputs: { verdict: 'BLOCK', outcome: 'passed', findings: '1' },
    })
    expect(run.commands.map(({ name, properties }) => [name, properties['title']])).toEqual([
      ['warning', 'sample'],
      ['warning', 'gate/failed-test'],
    ])
    expect(run.summary).toMatch(
      /^<h2>⚠️ bulkhead sample<\/h2>\n<p>.*<\/p>\n\n<blockquote><b>MODE observe: /,
    )
  })

  it('that observes and still does not pass is blocked', async () => {
    const run = await start(
      `return { outcome: 'blocked', observing: true, headline: 'BLOCK', findings: [finding], outputs: { verdict: 'BLOCK' } }`,
    )
    expect(run).toMatchObject({ exitCode: 1, outputs: { outcome: 'blocked' } })
  })

  it.each([
    ['DeniedError([finding])', 1, 'blocked', 'BLOCK'],
    ['InputError(finding)', 2, 'bad-input', 'ERROR'],
    ['WorldError(finding, { cause: new Error("::error::disk") })', 3, 'world-failed', 'ERROR'],
  ])('that throws %s ends with %i', async (thrown, exitCode, outcome, verdict) => {
    const run = await start(`throw new ${thrown}`)
    expect(run).toMatchObject({
      exitCode,
      stderr: '',
      outputs: { outcome, verdict, findings: '1' },
    })
    expect(run.stdout).not.toMatch(/ at .*:[0-9]+:[0-9]+/)
    expect(run.commands.map((command) => command.name)).toEqual(['error'])
  })

  it.each([
    ['throws what it should not', 'null.x'],
    ['has an output that is no text of its own', 'throw "::error::x"'],
  ])('that %s ends with 70 and a trace that commands nothing', async (_, work) => {
    const run = await start(work)
    expect(run).toMatchObject({ exitCode: 70, outputs: { outcome: 'bug', verdict: 'ERROR' } })
    expect(run.commands.map((command) => command.properties['title'])).toEqual(['sample'])
  })

  it.each([
    ['never settles', 'await new Promise(() => undefined)'],
    [
      'throws outside of its promise',
      'setImmediate(() => { throw new Error("late") }); await new Promise(() => setTimeout(() => undefined, 1e6))',
    ],
    [
      'rejects a promise that nobody holds',
      'void Promise.reject(new Error("floating")); await new Promise((done) => setImmediate(done)); await new Promise(() => undefined)',
    ],
    ['ends the process in the middle', 'process.exit()'],
  ])('that %s ends with 70 and no output that could be taken for a verdict', async (_, work) => {
    const run = await start(work)
    expect(run).toMatchObject({ exitCode: 70, outputs: {} })
  })

  it('that ends the process with 0 in the middle still ends with 70', async () => {
    expect(await start('process.exit(0)')).toMatchObject({ exitCode: 70, outputs: {} })
  })

  it('is never started on a wrong input', async () => {
    const run = await start(`log('started'); ${PASS}`, { inputs: { annotations: 'False' } })
    expect(run).toMatchObject({ exitCode: 2, outputs: { outcome: 'bad-input', verdict: 'ERROR' } })
    expect(run.stdout).not.toContain('started')
    expect(run.commands[0]?.properties['title']).toBe('action/invalid-input')
  })

  it('whose outputs cannot be written does not end with 0', async () => {
    const run = await start(PASS, { env: { GITHUB_OUTPUT: home.path } })
    expect(run.exitCode).toBe(3)
    expect(run.commands[0]?.properties['title']).toBe('action/unwritable-output')
  })

  it('whose summary cannot be written has judged all the same', async () => {
    const run = await start(PASS, { env: { GITHUB_STEP_SUMMARY: home.path } })
    expect(run).toMatchObject({ exitCode: 0, outputs: { verdict: 'PASS' } })
    expect(run.stdout).toContain('the job summary could not be written')
  })

  it('shows no annotations where they are not wanted, and loses no finding', async () => {
    const run = await start(
      `return { outcome: 'blocked', headline: 'BLOCK', findings: [finding], outputs: { verdict: 'BLOCK' } }`,
      { inputs: { annotations: 'false' } },
    )
    expect(run.commands).toEqual([])
    expect(run.stdout).toBe(
      'sample: BLOCK\n✗ gate/failed-test  a::error::b ⏎ ::error::c: <img src=x>\n  → @team\n',
    )
  })

  it('has the runner hide every line of a keys file, and prints it to nobody else', async () => {
    const file = join(home.path, 'keys.pem')
    await writeFile(
      file,
      '-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIE\n-----END PRIVATE KEY-----\n',
    )
    const work = `await readKeysFile(${JSON.stringify(file)}, mask); ${PASS}`
    const run = await start(work)
    expect(run.commands.map(({ name, data }) => [name, data])).toContainEqual([
      'add-mask',
      'MC4CAQAwBQYDK2VwBCIE',
    ])
    const elsewhere = await start(work, { env: { GITHUB_ACTIONS: 'false' } })
    expect(elsewhere.stdout).not.toContain('MC4CAQAwBQYDK2VwBCIE')
    expect(await readFile(file, 'utf8')).toContain('PRIVATE KEY')
  })
})
