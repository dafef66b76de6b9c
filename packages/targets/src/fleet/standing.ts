import type { CommitId } from '@bulkhead/vocabulary'
import type { Probe } from './health-probe.ts'

/** Consecutive good answers before a unit gets traffic: one can be luck of a process that dies. */
const GOOD_ANSWERS = 2
/** Consecutive bad answers before a serving unit loses traffic: one can be a busy machine. */
const BAD_ANSWERS = 3

/** What the health answers of one process add up to. */
export interface Standing {
  readonly health: 'starting' | 'healthy' | 'unhealthy'
  /** The build that it names itself, null while it does not answer. */
  readonly version: CommitId | null
  readonly good: number
  readonly bad: number
  /** Consecutive answers that name another build than the one started. */
  readonly foreign: number
  /** Why it is not healthy, in words. */
  readonly reason: string
}

export const newStanding: Standing = {
  health: 'starting',
  version: null,
  good: 0,
  bad: 0,
  foreign: 0,
  reason: 'has not answered yet',
}

/** Pure: the standing after one more answer. A wrong build is never healthy, not for one answer. */
export function judgeProbe(before: Standing, probe: Probe, expected: CommitId): Standing {
  if (probe.kind === 'failed') return afterFailure(before, probe.reason)
  const { version } = probe
  if (version !== expected) {
    const reason = `says that it runs ${version}, not ${expected}`
    const foreign = before.foreign + 1
    return { health: 'unhealthy', version, good: 0, bad: 0, foreign, reason }
  }
  const good = before.good + 1
  const health = good >= GOOD_ANSWERS ? 'healthy' : before.health
  return { health, version, good, bad: 0, foreign: 0, reason: 'answers well since a moment' }
}

function afterFailure(before: Standing, reason: string): Standing {
  const bad = before.bad + 1
  const serves = before.health === 'healthy' && bad < BAD_ANSWERS
  if (serves) return { ...before, good: GOOD_ANSWERS, bad, reason }
  const health = before.health === 'starting' ? 'starting' : 'unhealthy'
  return { health, version: null, good: 0, bad, foreign: 0, reason }
}

/** Whether a process has shown for certain that it is another build. */
export const isForeign = (standing: Standing): boolean => standing.foreign >= GOOD_ANSWERS
