import { type Workspace, openWorkspace } from '@bulkhead/release'

/** Opens the repository that the options name, does the work in it, and closes it whatever happens. */
export async function inWorkspace<Result>(
  options: { readonly repo: string },
  work: (workspace: Workspace) => Promise<Result>,
): Promise<Result> {
  const workspace = await openWorkspace(options.repo)
  try {
    return await work(workspace)
  } finally {
    await workspace.repository.close()
  }
}
