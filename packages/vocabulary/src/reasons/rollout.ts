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
  'rollout/target-failed': {
    cause: 'The target did not do what it was told, or does not answer.',
    remedy: 'Check the target; `bulkhead status` shows what the fleet says.',
  },
  'rollout/port-in-use': {
    cause: 'A port that the fleet needs is taken by another process.',
    remedy: 'Stop that process, or name another port in `bulkhead.yml`.',
  },
  'rollout/nothing-released': {
    cause: 'There is no earlier release to return to.',
    remedy: 'Ship a release that passes.',
  },
})
