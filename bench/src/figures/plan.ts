import { commitId, digest } from '@bulkhead/vocabulary'
import { type UnitId, planRollout } from '@bulkhead/rollout'
import { type Figure, median } from '../figure.ts'

const UNITS = 100_000
const ZONES = 9

/** Planning for a large fleet, in this process. */
export const plan: Figure = {
  name: 'plan',
  what: `plan for ${UNITS.toLocaleString('en')} units in ${ZONES} zones`,
  async measure() {
    const seconds: number[] = []
    for (let run = 0; run < 5; run += 1) {
      const from = performance.now()
      planLargeFleet()
      seconds.push((performance.now() - from) / 1_000)
    }
    const measured = median(seconds)
    return {
      measured,
      unit: 's',
      peer: null,
      ratio: null,
      mark: '≤ 1 s',
      holds: measured <= 1,
      notes: [],
    }
  },
}

function planLargeFleet(): void {
  const [oldCommit, newCommit] = ['1', '2'].map((digit) => commitId(digit.repeat(40)))
  const [oldArtifact, newArtifact] = ['1', '2'].map((digit) => digest(`sha256:${digit.repeat(64)}`))
  if (
    oldCommit === undefined ||
    newCommit === undefined ||
    oldArtifact === undefined ||
    newArtifact === undefined
  )
    throw new TypeError('two of each')
  const units = Array.from({ length: UNITS }, (_, n) => ({
    id: `unit-${n}` as UnitId,
    region: `region-${Math.floor((n % ZONES) / 3)}`,
    zone: `zone-${n % ZONES}`,
    version: oldCommit,
    health: 'healthy' as const,
  }))
  const planned = planRollout({
    environment: 'bench',
    lane: 'standard',
    purpose: 'release',
    policy: {
      required: Math.floor(UNITS * 0.6),
      requiredIn: {},
      singleZone: false,
      surge: 0,
      selects: 'units',
      batchMs: 25_000,
      mixedTest: null,
      batchBecause: 'drain 10 s + healthy after 15 s',
      bake: {
        baselineErrorRate: 0.001,
        detectErrorRate: 0.05,
        falseAlarm: 0.01,
        power: 0.95,
        requestsPerSecond: 200_000,
        floor: 60_000,
        deadline: 1_800_000,
      },
    },
    observation: { units, traffic: [] },
    release: { commit: newCommit, artifact: newArtifact },
    contracts: {},
    previous: Object.fromEntries(
      [0, 1, 2].map((n) => [`region-${n}`, { commit: oldCommit, artifact: oldArtifact }]),
    ),
  })
  if (planned.kind !== 'planned') throw new Error(`not planned: ${JSON.stringify(planned)}`)
}
