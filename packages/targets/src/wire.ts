import type { Batch, ShiftOrder, Stage, SurgeOrder } from '@bulkhead/rollout'

// Exactly what the other side knows: an object may carry more than its type says.

export const wireBatch = ({ region, zone, units }: Batch) => ({ region, zone, units: [...units] })

export const wireStage = (stage: Stage) => ({ ...wireBatch(stage), maxOut: stage.maxOut })

export const wireSurge = ({ region, zone, extra }: SurgeOrder) => ({ region, zone, extra })

export const wireShift = ({ region, zone, away }: ShiftOrder) => ({ region, zone, away })
