import type { Answer } from '../bulkhead.ts'
import type { Check } from '../narrator.ts'
import { type Stage, VOUCHER_SOCKET } from '../stage.ts'

/** One scene: what happens, and every check of what must have happened. */
export interface Scene {
  readonly title: string
  play(stage: Stage): Promise<readonly Check[]>
}

export const check = (label: string, holds: boolean): Check => ({ label, holds })

/** The command passed. */
export const passes = (what: string, answer: Answer): Check =>
  check(`${what} passes`, answer.exitCode === 0)

/** The command blocked, and gave exactly this reason among others. */
export const blocks = (what: string, answer: Answer, code: string): Check =>
  check(
    `${what} blocks with ${code}, and says how to mend it`,
    answer.exitCode === 1 && reasonsIn(answer).includes(code) && answer.output.includes('→'),
  )

/** The codes that an answer gives as reasons: at the start of a finding, not anywhere in its text. */
const reasonsIn = (answer: Answer): readonly string[] =>
  [...answer.output.matchAll(/^✗ ([a-z]+\/[a-z0-9-]+) /gm)].map((match) => match[1] ?? '')

/** Runs suites under the voucher, as the policy demands. */
export const runSuites = (stage: Stage, ...suites: readonly string[]) =>
  stage.run(['test', ...suites.flatMap((suite) => ['--suite', suite]), '--voucher', VOUCHER_SOCKET])

export const build = (stage: Stage) => stage.run(['build', '--keys', '-'], { keys: true })
export const gate = (stage: Stage, ...more: readonly string[]) =>
  stage.run(['gate', ...more, '--keys', '-'], { keys: true })
export const ship = (stage: Stage, ...more: readonly string[]) =>
  stage.run(['ship', ...more, '--keys', '-'], { keys: true })

/** A commit that may ship: both suites beside each other, the build, and the gate's word. */
export async function shippable(stage: Stage): Promise<readonly Check[]> {
  const [tested, built] = await Promise.all([runSuites(stage), build(stage)])
  return [
    passes('the run of both suites', tested),
    passes('the build', built),
    passes('the gate', await gate(stage)),
  ]
}

interface FleetUnit {
  readonly version: string | null
  readonly health: string
}

/** Which builds the fleet says it runs, by number of healthy units. */
export async function runningBuilds(stage: Stage): Promise<ReadonlyMap<string, number>> {
  const answer = await stage.ask(['status', '--json'])
  const status = JSON.parse(answer.output) as { fleet: { units: readonly FleetUnit[] } | null }
  const healthy = (status.fleet?.units ?? []).filter((unit) => unit.health === 'healthy')
  return new Map(
    [...Map.groupBy(healthy, (unit) => unit.version ?? 'nothing')].map(([version, units]) => [
      version,
      units.length,
    ]),
  )
}

/** Every one of the nine units is healthy and runs this commit. */
export async function everywhere(stage: Stage, commit: string): Promise<Check> {
  const builds = await runningBuilds(stage)
  return check(
    `all nine units say that they run ${commit.slice(0, 12)}`,
    builds.size === 1 && builds.get(commit) === 9,
  )
}
