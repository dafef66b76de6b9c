import * as v from 'valibot'

const number = v.pipe(v.number(), v.safeInteger())
const objectId = v.pipe(v.string(), v.regex(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/))
const text = v.pipe(v.string(), v.maxLength(1024))
const identified = v.object({ id: number })

/** A workflow run (`GET /repos/{owner}/{repo}/actions/runs/{run_id}`), as far as it is asked for. */
export const runShape = v.object({
  id: number,
  run_attempt: number,
  head_sha: objectId,
  event: text,
  /** Path of the workflow file; GitHub may write `@REF` after it. */
  path: text,
  check_suite_id: number,
  repository: identified,
  head_repository: identified,
  referenced_workflows: v.nullish(v.array(v.object({ path: text, sha: text }))),
})
export type WorkflowRun = v.InferOutput<typeof runShape>

/** A job of one attempt of a run. */
export const jobShape = v.object({
  id: number,
  run_id: number,
  run_attempt: number,
  head_sha: objectId,
  name: text,
  status: text,
  conclusion: v.nullable(text),
  check_run_url: v.pipe(v.string(), v.regex(/\/check-runs\/[0-9]{1,16}$/)),
})
export type WorkflowJob = v.InferOutput<typeof jobShape>

export const checkRunShape = v.object({
  id: number,
  head_sha: objectId,
  conclusion: v.nullable(text),
  app: v.nullable(identified),
  check_suite: v.nullable(identified),
})

export const checkSuiteShape = v.object({
  id: number,
  head_sha: objectId,
  app: v.nullable(identified),
  repository: identified,
})

export const artifactShape = v.object({
  id: number,
  name: text,
  expired: v.boolean(),
  digest: v.nullish(v.pipe(v.string(), v.regex(/^sha256:[0-9a-f]{64}$/))),
  workflow_run: v.nullish(
    v.object({
      id: number,
      repository_id: number,
      head_repository_id: number,
      head_sha: objectId,
    }),
  ),
})
export type Artifact = v.InferOutput<typeof artifactShape>
