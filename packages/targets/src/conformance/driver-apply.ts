import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { childEnvironment } from '@bulkhead/world'
import type { ExecSpec } from '../exec/exec-spec.ts'
import { type DriverRequest, PROTOCOL } from '../exec/protocol.ts'
import { ArtifactStore } from '../fleet/artifact-store.ts'
import { wireStage } from '../wire.ts'
import type { ConformanceBed } from './bed.ts'
import { Disagreement } from './disagreement.ts'

/** Begins applies by a driver that can be killed. @param directory as of the driver's target. */
export const driverApply =
  (spec: ExecSpec, directory: string): NonNullable<ConformanceBed['beginApply']> =>
  async (stage, { commit, artifact }, token) => {
    const path = await new ArtifactStore(join(directory, 'artifacts')).prove(artifact)
    if (path === undefined) throw new Disagreement('a staged artifact is not held')
    const [program, ...words] = spec.command
    const child = spawn(program, [...words, 'apply'], {
      cwd: directory,
      env: childEnvironment(spec.env),
      stdio: ['pipe', 'ignore', 'ignore'],
      detached: process.platform !== 'win32',
      windowsHide: true,
    })
    const gone = new Promise<void>((resolve) => {
      child.once('exit', () => resolve())
      child.once('error', () => resolve())
    })
    child.stdin.on('error', () => undefined) // It may be killed before it has read all of it.
    const release = { commit, artifact, path }
    const asked: DriverRequest = {
      protocol: PROTOCOL,
      command: 'apply',
      stage: wireStage(stage),
      release,
      token,
    }
    child.stdin.end(`${JSON.stringify(asked)}\n`)
    return {
      async kill() {
        if (child.pid !== undefined) killGroup(child.pid)
        await gone
      },
    }
  }

function killGroup(pid: number): void {
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, 'SIGKILL')
  } catch {
    // It has ended by itself.
  }
}
