import type { Batch, Stage } from '@bulkhead/rollout'

// Exactly what the other side knows: an object may carry more than its type says.

export const wireBatch = ({ region, zone, units }: Batch) => ({ region, zone, units: [...units] })

export const wireStage = (stage: Stage) => ({ ...wireBatch(stage), maxOut: stage.maxOut })
