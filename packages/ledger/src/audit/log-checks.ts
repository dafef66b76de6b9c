import type { Finding } from '@bulkhead/vocabulary'
import { against, againstCheckpoint, againstLog, missingLedger } from '../ledger-findings.ts'
import { checkCosignature } from '../tlog/cosignature.ts'
import type { ComparedCheckpoint, LogView } from './log-view.ts'

/** One check of a whole log. The verifier is a list of them, so that a test can miss one. */
export interface LogCheck {
  readonly name: string
  judge(view: LogView): readonly Finding[]
}

type Judge = LogCheck['judge']

const checkSigned: Judge = ({ stored, tree }) => {
  if (stored.kind === 'refused') return [againstCheckpoint('ledger/bad-checkpoint', stored.reason)]
  if (stored.kind === 'ended') {
    return [againstCheckpoint('ledger/revoked-key', 'its key had been ended before it signed this')]
  }
  if (stored.kind === 'read' || tree.size === 0) return []
  return [againstCheckpoint('ledger/no-checkpoint', 'there is none beside the entries')]
}

/** What is not there is unknown: who asks about it is never told that all is well. */
const checkPresent: Judge = ({ policy, tree: { size }, at }) => {
  if (size === 0) return [missingLedger(policy.environment)]
  if (at === undefined || size === at + 1) return []
  const missing = againstLog(`entry ${at}`, 'ledger/missing', `the log has ${size} entries`)
  return [{ ...missing, remedy: `name an entry that is there: 0 to ${size - 1}` }]
}

/** The log's own signature under a tree that its entries do not make: they were cut or rewritten. */
const checkMatches: Judge = ({ stored, tree, rootAtStored, leadsTo }) => {
  if (stored.kind !== 'read' || leadsTo?.(stored.checkpoint) === true) return []
  const { size, root } = stored.checkpoint
  const signed = `it was signed for ${size} entries`
  if (size > tree.size) {
    return [againstCheckpoint('ledger/rewritten', `${signed}, the log has ${tree.size}`)]
  }
  if (rootAtStored?.equals(root) !== true) {
    const now = rootAtStored === null ? 'another' : named(rootAtStored)
    const message = `${signed} of the root ${named(root)}, the first ${size} of the log make ${now}`
    return [againstCheckpoint('ledger/rewritten', message)]
  }
  if (size === tree.size) return []
  const message = `${signed}, which the log has outgrown: it has ${tree.size}`
  return [againstCheckpoint('ledger/bad-checkpoint', message)]
}

/** A root as a checkpoint spells it (C2SP tlog-checkpoint). */
const named = (root: Buffer): string => root.toString('base64')

const checkTiles: Judge = ({ differingTiles }) =>
  differingTiles.map((path) =>
    againstLog(path, 'ledger/bad-tile', 'it is not what the entries make of it'),
  )

function continues(seen: ComparedCheckpoint | undefined, tree: LogView['tree'], by: string) {
  if (seen === undefined) return []
  const { size, root } = seen.checkpoint
  if (seen.reading.kind !== 'read') {
    const why = seen.reading.kind === 'refused' ? seen.reading.reason : 'its key had been ended'
    return [againstCheckpoint('ledger/bad-checkpoint', `what ${by} saw: ${why}`)]
  }
  if (size > tree.size) {
    const message = `${by} saw ${size} entries, the log has ${tree.size}`
    return [againstCheckpoint('ledger/rewritten', message)]
  }
  if (seen.root?.equals(root) === true) return []
  const now = seen.root === null ? 'others' : named(seen.root)
  const message = `${by} saw ${size} entries of the root ${named(root)}, the first ${size} of the log make ${now}`
  return [againstCheckpoint('ledger/rewritten', message)]
}

const checkRemembered: Judge = ({ from, tree }) => continues(from, tree, 'this verifier')
const checkWitnessed: Judge = ({ witnessed, tree, leadsTo }) =>
  witnessed?.reading.kind === 'read' && leadsTo?.(witnessed.checkpoint) === true
    ? []
    : continues(witnessed, tree, 'the log\u2019s witnesses')

/** Times of the good cosignatures by known witnesses, newest first; each witness has one voice. */
function voices({ policy, witnessed, now }: LogView): readonly number[] {
  if (witnessed === undefined) return []
  const { note } = witnessed.checkpoint
  return policy.witnesses
    .map((key) => checkCosignature(note, key))
    .flatMap((check) => (check.kind === 'cosigned' ? [check.seconds * 1_000] : []))
    .filter((at) => at <= now + policy.clockSkewMs)
    .sort((one, other) => other - one)
}

const checkQuorum: Judge = (view) => {
  const { quorum, witnesses } = view.policy
  const found = voices(view).length
  if (found >= quorum) return []
  const message = `${found} of ${witnesses.length} witnesses cosigned it, ${quorum} are needed`
  return [againstCheckpoint('ledger/no-quorum', message)]
}

/** What was appended since the witnesses last looked; a crash before they did leaves as much. */
const checkUnwitnessed: Judge = ({ policy, witnessed, tree }) => {
  const { mostUnwitnessed } = policy
  const waiting = tree.size - (witnessed?.checkpoint.size ?? 0)
  if (mostUnwitnessed === undefined || waiting <= mostUnwitnessed) return []
  const message = `no quorum has seen its newest ${waiting} entries, ${mostUnwitnessed} may wait for it`
  return [againstCheckpoint('ledger/no-quorum', message)]
}

/** A frozen view is an old one that is true: only time gives it away. */
const checkFresh: Judge = (view) => {
  const { maxWitnessAgeMs, quorum } = view.policy
  const since = voices(view)[quorum - 1]
  if (maxWitnessAgeMs === undefined || since === undefined) return []
  const age = view.now - since
  if (age <= maxWitnessAgeMs) return []
  const message = `it was witnessed ${age} ms ago, ${maxWitnessAgeMs} ms are allowed`
  return [againstCheckpoint('ledger/stale-view', message)]
}

const checkHeartbeat: Judge = ({ policy, lastAt, now, at }) => {
  const { heartbeatMs } = policy
  if (heartbeatMs === undefined || lastAt === '' || at !== undefined) return []
  const silence = now - Date.parse(lastAt)
  if (silence <= heartbeatMs) return []
  const message = `the newest entry is ${silence} ms old, silence may last ${heartbeatMs} ms`
  return [againstLog('log', 'ledger/silent', message)]
}

/** Dates only grow, so one entry dated ahead would pin all later ones to its future. */
const checkClock: Judge = ({ ahead, now }) =>
  ahead.map(({ index, at }) =>
    against(
      index,
      'ledger/wrong-clock',
      `it is dated ${at}, here it is ${new Date(now).toISOString()}`,
    ),
  )

/** In the order of the annex, §6. */
export const LOG_CHECKS: readonly LogCheck[] = [
  { name: 'present', judge: checkPresent },
  { name: 'checkpoint-signed', judge: checkSigned },
  { name: 'quorum', judge: checkQuorum },
  { name: 'unwitnessed', judge: checkUnwitnessed },
  { name: 'remembered', judge: checkRemembered },
  { name: 'witnessed', judge: checkWitnessed },
  { name: 'checkpoint-matches', judge: checkMatches },
  { name: 'tiles', judge: checkTiles },
  { name: 'clock', judge: checkClock },
  { name: 'fresh', judge: checkFresh },
  { name: 'heartbeat', judge: checkHeartbeat },
]
