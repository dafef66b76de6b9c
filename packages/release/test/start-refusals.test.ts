import { type EnvironmentState, foldEnvironment } from '@bulkhead/ledger'
import { type EnvironmentPolicy, parsePolicy } from '@bulkhead/policy'
import { type CommitId, commitId, digest, fencingToken } from '@bulkhead/vocabulary'
import { describe, expect, it } from 'vitest'
import { refuseStart, refuseUnpromoted } from '../src/deploy/start-refusals.ts'

const commit = (digit: string): CommitId => commitId(digit.repeat(40))
const bytes = (digit: string) => digest(`sha256:${digit.repeat(64)}`)
const good = (digit: string, at: string) => ({
  commit: commit(digit),
  artifacts: [{ name: 'app', digest: bytes(digit) }],
  index: 4,
  at,
})

/** The policy of an environment with a schedule, through the parser that everybody uses. */
function environment(schedule: string, more = ''): EnvironmentPolicy {
  const one = (name: string, own: string) => `
  ${name}:
    target: { kind: local, command: [node, '{artifact}'], health: { path: /h, build-field: b, interval: 1s, deadline: 2s }, listen: 127.0.0.1:0, drain: 1s }
    regions: { eu: { a: 2, b: 2 } }
    capacity: { required: 1 }
    schedule: ${schedule}
    bake: { baseline-error-rate: 1%, detect-error-rate: 20%, false-alarm: 1%, power: 95%, requests-per-second: 9, floor: 0s, deadline: 9s }
${own}`
  const parsed = parsePolicy(`
version: 1
signers: signers
suites: { a: { mandatory: true, command: [x], reports: [r.xml], inventory: i.json } }
build: { artifacts: [app] }
keys: { voucher: [{ file: v, separation: local }], builder: [{ file: b }], gate: [{ file: g }], ledger: [{ file: l }] }
environments:${one('staging', '')}${one('production', more)}
`)
  if (!parsed.ok) throw new Error(parsed.findings.map(({ message }) => message).join('\n'))
  const found = parsed.policy.environments['production']
  if (!found) throw new Error('it is there')
  return found
}

const empty = foldEnvironment([])
const now = Date.parse('2026-11-28T12:00:00Z')
const codes = (schedule: string, state: Partial<EnvironmentState> = {}, shipping = 'b') =>
  refuseStart({
    policy: environment(schedule),
    state: { ...empty, ...state },
    commit: commit(shipping),
    now,
  }).map(({ code }) => code)

const underway = (digit: string, startedAt: string): EnvironmentState['rollouts'][number] => ({
  commit: commit(digit),
  artifacts: [],
  id: fencingToken(3),
  token: fencingToken(3),
  region: 'eu',
  startedAt,
  steps: 0,
  lastStep: null,
  direction: 'forward',
  lane: 'standard',
  paused: false,
  ordered: null,
})

describe('before anything begins', () => {
  it('nothing is refused where the policy says nothing', () => {
    expect(codes('{}', { rollouts: [underway('a', '2026-11-28T11:59:59.000Z')] })).toEqual([])
  })

  it('a freeze stops it, and its neighbour does not', () => {
    const window = (to: string) =>
      `{ freeze: [{ from: 2026-11-28 11:00, to: 2026-11-28 ${to}, reason: x }] }`
    expect(codes(window('12:01'))).toEqual(['rollout/frozen'])
    expect(codes(window('12:00'))).toEqual([])
  })

  it('as many releases as the policy allows are under way; one that goes on is not counted', () => {
    const state = { rollouts: [underway('a', '2026-11-28T11:00:00.000Z')] }
    expect(codes('{ most-at-once: 1 }', state)).toEqual(['rollout/too-many'])
    expect(codes('{ most-at-once: 2 }', state)).toEqual([])
    expect(codes('{ most-at-once: 1 }', state, 'a')).toEqual([])
  })

  it('the last deploy is too near', () => {
    const state = { regions: { eu: good('a', '2026-11-28T11:57:00.000Z') } }
    expect(codes('{ spacing: 5m }', state)).toEqual(['rollout/too-soon'])
    expect(codes('{ spacing: 3m }', state)).toEqual([])
  })
})

describe('promotion', () => {
  const production = environment('{}', '    after: staging')

  it('takes the very bytes that were fully good before, and no others', () => {
    const record = [good('a', '2026-11-28T10:00:00.000Z')]
    expect(refuseUnpromoted(production, bytes('a'), record)).toEqual([])
    const [refused] = refuseUnpromoted(production, bytes('b'), record)
    expect(refused).toMatchObject({ code: 'rollout/not-promoted', subject: bytes('b') })
    expect(refuseUnpromoted(production, bytes('a'), [])).toHaveLength(1)
  })

  it('asks nothing where no environment comes before', () => {
    expect(refuseUnpromoted(environment('{}'), bytes('b'), [])).toEqual([])
  })
})
