import { parse } from 'yaml'
import type { YamlText } from './yaml-texts.ts'

interface Step {
  readonly uses?: string
  readonly run?: string
  readonly with?: Readonly<Record<string, unknown>>
}

interface Job {
  readonly permissions?: Readonly<Record<string, string>> | string
  readonly environment?: unknown
  readonly uses?: string
  readonly steps?: readonly Step[]
}

interface Workflow {
  readonly on?: unknown
  readonly permissions?: unknown
  readonly jobs?: Readonly<Record<string, Job>>
}

const PINNED = /^[\w.-]+\/[\w.-]+(?:\/[\w./-]+)?@[0-9a-f]{40} # v\d+(?:\.\d+){0,2}$/
/** This repository at the commit of the workflow itself (threat model T02). */
const OWN = /^\$\/[\w./-]+$/
/** In pages, where the commit of a release of ours is for the reader to fill in. */
const OURS_IN_PAGES = /^OWNER\/bulkhead\/[\w./-]+@<sha> # v\d+(?:\.\d+){0,2}$/

/** What a text says wrongly of what it uses, each in one line. */
export function pinDefects({ place, text, isBlock }: YamlText): readonly string[] {
  return [...text.matchAll(/^\s*(?:- )?uses:\s*(.*?)\s*$/gm)]
    .map(([, used = '']) => used.replaceAll(/["']/g, ''))
    .filter((used) => !PINNED.test(used) && !OWN.test(used))
    .filter((used) => !isBlock || !OURS_IN_PAGES.test(used))
    .map((used) => `${place}: ${used} is not a full commit id with its version beside it`)
}

const DANGEROUS = ['pull_request_target', 'workflow_run', 'issue_comment']
/** The only steps of others in a job with rights: each moves files and runs nothing of the repository. */
const CARRIERS = /^actions\/(?:checkout|upload-artifact|download-artifact|attest-build-provenance)@/
const OURS = /^(?:\$\/actions\/|OWNER\/bulkhead\/actions\/)/

/** What a whole workflow does that ours and those in our pages never do. */
export function workflowDefects(place: string, text: string): readonly string[] {
  const { on, permissions, jobs = {} } = parse(text) as Workflow
  const events = typeof on === 'string' ? [on] : Array.isArray(on) ? on : Object.keys(on ?? {})
  const defects = [
    ...events
      .filter((event) => DANGEROUS.includes(String(event)))
      .filter((event) => event !== 'issue_comment' || !Object.values(jobs).every(onlyDispatches))
      .map((event) => `runs on ${String(event)}`),
    ...(isEmpty(permissions) ? [] : ['does not begin with `permissions: {}`']),
    ...Object.entries(jobs).flatMap(([name, job]) =>
      jobDefects(job, text).map((defect) => `job ${name}: ${defect}`),
    ),
  ]
  return defects.map((defect) => `${place}: ${defect}`)
}

/**
 * All that may be done for a comment, which anybody can write: starting the workflow of the default
 * branch, by our action, without a checkout, a secret or a right to write anything else.
 */
const onlyDispatches = (job: Job): boolean => {
  const { permissions, steps = [], uses } = job
  if (typeof permissions !== 'object' || uses !== undefined || isPrivileged(job)) return false
  const written = Object.entries(permissions).filter(([, right]) => right !== 'read')
  return (
    written.every(([what]) => what === 'actions') &&
    steps.every(
      (step) =>
        step.uses !== undefined &&
        OURS.test(step.uses) &&
        step.uses.includes('/hotfix@') &&
        step.with?.['command'] === 'dispatch',
    )
  )
}

const isEmpty = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && Object.keys(value).length === 0

function jobDefects(job: Job, text: string): readonly string[] {
  const { permissions, steps = [] } = job
  return [
    ...(typeof permissions === 'object' ? [] : ['does not list its permissions']),
    ...steps.flatMap((step) => [
      ...(/\$\{\{/.test(step.run ?? '') ? ['an expression within `run:`'] : []),
      ...(step.uses?.startsWith('actions/checkout@') === true &&
      step.with?.['persist-credentials'] !== false
        ? ['a checkout that leaves its token behind']
        : []),
    ]),
    ...(isPrivileged(job) ? privilegedDefects(steps, text) : []),
  ]
}

/** It can sign, deploy or read a secret (threat model T20). */
const isPrivileged = (job: Job): boolean =>
  (typeof job.permissions === 'object' && job.permissions['id-token'] === 'write') ||
  job.environment !== undefined ||
  /\$\{\{[^}]*\bsecrets\./.test(JSON.stringify(job))

function privilegedDefects(steps: readonly Step[], text: string): readonly string[] {
  return [
    ...steps
      .filter(({ uses = '' }) => !CARRIERS.test(uses) && !OURS.test(uses))
      .map(({ uses, run = '' }) => `has rights and runs ${uses ?? (run.split('\n')[0] || '?')}`),
    ...(/\bactions\/cache|^\s*cache:/m.test(text) ? ['has rights, and there is a cache'] : []),
  ]
}

/** Files give the reason beside each right that they ask for. */
export function unexplainedRights({ place, text, isBlock }: YamlText): readonly string[] {
  if (isBlock) return []
  return text
    .split('\n')
    .flatMap((line, index) =>
      /^\s+[a-z-]+: (?:read|write)\s*$/.test(line)
        ? [`${place}:${index + 1}: ${line.trim()} has no reason beside it`]
        : [],
    )
}
