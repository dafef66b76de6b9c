import { cancelledApply, killedApply, roomKept } from './apply-checks.ts'
import type { Trial } from './bed.ts'
import { drainsAndRestores, losesNothing } from './drain-checks.ts'
import {
  bytesProven,
  fencesByRegion,
  idempotent,
  olderTokenRefused,
  unknownUnit,
} from './refusal-checks.ts'
import { shiftsAndReturns } from './shift-checks.ts'
import { surgesAndReturns } from './surge-checks.ts'
import { looksByScope, placesAndSees, saysWhatUnitsSay } from './look-checks.ts'

/** One sentence of the interface that can be seen to hold. */
export interface ConformanceCheck {
  /** Stable name. */
  readonly name: string
  /** What a target does that passes. */
  readonly meaning: string
  /** Begins with every unit on the first release. @throws Disagreement, NotHere */
  readonly run: (trial: Trial) => Promise<void>
}

/** Every check, in the order in which they are made. */
export const conformanceChecks: readonly ConformanceCheck[] = [
  {
    name: 'topology',
    meaning: 'names every unit once, and observes no other',
    run: placesAndSees,
  },
  {
    name: 'scope',
    meaning: 'observes a zone as it observes the whole fleet',
    run: looksByScope,
  },
  {
    name: 'version',
    meaning: 'places a release, and tells version and health as the units say them',
    run: saysWhatUnitsSay,
  },
  {
    name: 'idempotence',
    meaning: 'leaves units alone that are on the release already',
    run: idempotent,
  },
  {
    name: 'max-out',
    meaning: 'has no more units out than the stage allows, and none when it allows none',
    run: roomKept,
  },
  {
    name: 'fencing',
    meaning: 'refuses every effect of a token older than the newest',
    run: olderTokenRefused,
  },
  {
    name: 'region-fencing',
    meaning: 'lets each region have a newest token of its own',
    run: fencesByRegion,
  },
  {
    name: 'unknown-unit',
    meaning: 'changes nothing when a stage names a unit that it does not have',
    run: unknownUnit,
  },
  {
    name: 'artifact',
    meaning:
      'takes no artifact whose bytes are not those of its digest, and places none that it lacks',
    run: bytesProven,
  },
  {
    name: 'drain',
    meaning: 'takes a unit out of traffic until it is restored',
    run: drainsAndRestores,
  },
  {
    name: 'traffic',
    meaning: 'loses no request while a zone is drained, restored and replaced',
    run: losesNothing,
  },
  {
    name: 'surge',
    meaning:
      'adds units to a zone and takes them away again, as many as it says that it can and no more',
    run: surgesAndReturns,
  },
  {
    name: 'shift',
    meaning: 'keeps a zone that was shifted away out of traffic, whatever is placed there',
    run: shiftsAndReturns,
  },
  {
    name: 'cancel',
    meaning: 'leaves nothing drained when an apply is cancelled',
    run: cancelledApply,
  },
  {
    name: 'kill',
    meaning: 'can be told again after its process was killed in the middle of an apply',
    run: killedApply,
  },
]

export const checkNames: readonly string[] = conformanceChecks.map((check) => check.name)
