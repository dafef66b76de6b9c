import { type Finding, InputError } from '@bulkhead/vocabulary'

/** Events whose runs are of a commit that somebody with write access has brought to this repository. */
const ATTESTING = [
  'push',
  'merge_group',
  'workflow_dispatch',
  'schedule',
  'deployment',
  'release',
] as const

/**
 * What may be done in a run that an event started. `attests`: judge, sign and record. `reports`: judge and
 * say so, sign nothing. Everything else is refused: many events run the code or the words of people who
 * may not write, with the rights of those who may (`pull_request_target`, `issue_comment`, `workflow_run`).
 */
export type Admission =
  | { readonly kind: 'attests' }
  | { readonly kind: 'reports' }
  | { readonly kind: 'refused'; readonly finding: Finding }

/**
 * Lets only those events by which nobody else than those who may write can start a run (threat model T11).
 * @throws InputError `github/refused-event`
 */
export function requireWritersEvent(env: Readonly<Record<string, string | undefined>>): void {
  const { GITHUB_EVENT_NAME: event, GITHUB_ACTIONS: onRunner } = env
  // A runner always names the event. One that does not is not believed.
  const admission = admitEvent(onRunner === 'true' ? (event ?? '') : event)
  if (admission.kind === 'attests') return
  throw new InputError(
    admission.kind === 'refused'
      ? admission.finding
      : {
          code: 'github/refused-event',
          subject: 'event pull_request',
          message: 'is about a change that is only proposed',
          remedy: `run this job on ${ATTESTING.join(', ')}`,
        },
  )
}

/** @param event as in GITHUB_EVENT_NAME; undefined outside of GitHub, where nobody is asked */
export function admitEvent(event: string | undefined): Admission {
  if (event === undefined || ATTESTING.some((name) => name === event)) return { kind: 'attests' }
  if (event === 'pull_request') return { kind: 'reports' }
  return {
    kind: 'refused',
    finding: {
      code: 'github/refused-event',
      subject: `event ${event.slice(0, 80)}`,
      message: 'may not attest anything: others than those who may write can start it',
      remedy: `run this job on ${ATTESTING.join(', ')}; on pull_request it reports without attesting`,
    },
  }
}
