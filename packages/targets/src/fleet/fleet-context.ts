import type { Clock } from '@bulkhead/world'
import type { LocalFleetSpec } from '../local-fleet-spec.ts'
import type { Rotation } from '../proxy/rotation.ts'
import type { ArtifactStore } from './artifact-store.ts'
import type { DrainRecord } from './drain-record.ts'
import type { ProcessRegister } from './process-register.ts'
import type { ReleaseRecord } from './release-record.ts'
import type { ShiftRecord } from './shift-record.ts'
import type { StateDirectory } from './state-directory.ts'
import type { SurplusRecord } from './surplus-record.ts'

/** What every unit of one fleet shares. */
export interface FleetContext {
  readonly spec: LocalFleetSpec
  readonly state: StateDirectory
  readonly clock: Clock
  readonly rotation: Rotation
  readonly artifacts: ArtifactStore
  readonly register: ProcessRegister
  readonly releases: ReleaseRecord
  readonly drained: DrainRecord
  readonly shifts: ShiftRecord
  readonly surplus: SurplusRecord
  /** Marks the fleet's processes in their environment. */
  readonly mark: string
  /** Ports given to units that run or are being started. */
  readonly ports: Set<number>
  /** Aborted when the fleet begins to stop: from then on nothing is started. */
  readonly closing: AbortSignal
}
