import {
  type ActionAnswer,
  type ActionContext,
  readKeysFile,
  triggeringActor,
} from '@bulkhead/action-kit'
import { requireWritersEvent } from '@bulkhead/github'
import {
  type Workspace,
  auditByPolicy,
  beatLedger,
  exportLedger,
  onlyEnvironment,
  openWorkspace,
  parseKeyring,
} from '@bulkhead/release'
import { InputError } from '@bulkhead/vocabulary'
import type { action } from './action.ts'
import { answerOfAudit, answerOfBeat, answerOfExport } from './answer.ts'
import { writeNew } from './export-file.ts'
import { checkCombination, momentIn } from './input-rules.ts'

type Context = ActionContext<typeof action.inputs>
type Answer = ActionAnswer<typeof action.outputs>

/** Verifies, exports or beats a ledger, as `bulkhead ledger verify|export|heartbeat` do. */
export async function doLedgerWork(context: Context): Promise<Answer> {
  const { inputs, env } = context
  requireWritersEvent(env)
  checkCombination(inputs)
  const workspace = await openWorkspace(inputs['working-directory'])
  try {
    const environment = inputs.environment ?? (await onlyEnvironment(workspace, inputs.genesis))
    switch (inputs.command) {
      case 'verify':
        return await verify(workspace, environment, context)
      case 'export':
        return await exportTo(workspace, environment, context)
      case 'heartbeat':
        return await beat(workspace, environment, context)
    }
  } finally {
    await workspace.repository.close()
  }
}

async function verify(
  workspace: Workspace,
  environment: string,
  { inputs: { genesis, 'verifier-policy': verifierPolicy } }: Context,
): Promise<Answer> {
  const question = { genesis, environment: () => Promise.resolve(environment) }
  const audit = await auditByPolicy(
    workspace,
    verifierPolicy === undefined ? question : { ...question, verifierPolicy },
  )
  if (audit.environment === environment) return answerOfAudit(audit)
  throw new InputError({
    code: 'action/invalid-input',
    subject: 'input verifier-policy',
    message: `is about ${audit.environment}, and not about ${environment}`,
    remedy: 'name the policy of that environment, or the environment of that policy',
  })
}

async function exportTo(
  workspace: Workspace,
  environment: string,
  { inputs: { genesis, format = 'cloudevents', file = '', since, until } }: Context,
): Promise<Answer> {
  const filter = {
    ...(since === undefined ? {} : { since: momentIn('since', since) }),
    ...(until === undefined ? {} : { until: momentIn('until', until) }),
  }
  const exported = await exportLedger(workspace, { environment, genesis, format, filter })
  if (exported.findings.length === 0) await writeNew(file, exported.lines.join(''))
  return answerOfExport(exported, { environment, file })
}

async function beat(
  workspace: Workspace,
  environment: string,
  { inputs: { genesis, 'keys-file': keysFile = '' }, env, mask }: Context,
): Promise<Answer> {
  const { index } = await beatLedger(workspace, {
    environment,
    genesis,
    keyring: parseKeyring(await readKeysFile(keysFile, mask), keysFile),
    actors: triggeringActor(env, 'timekeeper'),
  })
  return answerOfBeat(index, environment)
}
