import { WorldError } from '@bulkhead/vocabulary'
import type { Workspace } from '../workspace.ts'
import type { GithubAccess } from './github-access.ts'

const MOST_OUTPUT = 1024 * 1024
const LONGEST_MS = 120_000

/**
 * Pushes refs to `origin`, all or none, and never over what is there. The token goes by the environment
 * of git: an argument could be read by every process of the machine.
 * @throws WorldError `git/failed`
 */
export async function pushRefs(
  { run, repository }: Workspace,
  { server, token }: Pick<GithubAccess, 'server' | 'token'>,
  refs: readonly { readonly from: string; readonly to: string }[],
): Promise<void> {
  const basic = Buffer.from(`x-access-token:${token}`).toString('base64')
  const { end, stderr } = await run({
    argv: [
      'git',
      'push',
      '--quiet',
      '--atomic',
      'origin',
      ...refs.map((one) => `${one.from}:${one.to}`),
    ],
    cwd: repository.root,
    env: {
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: `http.${server.origin}/.extraheader`,
      GIT_CONFIG_VALUE_0: `AUTHORIZATION: basic ${basic}`,
      // Nobody sits at a runner to type a password.
      GIT_TERMINAL_PROMPT: '0',
    },
    maxOutput: MOST_OUTPUT,
    timeout: LONGEST_MS,
  })
  if (end.kind === 'exited' && end.code === 0) return
  throw new WorldError({
    code: 'git/failed',
    subject: 'git push origin',
    message: stderr.toString().trim().slice(0, 500) || `it ended: ${end.kind}`,
    remedy: `give the token \`contents: write\`; or push it yourself: \`git push --atomic origin ${refs.map((one) => `${one.from}:${one.to}`).join(' ')}\`, then run this again`,
  })
}
