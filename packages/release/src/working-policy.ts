import { join } from 'node:path'
import { type LoadedPolicy, type SuitePolicy, loadPolicy, loadPolicyFile } from '@bulkhead/policy'
import { InputError } from '@bulkhead/vocabulary'
import { pinnedGenesis } from './trusted-ref.ts'
import type { Workspace } from './workspace.ts'

/**
 * The policy of the commit that is checked out. It says how suites are run and what is built; what
 * is *demanded* of the evidence is always the trusted ref's.
 */
export async function workingPolicy({ repository }: Workspace): Promise<LoadedPolicy> {
  return loadPolicy(repository, await repository.resolveCommit('HEAD'))
}

/** The policy as it lies in the work tree, committed or not: for what is done before committing. */
export const worktreePolicy = ({ repository }: Workspace) =>
  loadPolicyFile(join(repository.root, 'bulkhead.yml'))

/** One suite of a policy. @throws InputError naming the suites that there are */
export function suiteOf(policy: LoadedPolicy, name: string): SuitePolicy {
  const suite = policy.policy.suites[name]
  if (suite !== undefined) return suite
  throw new InputError({
    code: 'usage/invalid-option',
    subject: `--suite ${name}`,
    message: 'the policy has no such suite',
    remedy: `name one of: ${Object.keys(policy.policy.suites).join(', ')}`,
  })
}

/** The environment of a policy that has only one; asks for a choice otherwise. */
export async function onlyEnvironment(
  workspace: Workspace,
  genesisNamed?: string,
): Promise<string> {
  const policy = await loadPolicy(
    workspace.repository,
    await pinnedGenesis(workspace, genesisNamed),
  )
  const [first, ...others] = Object.keys(policy.policy.environments)
  if (first !== undefined && others.length === 0) return first
  throw new InputError({
    code: 'usage/invalid-option',
    subject: '--environment',
    message:
      first === undefined ? 'the policy has no environment' : 'the policy has several environments',
    remedy:
      first === undefined
        ? 'add one under `environments` in bulkhead.yml'
        : `name one of: ${[first, ...others].join(', ')}`,
  })
}
