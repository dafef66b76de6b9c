import type { EnvironmentState, Lease } from '@bulkhead/ledger'
import type { Observation, Place, Target } from '@bulkhead/rollout'
import type { Finding } from '@bulkhead/vocabulary'

const isSame = (a: Place, b: Place): boolean => a.region === b.region && a.zone === b.zone

/** What the fleet says, with every zone away that is so on record: between intent and effect too. */
export function withShifts(
  observation: Observation,
  { shifted: onRecord }: Pick<EnvironmentState, 'shifted'>,
): Observation {
  const { shifted = [] } = observation
  const more = onRecord
    .filter((shift) => !shifted.some((place) => isSame(place, shift)))
    .map(({ region, zone }) => ({ region, zone }))
  return { ...observation, shifted: [...shifted, ...more] }
}

/**
 * Before anything is placed in a region: what is away on record and not so by the fleet's own word is
 * shifted away again. Its process may have died in between, or another machine may have done it.
 * @returns why that could not be done
 */
export async function keepAway(
  { shifted }: Pick<EnvironmentState, 'shifted'>,
  target: Pick<Target, 'observe' | 'shift'>,
  { region, token }: Pick<Lease, 'region' | 'token'>,
): Promise<readonly Finding[]> {
  const here = shifted.filter((shift) => region.split('+').includes(shift.region))
  if (here.length === 0) return []
  const seen = (await target.observe()).shifted ?? []
  for (const { region: at, zone } of here) {
    if (seen.some((place) => isSame(place, { region: at, zone }))) continue
    const hand = { token, signal: new AbortController().signal }
    const outcome = await target.shift({ region: at, zone, away: true }, hand)
    if (outcome.kind !== 'applied') return [notAway({ region: at, zone }, outcome.kind)]
  }
  return []
}

const notAway = ({ region, zone }: Place, how: string): Finding => ({
  code: 'rollout/zone-shifted',
  subject: `${region}/${zone}`,
  message: `is shifted away on record and not by its target, which answers \`${how}\` when told again`,
  remedy: `Shift it again (\`bulkhead zone shift ${region}/${zone} --reason TEXT\`), or restore it.`,
})
