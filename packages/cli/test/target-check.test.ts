import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { answerOf } from './support/answers.ts'
import { type CommandLine, installBulkhead } from './support/command-line.ts'

const [ONE, TWO] = ['1'.repeat(40), '2'.repeat(40)]

/** A driver of one unit in a file: as good as it can be without an engine, or without a fence. */
const driver = (fenced: boolean) => `
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { text } from 'node:stream/consumers'
const file = new URL('state.json', import.meta.url)
const state = existsSync(file) ? JSON.parse(readFileSync(file)) : { version: null, drained: false, newest: 0 }
const { command, stage, batch, release, token } = JSON.parse(await text(process.stdin))
const place = { id: 'eu/a/1', region: 'eu', zone: 'a' }
const act = () => {
  if (${fenced} && token < state.newest) return { kind: 'stale-token', newest: state.newest }
  state.newest = Math.max(state.newest, token)
  const { units } = stage ?? batch
  if (units.some((id) => id !== place.id)) return { kind: 'failed', unit: null, reason: 'no such unit' }
  if (stage?.maxOut === 0) return { kind: 'refused', reason: 'no room' }
  state.drained = command === 'drain'
  if (command === 'apply' && state.version !== release.commit) {
    console.log(JSON.stringify({ progress: { unit: place.id, note: 'placing' } }))
    state.version = release.commit
  }
  writeFileSync(file, JSON.stringify(state))
  return { kind: 'applied' }
}
const health = state.drained ? 'draining' : state.version === null ? 'stopped' : 'healthy'
const answers = {
  topology: () => ({ topology: { units: [place], selects: 'units' } }),
  observe: () => ({ observation: { units: [{ ...place, version: state.version, health }], traffic: [], countedSince: '' } }),
}
console.log(JSON.stringify((answers[command] ?? (() => ({ outcome: act() })))()))
`

describe('bulkhead target check', () => {
  let home = ''
  let bulkhead: CommandLine
  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'target-check-'))
    bulkhead = await installBulkhead(join(home, 'bin'))
    for (const name of ['a.txt', 'b.txt']) await writeFile(join(home, name), name)
    await writeFile(join(home, 'good.mjs'), driver(true))
    await writeFile(join(home, 'open.mjs'), driver(false))
  })
  afterAll(() => rm(home, { recursive: true }))
  const releases = ['--release', `${ONE}=a.txt`, '--release', `${TWO}=b.txt`]
  const check = async (...words: readonly string[]) =>
    answerOf(await bulkhead.run(home, ['target', 'check', '--json', ...words]))

  it('passes a driver that does as it should, and says what it could not see', async () => {
    const only = ['fencing', 'artifact', 'traffic'].flatMap((name) => ['--only', name])
    const answer = await check(...releases, ...only, '--', process.execPath, join(home, 'good.mjs'))
    expect(answer).toMatchObject({ exitCode: 0, findings: [] })
    expect(answer).toMatchObject({
      checks: [
        { name: 'fencing', kind: 'passed' },
        { name: 'artifact', kind: 'passed' },
        { name: 'traffic', kind: 'skipped' },
      ],
    })
  })

  it('blocks one that lets an older holder act, by the name of the check', async () => {
    const words = ['--only', 'fencing', '--', process.execPath, join(home, 'open.mjs')]
    const answer = await check(...releases, ...words)
    expect(answer).toMatchObject({
      exitCode: 1,
      findings: [{ code: 'rollout/target-unfit', subject: 'fencing' }],
    })
  })

  it('says what is wrong with its words', async () => {
    expect(await check(...releases.slice(0, 2), '--', 'x')).toMatchObject({ exitCode: 2 })
    expect(await check('--release', 'v1=a.txt', '--', 'x')).toMatchObject({ exitCode: 2 })
    expect(await check(...releases, '--only', 'all', '--', 'x')).toMatchObject({ exitCode: 2 })
    const absent = ['--release', `${ONE}=a.txt`, '--release', `${TWO}=none.txt`]
    expect(await check(...absent, '--', 'x')).toMatchObject({ exitCode: 2 })
    expect(await check(...releases, '--', '/no/such/driver')).toMatchObject({
      exitCode: 3,
      findings: [{ code: 'rollout/target-failed', subject: 'driver topology' }],
    })
  })
})
