import { type Ledger, openLedger } from '@bulkhead/ledger'
import { type EnvironmentPolicy, parsePolicy } from '@bulkhead/policy'
import type { CommitId, Finding } from '@bulkhead/vocabulary'
import { describe, expect, it } from 'vitest'
import {
  ACTORS,
  MemoryStore,
  ORIGIN,
  deploy,
  ledgerKey,
  release,
  verdict,
} from '../../ledger/test/log-fixture.ts'
import { SimulatedFleet } from '../../rollout/test/support/simulated-fleet.ts'
import { VirtualClock } from '../../rollout/test/support/virtual-clock.ts'
import type { Hand, StageOutcome } from '@bulkhead/rollout'
import type { Deployment } from '../src/deploy/deployment.ts'
import { goBackEverywhere } from '../src/deploy/go-back.ts'
import { type WholeEnd, rollRegions } from '../src/deploy/roll-regions.ts'

const POLICY = `
version: 1
signers: signers
suites: { a: { mandatory: true, command: [x], reports: [r.xml], inventory: i.json } }
build: { artifacts: [app.tgz] }
keys: { voucher: [{ file: v, separation: local }], builder: [{ file: b }], gate: [{ file: g }], ledger: [{ file: l }] }
environments:
  production:
    target: { kind: local, command: [node, '{artifact}'], health: { path: /h, build-field: b, interval: 1s, deadline: 2s }, listen: 127.0.0.1:0, drain: 1s }
    regions: { eu: { a: 2, b: 2, c: 2 }, us: { a: 2, b: 2, c: 2 } }
    capacity: { required: 6 }
    bake: { baseline-error-rate: 0.1%, detect-error-rate: 20%, false-alarm: 1%, power: 95%, requests-per-second: 200, floor: 1s, deadline: 30s }
`

function production(): EnvironmentPolicy {
  const parsed = parsePolicy(POLICY)
  const found = parsed.ok ? parsed.policy.environments['production'] : undefined
  if (!found) throw new Error('the policy is right')
  return found
}

const shipped = (digit: string) => {
  const { commit, artifacts } = release(digit)
  const [artifact] = artifacts
  if (!artifact) throw new Error('it has one')
  return { commit, artifact: artifact.digest }
}

/** Two regions on release `a`, by a real ledger; verdicts about `b` and `c` are on record. */
class Bed {
  readonly clock = new VirtualClock()
  readonly fleet: SimulatedFleet
  readonly stop = new AbortController()
  readonly #ledger: Ledger

  private constructor(ledger: Ledger, clock: VirtualClock) {
    this.#ledger = ledger
    this.clock = clock
    const regions = { eu: { a: 2, b: 2, c: 2 }, us: { a: 2, b: 2, c: 2 } }
    this.fleet = new SimulatedFleet({ clock, regions, running: shipped('a') })
    for (const digit of ['a', 'b', 'c']) this.fleet.held.add(shipped(digit).artifact)
  }

  static async make(): Promise<Bed> {
    const { signer, key } = ledgerKey()
    const clock = new VirtualClock()
    const ledger = await openLedger({
      store: new MemoryStore(),
      signer,
      trustedKeys: [key],
      origin: ORIGIN,
      environment: 'production',
      clock,
      actors: ACTORS,
    })
    await ledger.append(['a', 'b', 'c'].map((digit) => verdict(release(digit))))
    const outcome = await ledger.acquireLease({ region: 'eu+us', actors: ACTORS })
    if (outcome.kind === 'refused') throw new Error('nobody holds it')
    const { lease } = outcome
    await ledger.append([
      deploy('deploy.started', lease.token),
      deploy('deploy.finished', lease.token, { result: 'released' }),
    ])
    await lease.release()
    return new Bed(ledger, clock)
  }

