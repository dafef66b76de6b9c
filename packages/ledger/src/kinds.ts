import type { EntryKind } from './entry.ts'
import { type Describe, custom, describeEnd, describeVerdict } from './event-descriptions.ts'
import {
  acknowledgeHotfix,
  approveHotfix,
  closeHotfix,
  declareHotfix,
  moveHotfix,
  openFacts,
  oweDebt,
  pageHotfix,
  repayDebt,
  shipHotfix,
} from './hotfix/hotfix-rules.ts'
import { addToQueue, removeFromQueue, settleTrain, takeFromQueue } from './queue/queue-rules.ts'
import {
  continueDeploy,
  finishDeploy,
  orderDeploy,
  resumeDeploy,
  startDeploy,
  stepDeploy,
} from './rules/deploy-rules.ts'
import { acknowledgeVoided, correctClock, revokeKey, rotateKey } from './rules/key-rules.ts'
import { acquireLease, breakLease, releaseLease, renewLease } from './rules/lease-rules.ts'
import type { Rule } from './rules/rule.ts'
import { always, annotate, giveVerdict } from './rules/statement-rules.ts'
import { restoreZone, shiftZone } from './zones/zone-rules.ts'

/** All that the ledger knows of one kind of entry. What it does to the state is in the folds of `state/`, `queue/`, `zones/` and `hotfix/`. */
interface Kind {
  /** Its CDEvents event. */
  readonly event: Describe
  /** What may follow what. The chain itself, and that genesis is first, are judged by entry-checks.ts. */
  readonly rule: Rule
  /** Members of its data that tell a person most, in this order. */
  readonly tells: readonly string[]
}

/** To add a kind: a word in entry.ts, a row here, and a case of the fold if it changes the state. */
export const KINDS: Readonly<Record<EntryKind, Kind>> = {
  genesis: { event: custom('ledger', 'created'), rule: always, tells: [] },
  'lease.acquired': {
    event: custom('lease', 'acquired'),
    rule: acquireLease,
    tells: ['region', 'holder'],
  },
  'lease.renewed': { event: custom('lease', 'renewed'), rule: renewLease, tells: [] },
  'lease.released': { event: custom('lease', 'released'), rule: releaseLease, tells: [] },
  'lease.broken': {
    event: custom('lease', 'broken'),
    rule: breakLease,
    tells: ['token', 'reason'],
  },
  'gate.verdict': { event: describeVerdict, rule: giveVerdict, tells: ['outcome', 'mode'] },
  'deploy.started': { event: custom('deployment', 'started'), rule: startDeploy, tells: [] },
  'deploy.step': {
    event: custom('deployment', 'progressed'),
    rule: stepDeploy,
    tells: ['step', 'direction', 'decision'],
  },
  'deploy.paused': { event: custom('deployment', 'paused'), rule: continueDeploy, tells: [] },
  'deploy.resumed': {
    event: custom('deployment', 'resumed'),
    rule: resumeDeploy,
    tells: ['of'],
  },
  'deploy.ordered': {
    event: custom('deployment', 'ordered'),
    rule: orderDeploy,
    tells: ['order', 'of', 'reason'],
  },
  'deploy.finished': { event: describeEnd, rule: finishDeploy, tells: ['result'] },
  'deploy.refused': { event: custom('deployment', 'refused'), rule: always, tells: [] },
  'rollback.started': {
    event: custom('deployment', 'reverting'),
    rule: continueDeploy,
    tells: [],
  },
  'queue.added': { event: custom('queue', 'grown'), rule: addToQueue, tells: ['place'] },
  'queue.removed': {
    event: custom('queue', 'shortened'),
    rule: removeFromQueue,
    tells: ['item', 'reason'],
  },
  'queue.taken': { event: custom('queue', 'taken'), rule: takeFromQueue, tells: ['why'] },
  'queue.settled': { event: custom('queue', 'settled'), rule: settleTrain, tells: ['result'] },
  'zone.shifted': {
    event: custom('zone', 'shifted'),
    rule: shiftZone,
    tells: ['region', 'zone', 'step', 'reason'],
  },
  'zone.restored': {
    event: custom('zone', 'restored'),
    rule: restoreZone,
    tells: ['region', 'zone', 'step', 'reason'],
  },
  'hotfix.declared': {
    event: custom('hotfix', 'declared'),
    rule: declareHotfix,
    tells: ['severity'],
  },
  'hotfix.moved': { event: custom('hotfix', 'moved'), rule: moveHotfix, tells: ['of', 'reason'] },
  'hotfix.paged': { event: custom('hotfix', 'paged'), rule: pageHotfix, tells: ['of'] },
  'hotfix.acknowledged': {
    event: custom('hotfix', 'acknowledged'),
    rule: acknowledgeHotfix,
    tells: ['of', 'how'],
  },
  'hotfix.approved': {
    event: custom('hotfix', 'approved'),
    rule: approveHotfix,
    tells: ['of', 'source'],
  },
  'hotfix.shipped': { event: custom('hotfix', 'shipped'), rule: shipHotfix, tells: ['of'] },
  'hotfix.opened': {
    event: custom('hotfix', 'opened'),
    rule: openFacts,
    tells: ['of', 'advisory', 'reason'],
  },
  'hotfix.closed': {
    event: custom('hotfix', 'closed'),
    rule: closeHotfix,
    tells: ['of', 'result', 'reason'],
  },
  'debt.owed': { event: custom('debt', 'owed'), rule: oweDebt, tells: ['of', 'debt', 'why'] },
  'debt.repaid': {
    event: custom('debt', 'repaid'),
    rule: repayDebt,
    tells: ['of', 'debt', 'evidence'],
  },
  heartbeat: { event: custom('ledger', 'alive'), rule: always, tells: [] },
  'key.rotated': { event: custom('key', 'rotated'), rule: rotateKey, tells: ['name'] },
  'key.revoked': { event: custom('key', 'revoked'), rule: revokeKey, tells: ['key'] },
  'key.acknowledged': {
    event: custom('key', 'acknowledged'),
    rule: acknowledgeVoided,
    tells: ['revocation', 'reason'],
  },
  'clock.corrected': {
    event: custom('clock', 'corrected'),
    rule: correctClock,
    tells: ['from', 'reason'],
  },
  annotation: { event: custom('entry', 'annotated'), rule: annotate, tells: ['about', 'text'] },
}
