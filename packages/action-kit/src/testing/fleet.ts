import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  type Workspace,
  openWorkspace,
  startEnvironmentFleet,
  stopEnvironmentFleet,
} from '@bulkhead/release'
import type { Project } from './project.ts'

/** Opens a project as a workspace for one piece of work. */
export async function inWorkspace(
  { repository }: Pick<Project, 'repository'>,
  work: (workspace: Workspace) => Promise<void>,
): Promise<void> {
  const workspace = await openWorkspace(repository.path)
  try {
    await work(workspace)
  } finally {
    await workspace.repository.close()
  }
}

/**
 * A fleet of real processes, run by a supervisor of its own, as `bulkhead fleet up` starts it.
 * @param directory where the supervisor's program is put
 * @param within a program with its arguments that starts the supervisor, such as in another network
 */
export async function startFleet(
  project: Pick<Project, 'repository' | 'genesis'>,
  directory: string,
  within: readonly string[] = [],
): Promise<AsyncDisposable> {
  const request = { environment: 'production', genesis: project.genesis }
  const program = join(directory, 'supervisor.ts')
  await writeFile(
    program,
    `import { openWorkspace, runEnvironmentFleet } from ${JSON.stringify(import.meta.resolve('@bulkhead/release'))}
     const workspace = await openWorkspace(${JSON.stringify(project.repository.path)})
     await runEnvironmentFleet(workspace, ${JSON.stringify(request)})
     await workspace.repository.close()`,
  )
  const [first, ...others] = [...within, process.execPath, program]
  if (first === undefined) throw new TypeError('a program is named above')
  await inWorkspace(project, async (workspace) => {
    await startEnvironmentFleet(workspace, { ...request, supervisor: [first, ...others] })
  })
  return {
    [Symbol.asyncDispose]: () =>
      inWorkspace(project, async (workspace) => {
        await stopEnvironmentFleet(workspace, request.environment)
      }),
  }
}
