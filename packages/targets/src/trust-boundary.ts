import type { UnitId } from '@bulkhead/rollout'
import { type ReasonCode, reasons } from '@bulkhead/vocabulary'

/** The only casts of this room: text that becomes a name. */
export const unitId = (text: string): UnitId => text as UnitId

/** Whether a text from the control socket is one of our codes. */
export const isReasonCode = (text: unknown): text is ReasonCode =>
  typeof text === 'string' && Object.hasOwn(reasons, text)

/** A unit that no fleet has. */
export const unknownUnitId = unitId('bulkhead/no-such/unit')
