import {
  type GithubAccess,
  type HotfixForge,
  type Workspace,
  openGithubAccess,
  openWorkspace,
} from '@bulkhead/release'
import { type Finding, printable } from '@bulkhead/vocabulary'

/** Opens the repository that the options name, does the work in it, and closes it whatever happens. */
export async function inWorkspace<Result>(
  options: { readonly repo: string },
  work: (workspace: Workspace) => Promise<Result>,
): Promise<Result> {
  const opened = await openWorkspace(options.repo, warn)
  const workspace = { ...opened, forge: forgeOf(process.env) }
  try {
    return await work(workspace)
  } finally {
    await workspace.repository.close()
  }
}

/**
 * GitHub, in the variables of its runners. Undefined where there is no token or no repository.
 * @throws InputError `github/unknown-server`
 */
export function githubOf(env: NodeJS.ProcessEnv): GithubAccess | undefined {
  const { GITHUB_TOKEN: token = '', GITHUB_REPOSITORY: repository = '' } = env
  return token === '' || repository === '' ? undefined : openGithubAccess(env, token)
}

/** Asked about approvals of hotfixes alone: commands about other things never look at these variables. */
const forgeOf = (env: NodeJS.ProcessEnv): HotfixForge | undefined =>
  env['GITHUB_TOKEN'] === undefined || env['GITHUB_REPOSITORY'] === undefined
    ? undefined
    : {
        words: async (commit, runs) =>
          (await githubOf(env)?.forge.words(commit, runs)) ?? { words: [], pushers: [] },
      }

/** On stderr: what stops nothing is no finding of the command, and a person should know it all the same. */
function warn({ code, subject, message, remedy }: Finding): void {
  const text = printable(`warning: ${code}: ${subject}: ${message}; it is skipped`, 500)
  process.stderr.write(`${text}\n  ${printable(remedy, 500)}\n`)
}
