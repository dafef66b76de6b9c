import { randomUUID } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ActionAnswer, ActionContext } from '@bulkhead/action-kit'
import { type GithubEvent, openWorkspace, readEventFile, verifyCommits } from '@bulkhead/release'
import type { action } from './action.ts'
import { answerOf, reportText } from './answer.ts'

type Context = ActionContext<typeof action.inputs>

/** Says for every commit of the range who signed it, as `bulkhead verify-commits` does. */
export async function checkCommits({
  inputs,
  env,
}: Context): Promise<ActionAnswer<typeof action.outputs>> {
  const workspace = await openWorkspace(inputs['working-directory'])
  try {
    const {
      genesis,
      'pull-request-heads': pullRequestHeads,
      'trusted-ref': trustedRef,
      'policy-file': policyFile,
    } = inputs
    const judgement = await verifyCommits(workspace, {
      ...(await judgedPart(inputs.range, env)),
      pullRequestHeads,
      ...(trustedRef === undefined ? {} : { trustedRef }),
      ...(policyFile === undefined ? {} : { policyFile }),
      ...(genesis === undefined ? {} : { genesis }),
    })
    return answerOf(judgement, await keepReport(reportText(judgement), env))
  } finally {
    await workspace.repository.close()
  }
}

/** The runner empties its folder after the job; a name that nobody can guess is nobody's to prepare. */
async function keepReport(text: string, env: Context['env']): Promise<string> {
  const { RUNNER_TEMP: folder = '' } = env
  const path = join(folder === '' ? tmpdir() : folder, `bulkhead-commits-${randomUUID()}.json`)
  await writeFile(path, text, { mode: 0o600, flag: 'wx' })
  return path
}

/**
 * What was asked for by name, else what the runner says happened. Ids out of the event are pinned: a
 * branch, or `refs/pull/N/merge`, may be something else by now.
 */
async function judgedPart(
  range: string | undefined,
  env: Context['env'],
): Promise<{ readonly range: string } | { readonly event: GithubEvent }> {
  if (range !== undefined) return { range }
  const { GITHUB_EVENT_NAME: name = '', GITHUB_EVENT_PATH: path = '' } = env
  if (name === '' || path === '') return { range: 'HEAD' }
  return { event: await readEventFile(name, path) }
}
