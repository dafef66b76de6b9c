import { describe, expect, it } from 'vitest'
import { admitEvent } from '../src/index.ts'

/** Every event that starts a workflow (GitHub docs, "Events that trigger workflows"), and `dynamic`. */
const EVENTS = [
  'branch_protection_rule',
  'check_run',
  'check_suite',
  'create',
  'delete',
  'deployment',
  'deployment_status',
  'discussion',
  'discussion_comment',
  'dynamic',
  'fork',
  'gollum',
  'image_version',
  'issue_comment',
  'issues',
  'label',
  'merge_group',
  'milestone',
  'page_build',
  'project',
  'project_card',
  'project_column',
  'public',
  'pull_request',
  'pull_request_comment',
  'pull_request_review',
  'pull_request_review_comment',
  'pull_request_target',
  'push',
  'registry_package',
  'release',
  'repository_dispatch',
  'schedule',
  'status',
  'watch',
  'workflow_call',
  'workflow_dispatch',
  'workflow_run',
]
const ATTESTING = ['deployment', 'merge_group', 'push', 'release', 'schedule', 'workflow_dispatch']

describe('events', () => {
  it.each(EVENTS)('%s', (event) => {
    const expected = ATTESTING.includes(event)
      ? 'attests'
      : event === 'pull_request'
        ? 'reports'
        : 'refused'
    expect(admitEvent(event).kind).toBe(expected)
  })

  it.each(['', 'Push', ' push', 'push ', 'push\n', 'pull_request\u0000', 'constructor', 'PUSH'])(
    'a name that no event has, %j, is refused',
    (event) => {
      expect(admitEvent(event)).toMatchObject({
        kind: 'refused',
        finding: { code: 'github/refused-event' },
      })
    },
  )

  it('outside of GitHub there is none to ask', () => {
    expect(admitEvent(undefined).kind).toBe('attests')
  })
})
