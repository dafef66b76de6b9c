import { judge } from '@bulkhead/gate'
import type { TestId } from '@bulkhead/test-reports'
import { type Figure, median } from '../figure.ts'
import { timeProcess } from '../child.ts'
import { CLI_ENTRY, gatedProject } from '../gate/gated-project.ts'
import { idsOf, largeRelease } from '../gate/large-release.ts'

const TESTS = 50_000
const RUNS = 5

const keyOf = ({ file, className, name }: TestId): string => `${file}\0${className}\0${name}`

/** The least that could be done: is every required id among those that ran, and the other way round? */
function compareSets(required: readonly TestId[], ran: readonly TestId[]): boolean {
  const [one, other] = [new Set(required.map(keyOf)), new Set(ran.map(keyOf))]
  return one.size === other.size && [...one].every((key) => other.has(key))
}

const timed = (work: () => boolean): number => {
  const from = performance.now()
  if (!work()) throw new Error('a release that is whole did not pass')
  return (performance.now() - from) / 1_000
}

const decision: Figure = {
  name: 'gate-decision',
  what: `decision for ${TESTS.toLocaleString('en')} tests against as many ids, after parsing`,
  async measure() {
    const ids = idsOf(TESTS)
    const input = largeRelease(ids)
    const ours = Array.from({ length: RUNS }, () => timed(() => judge(input).outcome === 'PASS'))
    const bare = Array.from({ length: RUNS }, () => timed(() => compareSets(ids, idsOf(TESTS))))
    const [measured, peer] = [median(ours), median(bare)]
    return {
      measured,
      unit: 's',
      peer: { name: 'two Sets compared', value: peer },
      ratio: measured / peer,
      mark: '≤ 1 s',
      holds: measured <= 1,
      notes: [],
    }
  },
}

const wholeProcess: Figure = {
  name: 'gate-process',
  what: 'the whole process of `bulkhead gate`: 5,000 tests in 50 reports, signatures, attestation, ledger',
  async measure() {
    await using project = await gatedProject({ reports: 50, testsEach: 100 })
    const ours: number[] = []
    const bare: number[] = []
    for (let run = 0; run < RUNS; run += 1) {
      bare.push((await timeProcess([process.execPath, CLI_ENTRY, '--version'], '.')).seconds)
      ours.push(
        (await timeProcess([process.execPath, CLI_ENTRY, 'gate', '--json'], project.path)).seconds,
      )
    }
    const [measured, peer] = [median(ours), median(bare)]
    return {
      measured,
      unit: 's',
      peer: { name: 'bulkhead --version', value: peer },
      ratio: measured / peer,
      mark: '≤ 1.5 s',
      holds: measured <= 1.5,
      notes: [],
    }
  },
}

export const gate: readonly Figure[] = [decision, wholeProcess]
