import {
  BRIEFLY,
  type DeploymentState,
  DeploymentTeller,
  apiAddressOf,
  openGithubApi,
} from '@bulkhead/github'
import type { ShipRequest, ShipResult } from '@bulkhead/release'
import { InputError } from '@bulkhead/vocabulary'
import { ENDS } from './answer.ts'

type Environment = Readonly<Record<string, string | undefined>>

const RUN = /^[1-9][0-9]{0,18}$/
const REPOSITORY = /^[A-Za-z0-9_.-]{1,100}\/[A-Za-z0-9_.-]{1,100}$/

/** The page of this workflow run, for whoever is told of the rollout; undefined away from a runner. */
export function workflowRunLink(env: Environment): string | undefined {
  const {
    GITHUB_SERVER_URL: server = '',
    GITHUB_REPOSITORY: name = '',
    GITHUB_RUN_ID: id = '',
  } = env
  if (!URL.canParse(server) || !REPOSITORY.test(name) || !RUN.test(id)) return undefined
  return new URL(`/${name}/actions/runs/${id}`, server).href
}

/**
 * GitHub's view of this deployment; undefined where nobody wants one.
 * @throws InputError `action/missing-input`, `github/unknown-server`
 */
export function openDeployment(
  token: string | undefined,
  environment: string,
  env: Environment,
): DeploymentTeller | undefined {
  if (token === undefined) return undefined
  const repository = env['GITHUB_REPOSITORY'] ?? ''
  if (!REPOSITORY.test(repository)) throw notARunner()
  const { GITHUB_SERVER_URL, GITHUB_API_URL } = env
  const address = apiAddressOf({ GITHUB_SERVER_URL, GITHUB_API_URL })
  const api = openGithubApi({ address, token, patience: BRIEFLY })
  return new DeploymentTeller({ api, repository, environment, logUrl: workflowRunLink(env) })
}

/** What a rollout on its way is to GitHub: it runs, or it waits for something. */
export function tellProgress(
  teller: DeploymentTeller,
  progress: Parameters<ShipRequest['onProgress']>[0],
): void {
  if (progress.kind === 'sample') teller.begin(progress.sample.release)
  if (progress.kind !== 'decision') return
  const { kind, text, region } = progress.decision
  if (['started', 'frozen', 'rollback'].includes(kind))
    teller.tell('in_progress', [region, kind, text].filter(Boolean).join(': '))
}

const STATES: Readonly<Record<ShipResult['result'], DeploymentState>> = {
  released: 'success',
  refused: 'failure',
  'rolled-back': 'failure',
  stopped: 'failure',
  stuck: 'failure',
  // It neither runs nor has it ended: whoever resumes it makes a deployment of its own.
  paused: 'inactive',
}

/** How it ended, for GitHub. */
export function tellEnd(teller: DeploymentTeller, { result, findings }: ShipResult): void {
  const [first] = findings
  teller.tell(STATES[result], first === undefined ? ENDS[result] : `${result}: ${first.message}`)
}

const notARunner = (): InputError =>
  new InputError({
    code: 'action/missing-input',
    subject: 'GITHUB_REPOSITORY',
    message: 'does not say which repository this is',
    remedy: 'give `github-token:` only on a GitHub runner, and leave its variables as they are',
  })
