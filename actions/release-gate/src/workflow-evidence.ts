import { apiAddressOf, openGithubApi } from '@bulkhead/github'
import type { WorkflowEvidence } from '@bulkhead/release'
import { InputError } from '@bulkhead/vocabulary'

type Environment = Readonly<Record<string, string | undefined>>

/**
 * The run that this job is part of, whose artifacts hold the evidence of the jobs before it.
 * @throws InputError `action/missing-input`, `github/unknown-server`
 */
export function workflowEvidence(token: string, env: Environment): WorkflowEvidence {
  const repository = env['GITHUB_REPOSITORY'] ?? ''
  const [id, attempt] = [env['GITHUB_RUN_ID'] ?? '', Number(env['GITHUB_RUN_ATTEMPT'])]
  const isRun = /^[1-9][0-9]{0,18}$/.test(id) && Number.isSafeInteger(attempt) && attempt >= 1
  if (!isRun || !/^[A-Za-z0-9_.-]{1,100}\/[A-Za-z0-9_.-]{1,100}$/.test(repository)) throw notARun()
  const { GITHUB_SERVER_URL, GITHUB_API_URL } = env
  const address = apiAddressOf({ GITHUB_SERVER_URL, GITHUB_API_URL })
  return { api: openGithubApi({ address, token }), repository, run: { id, attempt } }
}

const notARun = (): InputError =>
  new InputError({
    code: 'action/missing-input',
    subject: 'GITHUB_RUN_ID, GITHUB_RUN_ATTEMPT, GITHUB_REPOSITORY',
    message: 'do not say which workflow run this is',
    remedy: 'give `github-token:` only on a GitHub runner, and leave its variables as they are',
  })
