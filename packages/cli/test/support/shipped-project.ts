import { join } from 'node:path'
import { temporaryDirectory } from '@bulkhead/testkit'
import type { CommitId } from '@bulkhead/vocabulary'
import { expect } from 'vitest'
import { type Answer, answerOf } from './answers.ts'
import { installBulkhead, processesOf } from './command-line.ts'
import { startLoad } from './load.ts'
import { type TinyPolicy, serverText } from './tiny-app.ts'
import { adopt, freePort, makeTinyProject } from './tiny-project.ts'

/** The tiny app with its fleet up and a first release on it, and users who ask without a pause. */
export async function makeShippedProject(policy: Omit<TinyPolicy, 'port'>) {
  const home = await temporaryDirectory()
  const bulkhead = await installBulkhead(join(home.path, 'bin'))
  const port = await freePort()
  const project = await makeTinyProject(join(home.path, 'project'))
  const root = project.repository.path
  await adopt(project, { port, ...policy })

  const shipped = {
    start: (...args: readonly string[]) => bulkhead.start(root, args),
    end: (...args: readonly string[]) => bulkhead.run(root, args),
    /** Runs a command that ends with this code, and reads its answer. */
    async run(args: readonly string[], code: number): Promise<Answer> {
      const answer = answerOf(await bulkhead.run(root, [...args, '--json']))
      expect(answer.exitCode, JSON.stringify(answer.findings)).toBe(code)
      return answer
    },
    /** A commit that may ship: tested, built and judged. */
    async release(message: string): Promise<CommitId> {
      const files = { 'server.mjs': `// ${message}\n${serverText(200)}` }
      const commit = await project.repository.commit({ by: project.ada, message, files })
      await Promise.all([shipped.run(['test'], 0), shipped.run(['build'], 0)])
      await shipped.run(['gate'], 0)
      return commit
    },
    /** Stops the fleet, and sees that no process is left. */
    async [Symbol.asyncDispose]() {
      await bulkhead.run(root, ['fleet', 'down'])
      const left = await processesOf(home.path)
      await home[Symbol.asyncDispose]()
      expect(left).toEqual([])
    },
  }
  await shipped.run(['fleet', 'up'], 0)
  await shipped.release('first')
  await shipped.run(['ship'], 0)
  return { ...shipped, load: startLoad(port) }
}

export type ShippedProject = Awaited<ReturnType<typeof makeShippedProject>>
