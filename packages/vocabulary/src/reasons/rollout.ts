import { reasonsOf } from './reason.ts'

export const rolloutReasons = reasonsOf({
  'rollout/no-capacity': {
    cause: 'Taking any unit out would leave too little capacity if a zone died.',
    remedy: 'Add units, lower `required` of the environment, or let the target surge.',
  },
  'rollout/unhealthy-baseline': {
    cause: 'The fleet does not have the capacity that the policy requires even before the rollout.',
    remedy: 'Restore capacity first.',
  },
  'rollout/unit-not-healthy': {
    cause: 'A unit did not become healthy on the new release in time.',
    remedy: 'Read its log; the release was rolled back.',
  },
  'rollout/wrong-version': {
    cause: 'A unit is healthy but says it runs another build than the one deployed.',
    remedy: 'Check that the artifact reports its own build at the health path.',
  },
  'rollout/canary-failed': {
    cause: 'The new release answers with more errors than the old one beside it.',
    remedy: 'Read the errors; the release was rolled back.',
  },
  'rollout/forward-only': {
    cause:
      'The release contains a database migration that the one before cannot live with, and has begun: there is no way back.',
    remedy:
      'Mend it and ship the next release, which contains that migration. What is bad is held out of traffic meanwhile.',
  },
  'rollout/mixed-test-failed': {
    cause: 'The test that the policy runs while both releases serve did not pass.',
    remedy: 'Read what it printed; make the new release live with the old one, and ship again.',
  },
  'rollout/inconclusive': {
    cause: 'There was not enough traffic to judge the new release in the time allowed.',
    remedy: 'Declare synthetic load or a longer bake; no data is not healthy.',
  },
  'rollout/undetectable': {
    cause: 'The bake could not find what the policy asks it to find within its deadline.',
    remedy: 'Raise the error rate to detect, lengthen the deadline, or declare synthetic load.',
  },
  'rollout/not-staged': {
    cause: 'The target does not hold the artifact that is to be shipped.',
    remedy: 'Build it again and ship.',
  },
  'rollout/stale-token': {
    cause: 'A newer holder of the lease has acted on the fleet.',
    remedy: 'Stop: another rollout is in charge (`bulkhead status`).',
  },
  'rollout/drift': {
    cause: 'The fleet changed under the rollout by another hand.',
    remedy: 'Find out who changed it; run again when it is settled.',
  },
  'rollout/rollback-failed': {
    cause: 'The old release could not be restored everywhere.',
    remedy: 'Act by hand now: the lease is held, traffic stays where it is healthy.',
  },
  'rollout/rollback-impossible': {
    cause: 'The last fully good release cannot be restored: its artifact is missing or changed.',
    remedy: 'Bring the artifact back by its digest before shipping.',
  },
  'rollout/cancelled': {
    cause: 'Somebody stopped the rollout.',
    remedy: 'Ship again when ready.',
  },
  'rollout/aborted': {
    cause: 'Somebody ordered the rollout back, or another region of the same release failed.',
    remedy: 'Ship again when the reason is settled.',
  },
  'rollout/preempted': {
    cause: 'A hotfix took the lease; the rollout gave it back at the edge of a batch.',
    remedy: 'When the hotfix is out, merge the fix into the release, have it judged, and ship it.',
  },
  'rollout/cannot-yield': {
    cause:
      'The holder of the lease did not give it back to a hotfix in the time that the policy allows.',
    remedy:
      'Look at the fleet; two people together may end the lease (`bulkhead hotfix ship --break-lease`).',
  },
  'rollout/hotfix-first': {
    cause:
      'A hotfix is being shipped: nothing of the standard lane begins before it is everywhere.',
    remedy: 'Wait for it (`bulkhead status`), merge the fix, and ship.',
  },
  'rollout/overtaken-in-queue': {
    cause:
      'A release waited for its turn, and a hotfix passed it. Blocks nothing; it is on record.',
    remedy: 'None: it ships after the hotfix, and contains it then.',
  },
  'rollout/outage': {
    cause: 'The old release errs as much as the new one: an outage beyond this release.',
    remedy: 'Mend the outage, then `bulkhead resume`.',
  },
  'rollout/zone-shifted': {
    cause:
      'The traffic of a zone is shifted away, so that it counts as gone, and what is left allows nothing.',
    remedy: 'When the zone is well: `bulkhead zone restore ZONE`, then ship or resume.',
  },
  'rollout/surge-left': {
    cause: 'Units that were added to a zone for its change could not be taken away again.',
    remedy:
      'Mend what the engine says, or restore the capacity that was lost, then `bulkhead resume`.',
  },
  'rollout/single-zone': {
    cause: 'A region has one zone only, and the policy does not declare that.',
    remedy: 'Add a zone, or declare `zones: 1` under `capacity`: the zone law is lost by name.',
  },
  'rollout/frozen': {
    cause: 'The policy freezes deploys now.',
    remedy: 'Wait for the end of the window; going back is always allowed.',
  },
  'rollout/too-many': {
    cause: 'As many releases are under way at once as the policy allows.',
    remedy: 'Wait until one has ended (`bulkhead status`).',
  },
  'rollout/too-soon': {
    cause: 'The policy wants more time between two deploys.',
    remedy: 'Wait as long as the message says.',
  },
  'rollout/not-promoted': {
    cause: 'The artifact was not fully good in the environment that comes before this one.',
    remedy: 'Ship it there first.',
  },
  'rollout/stale-plan': {
    cause: 'The fleet, the policy or the release differ from what the named plan was made of.',
    remedy: 'Look at the plan as it is now: `bulkhead plan`.',
  },
  'rollout/unfinished': {
    cause: 'A rollout was begun here and has not ended.',
    remedy: 'Go on with it (`bulkhead resume`), or take it back (`bulkhead abort`).',
  },
  'rollout/nothing-to-resume': {
    cause: 'No rollout stands unfinished in this environment.',
    remedy: 'Ship a release.',
  },
  'rollout/target-failed': {
    cause: 'The target did not do what it was told, or does not answer.',
    remedy: 'Check the target; `bulkhead status` shows what the fleet says.',
  },
  'rollout/target-unfit': {
    cause: 'A driver does otherwise than rollouts rely on.',
    remedy: 'Mend what the check saw; docs/targets.md says what a driver owes.',
  },
  'rollout/port-in-use': {
    cause: 'A port that the fleet needs is taken by another process.',
    remedy: 'Stop that process, or name another port in `bulkhead.yml`.',
  },
  'rollout/contains-culprit': {
    cause: 'A release of the queue contains a commit that was found to be bad in production.',
    remedy: 'Revert that commit and queue the new head.',
  },
  'rollout/train-settled': {
    cause:
      'Two processes had the same release of the queue, and the other one has brought it to its end.',
    remedy: 'See how it ended with `bulkhead status`; `bulkhead ship --queued` ships what is next.',
  },
  'rollout/nothing-released': {
    cause: 'There is no earlier release to return to.',
    remedy: 'Ship a release that passes.',
  },
})