  deployment(digit: string, extra: Partial<Deployment> = {}): Deployment {
    return {
      policy: production(),
      ledger: this.#ledger,
      actors: ACTORS,
      target: this.fleet,
      metrics: [],
      clock: this.clock,
      lane: 'standard',
      purpose: 'release',
      release: shipped(digit),
      artifacts: release(digit).artifacts,
      path: undefined,
      attestation: null,
      mayGoOn: () => Promise.resolve([]),
      plan: undefined,
      breaking: undefined,
      unwind: undefined,
      signal: this.stop.signal,
      onProgress: () => undefined,
      ...extra,
    }
  }

  ship = (digit: string, extra: Partial<Deployment> = {}) =>
    this.clock.drive(rollRegions(this.deployment(digit, extra)))

  state = () => this.#ledger.state()

  versions = (region: string): string[] => [
    ...new Set(
      this.fleet.units
        .filter((unit) => unit.region === region)
        .map((unit) => unit.version?.[0] ?? '-'),
    ),
  ]

  async endings(commit: CommitId): Promise<unknown[]> {
    const found: unknown[] = []
    for await (const { kind, release: about, data } of this.#ledger.entries())
      if (kind === 'deploy.finished' && about?.commit === commit) found.push(data['result'])
    return found
  }
}

const reason: Finding = { code: 'rollout/aborted', subject: 'x', message: 'y', remedy: 'z' }
const { commit } = shipped('b')

describe('two regions and one record', () => {
  it('a release is fully good once every region has it, and no lease is left', async () => {
    const bed = await Bed.make()
    expect(await bed.ship('b')).toMatchObject({ result: 'released', findings: [] })
    const state = await bed.state()
    expect(state.released?.commit).toBe(commit)
    expect(state.good.map((good) => good.commit)).toEqual([shipped('a').commit, commit])
    expect([state.leases, state.rollouts, state.unfinished]).toEqual([[], [], []])
    expect(await bed.endings(commit)).toEqual(['released', 'released'])
  })

  it('bad in the second region: the first is returned, and nothing was ever fully good', async () => {
    const bed = await Bed.make()
    const apply = bed.fleet.apply.bind(bed.fleet)
    const firstIsDone = () =>
      bed.fleet.units.every(({ region, version }) => region === 'us' || version === commit)
    bed.fleet.apply = async (stage, wanted, hand) => {
      if (stage.region === 'us' && wanted.commit === commit && firstIsDone())
        return { kind: 'failed', unit: null, reason: 'out of quota' }
      return apply(stage, wanted, hand)
    }
    const ended = await bed.ship('b')
    expect(ended.result).toBe('rolled-back')
    expect([...bed.versions('eu'), ...bed.versions('us')]).toEqual(['a', 'a'])
    const state = await bed.state()
    expect(state.released?.commit).toBe(shipped('a').commit)
    expect(state.good).toHaveLength(1)
    expect(state.leases).toEqual([])
  })

  it('paused, it is resumed by whoever ships it next, with one outcome for each region', async () => {
    const bed = await Bed.make()
    bed.fleet.onCall = () => {
      if (bed.fleet.applied.some(({ region }) => region === 'us')) bed.stop.abort()
    }
    expect((await bed.ship('b')).result).toBe('paused')
    const paused = await bed.state()
    expect(paused.leases).toEqual([])
    expect(new Set(paused.unfinished.map(({ region }) => region))).toEqual(new Set(['eu', 'us']))
    expect(paused.unfinished.every((left) => left.paused)).toBe(true)
    bed.fleet.onCall = () => undefined
    expect(await bed.ship('b', { signal: new AbortController().signal })).toMatchObject({
      result: 'released',
      findings: [],
    })
    expect(await bed.endings(commit)).toEqual(['released', 'released'])
    expect((await bed.state()).unfinished).toEqual([])
  })

  it('another release over a paused one: that one is superseded, and the fleet goes straight on', async () => {
    const bed = await Bed.make()
    bed.fleet.onChange = () => bed.fleet.applied.length > 2 && bed.stop.abort()
    expect((await bed.ship('b')).result).toBe('paused')
    bed.fleet.onChange = () => undefined
    const before = bed.fleet.applied.length
    expect((await bed.ship('c', { signal: new AbortController().signal })).result).toBe('released')
    expect(new Set(await bed.endings(commit))).toEqual(new Set(['superseded']))
    expect((await bed.state()).released?.commit).toBe(shipped('c').commit)
    const changed = bed.fleet.applied.slice(before).flatMap(({ units }) => units)
    expect(changed).toHaveLength(12)
  })

  it('aborted where it stands: every region goes back, and each has one outcome', async () => {
    const bed = await Bed.make()
    bed.fleet.onCall = () => {
      if (bed.fleet.applied.some(({ region }) => region === 'us')) bed.stop.abort()
    }
    await bed.ship('b')
    bed.fleet.onCall = () => undefined
    const going = bed.deployment('b', { signal: new AbortController().signal })
    const ended = await bed.clock.drive(goBackEverywhere(going, reason))
    expect(ended.result).toBe('rolled-back')
    expect([...bed.versions('eu'), ...bed.versions('us')]).toEqual(['a', 'a'])
    expect(await bed.endings(commit)).toEqual(['rolled-back', 'rolled-back'])
  })

  it('the next release enters region one while this one goes on in region two; a zombie of it is refused', async () => {
    const bed = await Bed.make()
    const [earlier, later] = [shipped('b'), shipped('c')]
    const zone = bed.fleet.units.filter(({ id }) => id.startsWith('eu/a/'))
    const stage = { region: 'eu', zone: 'a', units: zone.map(({ id }) => id), maxOut: 1 }
    const apply = bed.fleet.apply.bind(bed.fleet)
    const held = new Map<string, Hand>()
    const together = new Set<string>()
    let zombie: Promise<StageOutcome> | undefined
    let second: Promise<WholeEnd> | undefined
    bed.fleet.apply = async (next, wanted, hand) => {
      held.set(`${wanted.commit} ${next.region}`, hand)
      if (zombie !== undefined && wanted.commit === earlier.commit) together.add(next.region)
      if (next.region === 'us' && wanted.commit === earlier.commit) {
        await bed.clock.sleep(10_000) // Region two is slow, so that region one is left before its end.
        const { leases } = await bed.state()
        if (leases.every(({ region }) => region === 'us'))
          second ??= rollRegions(bed.deployment('c'))
      }
      const ended = await apply(next, wanted, hand)
      const old = held.get(`${earlier.commit} eu`)
      if (wanted.commit === later.commit && old !== undefined) zombie ??= apply(stage, earlier, old)
      return ended
    }
    expect(await bed.ship('b')).toMatchObject({ result: 'released', findings: [] })
    expect(together).toEqual(new Set(['us']))
    expect((await zombie)?.kind).toBe('stale-token')
    expect(
      await bed.clock.drive(second ?? Promise.reject(new Error('it never began'))),
    ).toMatchObject({ result: 'released', findings: [] })
    expect([...bed.versions('eu'), ...bed.versions('us')]).toEqual(['c', 'c'])
    const { good, leases } = await bed.state()
    expect(good.map((each) => each.commit[0])).toEqual(['a', 'b', 'c'])
    expect(leases).toEqual([])
  })

  it('a plan that was looked at and is no longer true ships nothing', async () => {
    const bed = await Bed.make()
    const { artifact: plan } = shipped('d')
    const ended = await bed.ship('b', { plan })
    expect([ended.result, ended.findings[0]?.code]).toEqual(['refused', 'rollout/stale-plan'])
    expect(bed.fleet.applied).toEqual([])
    expect((await bed.state()).leases).toEqual([])
  })

  it('a second ship of what is good everywhere touches nothing', async () => {
    const bed = await Bed.make()
    await bed.ship('b')
    const before = bed.fleet.applied.length
    expect((await bed.ship('b')).result).toBe('released')
    expect(bed.fleet.applied).toHaveLength(before)
  })
})
