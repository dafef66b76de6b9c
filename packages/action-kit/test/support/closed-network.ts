import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { SeenRequest, WorldOfRuns } from '@bulkhead/testkit'
import type { StagedProject } from '../../src/testing/index.ts'

/** A network in which GitHub's stand-in and this machine answer, and somebody who writes down whoever asks for more. */
export interface ClosedNetwork extends AsyncDisposable {
  /** A program and its arguments that start another one in it. */
  readonly within: readonly string[]
  /** Where GitHub is in there. */
  readonly github: string
  /** Ends it, and says what was asked. */
  end(): Promise<NetworkLog>
}

export interface NetworkLog {
  readonly requests: readonly SeenRequest[]
  readonly violations: readonly string[]
  /** Names that were looked up, and other machines that were called. */
  readonly strangers: readonly string[]
}

/** Whether a network of its own cannot be made here. Only root may. */
export const cannotBeAlone = (() => {
  if (process.env['BULKHEAD_REQUIRE_ENGINES'] === '1' && process.getuid?.() === 0) return false
  try {
    execFileSync('unshare', ['--net', 'true'], { stdio: 'ignore' })
    return false
  } catch {
    return true
  }
})()

/** Every address is this machine, so that nothing that is called goes unseen. */
const EVERYWHERE = 'ip link set lo up && ip route add local default dev lo && exec "$@"'

export async function closedNetwork(
  directory: string,
  project: Pick<StagedProject, 'stageOn'>,
): Promise<ClosedNetwork> {
  const staged = join(directory, 'staged.json')
  await writeFile(staged, worldText(project))
  const program = [process.execPath, join(import.meta.dirname, 'network-program.ts'), staged]
  const child = spawn('unshare', ['--net', 'sh', '-c', EVERYWHERE, 'sh', ...program], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const next = async () => String((await lines.next()).value)
  const github = await next()
  const end = async () => {
    child.stdin.end()
    const log = JSON.parse(await next()) as NetworkLog
    if (child.exitCode === null) await once(child, 'exit')
    return log
  }
  return {
    within: ['nsenter', `--net=/proc/${child.pid ?? 0}/ns/net`],
    github,
    end,
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null) return
      child.kill()
      await once(child, 'exit')
    },
  }
}

/** What a stand-in would know, as text for another process. */
function worldText(project: Pick<StagedProject, 'stageOn'>): string {
  const world: WorldOfRuns = {
    runs: new Map(),
    jobs: new Map(),
    checkRuns: new Map(),
    checkSuites: new Map(),
    artifacts: new Map(),
    archives: new Map(),
    logs: new Map(),
  }
  project.stageOn({ world })
  const plain = (value: unknown) =>
    Buffer.isBuffer(value) ? { base64: value.toString('base64') } : value
  return JSON.stringify(
    Object.entries(world).map(([kind, things]: [string, ReadonlyMap<number, unknown>]) => [
      kind,
      [...things].map(([number, value]) => [number, plain(value)]),
    ]),
  )
}
