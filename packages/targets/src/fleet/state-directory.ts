import { createHash } from 'node:crypto'
import { chmod, mkdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { socketPathTooLong } from '../refusals.ts'

/** Where everything of one fleet is kept. */
export interface StateDirectory {
  readonly path: string
  /** Unix domain socket, or a named pipe on Windows. */
  readonly control: string
  /** The supervisor that owns this directory: pid and identity. */
  readonly owner: string
  /** Pids and identities of running units, for the supervisor after this one. */
  readonly processes: string
  /** Marks every process of this fleet in its environment. */
  readonly mark: string
  readonly token: string
  /** unit id → the release that it last served well. */
  readonly releases: string
  /** Units taken out of traffic. */
  readonly drained: string
  /** Zones whose traffic is shifted away. */
  readonly shifted: string
  /** Units beyond their zone's own. */
  readonly surplus: string
  readonly artifacts: string
  /** A folder per unit: its working directory and its `output.log`. */
  readonly units: string
  readonly supervisorLog: string
  /** Why the supervisor of this process id could not start: two that start at once tell apart. */
  readonly startFailure: (pid: number) => string
}

// sun_path holds 108 bytes on Linux and 104 on the BSDs and macOS, with a closing zero.
const SOCKET_PATH_LIMIT = process.platform === 'linux' ? 107 : 103

function controlPath(path: string): string {
  if (process.platform === 'win32') {
    const name = createHash('sha256').update(path).digest('hex').slice(0, 32)
    return `\\\\.\\pipe\\bulkhead-${name}`
  }
  const socket = join(path, 'control.sock')
  if (Buffer.byteLength(socket) > SOCKET_PATH_LIMIT)
    throw socketPathTooLong(socket, SOCKET_PATH_LIMIT)
  return socket
}

/** Names only; touches no disk. @throws InputError when the path is too long for a socket. */
export function stateDirectory(directory: string): StateDirectory {
  const path = resolve(directory)
  return {
    path,
    control: controlPath(path),
    owner: join(path, 'supervisor.json'),
    processes: join(path, 'processes.json'),
    mark: join(path, 'mark'),
    token: join(path, 'fencing-token.json'),
    releases: join(path, 'releases.json'),
    drained: join(path, 'drained.json'),
    shifted: join(path, 'shifted.json'),
    surplus: join(path, 'surplus.json'),
    artifacts: join(path, 'artifacts'),
    units: join(path, 'units'),
    supervisorLog: join(path, 'supervisor.log'),
    startFailure: (pid) => join(path, `start-failure-${pid}.json`),
  }
}

/** Makes the directories, closed to everybody else: the socket commands the fleet. */
export async function openStateDirectory(state: StateDirectory): Promise<void> {
  for (const directory of [state.path, state.artifacts, state.units]) {
    await mkdir(directory, { recursive: true, mode: 0o700 })
    await chmod(directory, 0o700)
  }
}
