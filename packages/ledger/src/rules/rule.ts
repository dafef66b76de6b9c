import type { CommitId, FencingToken } from '@bulkhead/vocabulary'
import type { EntryOnRecord, ReleaseOnRecord } from '../entry.ts'
import type { HotfixOnRecord } from '../hotfix/hotfix-on-record.ts'
import type { Train } from '../queue/queue-on-record.ts'
import type { ShiftOnRecord } from '../zones/zone-on-record.ts'
import type { LeaseOnRecord, RolloutOnRecord, VerdictOnRecord } from '../state/environment-state.ts'

/** The parts of an entry that rules look at. */
export type Step = Pick<
  EntryOnRecord,
  'kind' | 'index' | 'release' | 'fence' | 'actors' | 'data' | 'at'
>

/** What is on record before a step. */
export interface OnRecord {
  readonly leases: readonly LeaseOnRecord[]
  rolloutOf(token: FencingToken): RolloutOnRecord | undefined
  readonly rollouts: readonly RolloutOnRecord[]
  readonly unfinished: readonly RolloutOnRecord[]
  verdictOn(release: ReleaseOnRecord): VerdictOnRecord | undefined
  /** Whether a commit ended good in some region. */
  wasGood(commit: CommitId): boolean
  /** Index of the entry by which a commit last became fully good; undefined when it never did. */
  goodSince(commit: CommitId): number | undefined
  readonly queue: {
    /** Whether all of these wait, and nobody has taken them. */
    areWaiting(ids: readonly number[]): boolean
    /** Whether it could be removed now: it is known, and no rollout carries it. */
    isRemovable(id: number): boolean
    trainOf(id: number): Train | undefined
  }
  readonly zones: {
    /** That a zone's traffic is away; undefined when it is not. */
    shiftOf(place: Pick<ShiftOnRecord, 'region' | 'zone'>): ShiftOnRecord | undefined
  }
  readonly hotfixes: {
    readonly all: readonly HotfixOnRecord[]
    known(id: number): HotfixOnRecord | undefined
  }
}

/** Says why a step may not follow what is on record, or nothing. */
export type Rule = (step: Step, record: OnRecord) => string | undefined
