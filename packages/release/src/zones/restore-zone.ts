import type { GoodRelease } from '@bulkhead/ledger'
import type { ShippedRelease, UnitObservation } from '@bulkhead/rollout'
import type { Finding } from '@bulkhead/vocabulary'
import { refuseOverContract } from '../deploy/contracts.ts'
import { shippedOf } from '../deploy/plan-environment.ts'
import type { Workspace } from '../workspace.ts'
import {
  type ZoneRequest,
  type ZoneResult,
  type HeldZone,
  actOnZone,
  withZone,
} from './zone-request.ts'

/**
 * Gives a zone its traffic back. What stands there may have slept through releases, so that every unit
 * is brought to the last release that was good in its region first, and seen to be well on it: no user
 * meets an old build, nor one that nobody judged.
 */
export const restoreZone = (workspace: Workspace, request: ZoneRequest): Promise<ZoneResult> =>
  withZone(workspace, request, restoreHeld)

/** The same, of a zone whose lease is held. */
export async function restoreHeld(zone: HeldZone): Promise<ZoneResult> {
  const { place, hand, request } = zone
  const good = await goodRelease(zone)
  const objections = good === undefined ? [] : await objectionsTo(zone, good)
  if (objections.length > 0) return { result: 'refused', place, findings: objections }
  await say(zone, 'intended', good)
  const found = good === undefined ? undefined : await reconcile(zone, good)
  if (found !== undefined) return { result: 'failed', place, findings: [found] }
  const why = await actOnZone(zone, () => request.target.shift({ ...place, away: false }, hand))
  if (why !== undefined) return { result: 'failed', place, findings: [why] }
  await say(zone, 'done', good)
  return { result: 'restored', place, findings: [] }
}

/** The last release that was good in the region of the zone. */
async function goodRelease({ ledger, place }: HeldZone): Promise<GoodRelease | undefined> {
  const { regions, released } = await ledger.state()
  return regions[place.region] ?? released ?? undefined
}

/** The good release may have been left behind by a contract migration: then only the next one may come. */
async function objectionsTo(
  { ledger, repository, policy }: HeldZone,
  { commit }: GoodRelease,
): Promise<readonly Finding[]> {
  return refuseOverContract({ repository, policy }, await ledger.state(), commit)
}

/** Brings what runs another build to the good one, without traffic. @returns why the zone is not ready */
async function reconcile(zone: HeldZone, good: GoodRelease): Promise<Finding | undefined> {
  const { request, place, hand } = zone
  const { target } = request
  const release = shippedOf(zone.policy, good)
  if (release === undefined) return undefined
  const old = await notOn(zone, release)
  if (old.length > 0) {
    if (!(await target.holds(release.artifact))) return lost(release)
    const units = old.map(({ id }) => id)
    const stage = { ...place, units, maxOut: units.length }
    const why = await actOnZone(zone, () => target.apply(stage, release, hand))
    if (why !== undefined) return why
  }
  const [ill] = await notOn(zone, release)
  return ill && notReady(ill, release)
}

async function notOn(
  { request: { target }, place: { region, zone } }: HeldZone,
  { commit }: ShippedRelease,
): Promise<readonly UnitObservation[]> {
  const { units } = await target.observe({ region, zone })
  return units.filter(
    (unit) => unit.surplus !== true && !(unit.version === commit && unit.health === 'healthy'),
  )
}

const say = (
  { ledger, lease, place, request: { actors, reason } }: HeldZone,
  step: 'intended' | 'done',
  good: GoodRelease | undefined,
): Promise<unknown> =>
  ledger.append([
    {
      kind: 'zone.restored',
      fence: lease.token,
      actors,
      ...(good && { release: { commit: good.commit, artifacts: good.artifacts } }),
      data: { ...place, reason, step },
    },
  ])

const lost = ({ commit, artifact }: ShippedRelease): Finding => ({
  code: 'rollout/not-staged',
  subject: artifact,
  message: `the zone runs another build, and the target does not hold that of ${commit}; it stays out of traffic`,
  remedy: `Bring the artifact back: check out ${commit} and run \`bulkhead build\`, then ship it.`,
})

const notReady = ({ id, health, version }: UnitObservation, wanted: ShippedRelease): Finding => ({
  code: 'rollout/unit-not-healthy',
  subject: id,
  message: `is ${health} on ${version?.slice(0, 8) ?? 'nothing'}, not healthy on ${wanted.commit.slice(0, 8)}: the zone stays out of traffic`,
  remedy: 'Mend the unit, then run `bulkhead zone restore` again.',
})
