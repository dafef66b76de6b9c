import { readKeysFile, triggeringActor } from '@bulkhead/action-kit'
import {
  type Agreement,
  type GithubAccess,
  type HotfixStatus,
  type Workspace,
  agreementIfAny,
  hotfixStatus,
  onlyEnvironment,
  parseKeyring,
} from '@bulkhead/release'
import { orderedBy } from './comment-order.ts'
import { type Context, required, requiredGithub } from './input-rules.ts'

/** What every command about a hotfix works with. */
export interface Stage {
  readonly context: Context
  readonly workspace: Workspace
  readonly github: GithubAccess | undefined
  /** Which hotfix of which environment, from which genesis on. */
  readonly about: {
    readonly environment: string
    readonly genesis: string
    readonly hotfix?: number
  }
  /** Who acts. */
  readonly actors: ReturnType<typeof triggeringActor>
}

export async function openStage(
  context: Context,
  workspace: Workspace,
  github: GithubAccess | undefined,
): Promise<Stage> {
  const { inputs, env } = context
  const { command, comment, hotfix } = inputs
  const genesis = required(inputs, 'genesis')
  const by =
    comment === undefined
      ? undefined
      : await orderedBy(context, requiredGithub(github, command), comment)
  const role = command === 'ship' ? 'deployer' : 'release-manager'
  const actors =
    by === undefined
      ? triggeringActor(env, role)
      : [{ provider: 'github', id: String(by), role } as const]
  const environment = inputs.environment ?? (await onlyEnvironment(workspace, genesis))
  const about = { environment, genesis, ...(hotfix === undefined ? {} : { hotfix }) }
  return { context, workspace, github, about, actors }
}

/** What writing to the ledger needs besides. @throws InputError for keys that cannot be used */
export async function requestOf(stage: Stage) {
  const keyring = keyrings.get(stage) ?? readKeyring(stage)
  keyrings.set(stage, keyring)
  return { ...stage.about, actors: stage.actors, keyring: await keyring }
}

/** Read once a step: each reading has the runner hide every form of every key. */
const keyrings = new WeakMap<Stage, ReturnType<typeof readKeyring>>()

async function readKeyring({ context: { inputs, mask } }: Stage) {
  const file = required(inputs, 'keys-file')
  return parseKeyring(await readKeysFile(file, mask), file)
}

/** How a hotfix stands; of several that are open, the first. */
export async function statusOf(
  { workspace, about }: Stage,
  hotfix: number | undefined,
): Promise<HotfixStatus | undefined> {
  const question = { ...about, ...(hotfix === undefined ? {} : { hotfix }) }
  const [first] = await hotfixStatus(workspace, question)
  return first
}

/** What people are asked to agree to; undefined when nothing is, or the fleet cannot say what it has. */
export const agreementOf = (
  { workspace, about }: Stage,
  hotfix: number,
): Promise<Agreement | undefined> => agreementIfAny(workspace, { ...about, hotfix })
