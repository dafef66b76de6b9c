import {
  BRIEFLY,
  type GithubApi,
  type Patience,
  apiAddressOf,
  openGithubApi,
  readForgeWords,
} from '@bulkhead/github'
import { InputError } from '@bulkhead/vocabulary'
import type { HotfixForge } from '../hotfix/forge-approvals.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** A repository on GitHub, with a token that may do something there. */
export interface GithubAccess {
  readonly api: GithubApi
  /** `OWNER/NAME`. */
  readonly repository: string
  /** Base of its pages and of git over HTTPS. */
  readonly server: URL
  readonly token: string
  /** Asked about approvals. */
  readonly forge: HotfixForge
  /** Of the workflow that this runs in; undefined elsewhere. */
  readonly run: string | undefined
}

const REPOSITORY = /^[A-Za-z0-9_.-]{1,100}\/[A-Za-z0-9_.-]{1,100}$/
const RUN = /^[1-9][0-9]{0,18}$/

/**
 * GitHub as a runner describes it, or a person does in the same variables. It is asked briefly: a fix
 * waits for nobody's outage.
 * @throws InputError `github/unknown-server`, `usage/invalid-option`
 */
export function openGithubAccess(
  env: Environment,
  token: string,
  patience: Patience = BRIEFLY,
): GithubAccess {
  const {
    GITHUB_REPOSITORY: repository = '',
    GITHUB_RUN_ID: run = '',
    GITHUB_SERVER_URL,
    GITHUB_API_URL,
  } = env
  if (!REPOSITORY.test(repository)) throw noRepository()
  const address = apiAddressOf({ GITHUB_SERVER_URL, GITHUB_API_URL })
  const api = openGithubApi({ address, token, patience })
  return {
    api,
    repository,
    server: new URL(GITHUB_SERVER_URL ?? 'https://github.com'),
    token,
    forge: { words: (commit, runs) => readForgeWords({ api, repository, commit, runs }) },
    run: RUN.test(run) ? run : undefined,
  }
}

const noRepository = (): InputError =>
  new InputError({
    code: 'usage/invalid-option',
    subject: 'GITHUB_REPOSITORY',
    message: 'does not say which repository this is',
    remedy: 'set it to OWNER/NAME, as a runner does; or leave the token away',
  })
