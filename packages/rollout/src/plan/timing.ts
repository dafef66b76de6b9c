import type { Lane, Plan, RegionPlan, Wave } from './plan.ts'

type Untimed = Omit<RegionPlan, 'startsMs' | 'durationMs'>

/** Expected length of a wave: its batches, then its bake. */
export const waveMs = (wave: Wave): number => wave.placeMs + (wave.bake?.expectedMs ?? 0)

const firstWaveMs = (region: Untimed): number => {
  const [first] = region.waves
  return first === undefined ? 0 : waveMs(first)
}

/**
 * When each region begins. Standard lane: when the first bake of the region before it is judged.
 * Hotfix lane: all others together once the first region's canary is judged.
 */
export function pipeline(
  regions: readonly Untimed[],
  lane: Lane,
): Pick<Plan, 'regions' | 'criticalPathMs' | 'slowestRegionMs'> {
  const timed: RegionPlan[] = []
  for (const [at, region] of regions.entries()) {
    const leader = timed[lane === 'hotfix' ? 0 : at - 1]
    const startsMs = leader === undefined ? 0 : leader.startsMs + firstWaveMs(leader)
    const durationMs = region.waves.reduce((sum, wave) => sum + waveMs(wave), 0)
    timed.push({ ...region, startsMs, durationMs })
  }
  return {
    regions: timed,
    criticalPathMs: Math.max(0, ...timed.map((region) => region.startsMs + region.durationMs)),
    slowestRegionMs: Math.max(0, ...timed.map((region) => region.durationMs)),
  }
}
