import { type Ledger, openLedger } from '@bulkhead/ledger'
import { type EnvironmentPolicy, parsePolicy } from '@bulkhead/policy'
import type { CommitId } from '@bulkhead/vocabulary'
import {
  ACTORS,
  MemoryStore,
  ORIGIN,
  deploy,
  ledgerKey,
  release,
  verdict,
} from '../../../ledger/test/log-fixture.ts'
import { SimulatedFleet } from '../../../rollout/test/support/simulated-fleet.ts'
import { VirtualClock } from '../../../rollout/test/support/virtual-clock.ts'
import type { Deployment } from '../../src/deploy/deployment.ts'
import { rollRegions } from '../../src/deploy/roll-regions.ts'

export interface BedOptions {
  readonly regions: Readonly<Record<string, Readonly<Record<string, number>>>>
  readonly required: number
  readonly drainMs?: number
  readonly startMs?: number
  /** What an append to the ledger takes; nothing by default. */
  readonly appendMs?: number
}

const TWO_REGIONS: BedOptions = {
  regions: { eu: { a: 2, b: 2, c: 2 }, us: { a: 2, b: 2, c: 2 } },
  required: 6,
}

const policyText = ({ regions, required }: BedOptions): string => `
version: 1
signers: signers
suites: { a: { mandatory: true, command: [x], reports: [r.xml], inventory: i.json } }
build: { artifacts: [app.tgz] }
keys: { voucher: [{ file: v, separation: local }], builder: [{ file: b }], gate: [{ file: g }], ledger: [{ file: l }] }
environments:
  production:
    target: { kind: local, command: [node, '{artifact}'], health: { path: /h, build-field: b, interval: 1s, deadline: 2s }, listen: 127.0.0.1:0, drain: 1s }
    regions: ${JSON.stringify(regions)}
    capacity: { required: ${required} }
    bake: { baseline-error-rate: 0.1%, detect-error-rate: 20%, false-alarm: 1%, power: 95%, requests-per-second: 200, floor: 1s, deadline: 30s }
`

function production(options: BedOptions): EnvironmentPolicy {
  const parsed = parsePolicy(policyText(options))
  const found = parsed.ok ? parsed.policy.environments['production'] : undefined
  if (!found) throw new Error('the policy is right')
  return found
}

export const shipped = (digit: string) => {
  const { commit, artifacts } = release(digit)
  const [artifact] = artifacts
  if (!artifact) throw new Error('it has one')
  return { commit, artifact: artifact.digest }
}

/** The commits of the bed are in no repository; its policy knows no migrations. */
const NO_MIGRATIONS: Deployment['repository'] = {
  changes: () => Promise.reject(new Error('nobody asks')),
  isAncestor: () => Promise.reject(new Error('nobody asks')),
}

/** Two regions on release `a`, by a real ledger; verdicts about `b` and `c` are on record. */
export class Bed {
  readonly clock = new VirtualClock()
  readonly fleet: SimulatedFleet
  readonly stop = new AbortController()
  readonly ledger: Ledger

  readonly #policy: EnvironmentPolicy

  private constructor(ledger: Ledger, clock: VirtualClock, options: BedOptions) {
    this.ledger = ledger
    this.clock = clock
    this.#policy = production(options)
    this.fleet = new SimulatedFleet({ ...options, clock, running: shipped('a') })
    for (const digit of ['a', 'b', 'c']) this.fleet.held.add(shipped(digit).artifact)
  }

  static async make(options: BedOptions = TWO_REGIONS): Promise<Bed> {
    const { signer, key } = ledgerKey()
    const clock = new VirtualClock()
    const store = new MemoryStore()
    const ledger = await openLedger({
      store,
      signer,
      trustedKeys: [key],
      origin: ORIGIN,
      environment: 'production',
      clock,
      actors: ACTORS,
    })
    await ledger.append(['a', 'b', 'c'].map((digit) => verdict(release(digit))))
    const outcome = await ledger.acquireLease({
      region: Object.keys(options.regions).join('+'),
      actors: ACTORS,
    })
    if (outcome.kind === 'refused') throw new Error('nobody holds it')
    const { lease } = outcome
    await ledger.append([
      deploy('deploy.started', lease.token),
      deploy('deploy.finished', lease.token, { result: 'released' }),
    ])
    await lease.release()
    const { appendMs } = options
    if (appendMs !== undefined) store.beforeAppend = () => clock.sleep(appendMs)
    return new Bed(ledger, clock, options)
  }

  deployment(digit: string, extra: Partial<Deployment> = {}): Deployment {
    return {
      policy: this.#policy,
      ledger: this.ledger,
      actors: ACTORS,
      target: this.fleet,
      metrics: [],
      repository: NO_MIGRATIONS,
      mixedTest: undefined,
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
      patience: 3_600_000 as Deployment['patience'],
      unwind: undefined,
      signal: this.stop.signal,
      onProgress: () => undefined,
      ...extra,
    }
  }

  ship = (digit: string, extra: Partial<Deployment> = {}) =>
    this.clock.drive(rollRegions(this.deployment(digit, extra)))

  state = () => this.ledger.state()

  versions = (region: string): string[] => [
    ...new Set(
      this.fleet.units
        .filter((unit) => unit.region === region)
        .map((unit) => unit.version?.[0] ?? '-'),
    ),
  ]

  async endings(commit: CommitId): Promise<unknown[]> {
    const found: unknown[] = []
    for await (const { kind, release: about, data } of this.ledger.entries())
      if (kind === 'deploy.finished' && about?.commit === commit) found.push(data['result'])
    return found
  }
}
