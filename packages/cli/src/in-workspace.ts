import { type Workspace, openWorkspace } from '@bulkhead/release'
import { type Finding, printable } from '@bulkhead/vocabulary'

/** Opens the repository that the options name, does the work in it, and closes it whatever happens. */
export async function inWorkspace<Result>(
  options: { readonly repo: string },
  work: (workspace: Workspace) => Promise<Result>,
): Promise<Result> {
  const workspace = await openWorkspace(options.repo, warn)
  try {
    return await work(workspace)
  } finally {
    await workspace.repository.close()
  }
}

/** On stderr: what stops nothing is no finding of the command, and a person should know it all the same. */
function warn({ code, subject, message, remedy }: Finding): void {
  const text = printable(`warning: ${code}: ${subject}: ${message}; it is skipped`, 500)
  process.stderr.write(`${text}\n  ${printable(remedy, 500)}\n`)
}
