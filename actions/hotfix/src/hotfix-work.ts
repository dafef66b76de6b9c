import { requireWritersEvent } from '@bulkhead/github'
import {
  type GithubAccess,
  type Workspace,
  keepIncidentOrOwe,
  openGithubAccess,
  openWorkspace,
} from '@bulkhead/release'
import { type Answer, type Done, answerOf } from './answer.ts'
import { dispatchComment } from './comment-order.ts'
import { acknowledge, approve, close, declare, repay, status } from './commands.ts'
import { type Context, checkCombination, requiredGithub } from './input-rules.ts'
import { ship } from './ship.ts'
import { type Stage, agreementOf, openStage, requestOf, statusOf } from './stage.ts'

type Command = Exclude<Context['inputs']['command'], 'dispatch'>

const COMMANDS: Readonly<Record<Command, (stage: Stage) => Promise<Done>>> = {
  declare,
  acknowledge,
  approve,
  ship,
  status,
  repay,
  close,
}

/** Does what `bulkhead hotfix` does, and tells GitHub of it. */
export async function doHotfixWork(context: Context): Promise<Answer> {
  const { inputs, env } = context
  checkCombination(inputs)
  const { command, 'github-token': token } = inputs
  const github = token === undefined ? undefined : openGithubAccess(env, token)
  if (command === 'dispatch') return dispatchComment(context, requiredGithub(github, command))
  requireWritersEvent(env)
  const opened = await openWorkspace(inputs['working-directory'])
  const workspace: Workspace = { ...opened, forge: github?.forge }
  try {
    const stage = await openStage(context, workspace, github)
    return await standing(stage, await COMMANDS[command](stage))
  } finally {
    await workspace.repository.close()
  }
}

/** How the hotfix stands afterwards, for its issue and then, with what became of that, for the summary. */
async function standing(stage: Stage, done: Done): Promise<Answer> {
  const found = await statusOf(stage, done.hotfix)
  if (found === undefined)
    return answerOf(done, { status: undefined, agreement: undefined, issue: undefined })
  const { id } = found.hotfix
  const agreement = await agreementOf(stage, id)
  const { github } = stage
  if (github === undefined) return answerOf(done, { status: found, agreement, issue: undefined })
  const { issue, findings } = await tellIssue(stage, github, { found, agreement, done })
  const beside = [...(done.beside ?? []), ...findings]
  return answerOf({ ...done, beside }, { status: await statusOf(stage, id), agreement, issue })
}

async function tellIssue(
  stage: Stage,
  github: GithubAccess,
  {
    found,
    agreement,
    done,
  }: {
    readonly found: NonNullable<Awaited<ReturnType<typeof statusOf>>>
    readonly agreement: Awaited<ReturnType<typeof agreementOf>>
    readonly done: Done
  },
) {
  const { workspace, about, context } = stage
  const writing = context.inputs['keys-file'] === undefined ? undefined : await requestOf(stage)
  const run = runLink(github)
  const links = [
    ...(run === undefined ? [] : [{ what: 'the newest run', url: run }]),
    ...(done.cared ?? [])
      .filter(({ where }) => where.startsWith('https://'))
      .map(({ what, where }) => ({ what, url: where })),
  ]
  return keepIncidentOrOwe(workspace, writing, github, {
    environment: about.environment,
    status: found,
    agreement,
    links,
  })
}

/** The page of this workflow run; undefined away from a runner. */
export const runLink = ({ server, repository, run }: GithubAccess): string | undefined =>
  run === undefined ? undefined : new URL(`/${repository}/actions/runs/${run}`, server).href
