import type { ShipRequest } from './ship-request.ts'

/** The log of a rollout: one line for each decision and each step of the engine; the samples in between are for live views. */
export function progressLines(
  progress: Parameters<ShipRequest['onProgress']>[0],
): readonly string[] {
  if (progress.kind === 'sample' || progress.kind === 'bake') return []
  if (progress.kind === 'step') {
    const { at, unit, note } = progress.step
    return [`${new Date(at).toISOString()}  ${'step'.padEnd(8)}  ${unit ?? 'fleet'}: ${note}`]
  }
  const { at, kind, text } = progress.decision
  return [`${new Date(at).toISOString()}  ${kind.padEnd(8)}  ${text}`]
}
