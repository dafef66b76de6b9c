import { chmod, rm } from 'node:fs/promises'
import { type Server, type Socket, createServer } from 'node:net'
import type { UnitId } from '@bulkhead/rollout'
import { InputError, WorldError } from '@bulkhead/vocabulary'
import * as v from 'valibot'
import { fleetFailed } from '../refusals.ts'
import { linesOf, sendLine } from './lines.ts'
import { HEARTBEAT_MS, type Request, cancel, request } from './protocol.ts'

const MOST_CONNECTIONS = 64
const REQUEST_TIMEOUT_MS = 5_000

/** Who asked: may cancel, and is told what is being done. */
export interface Asker {
  readonly signal: AbortSignal
  readonly say: (unit: UnitId, note: string) => void
}

/** Does one operation; what it returns is the `result` of its answer. */
export type Perform = (request: Request, asker: Asker) => Promise<unknown>

/** The supervisor's side of the control socket. Only the owner of the state directory reaches it. */
export class ControlServer {
  readonly #server: Server
  readonly #path: string
  /** Those that have not asked anything yet. */
  readonly #silent = new Set<Socket>()

  constructor(path: string, perform: Perform) {
    this.#path = path
    this.#server = createServer((socket) => {
      this.#silent.add(socket)
      socket.on('error', () => undefined) // A client may go away at any time.
      socket.once('close', () => this.#silent.delete(socket))
      void converse(socket, (asked, asker) => {
        this.#silent.delete(socket)
        return perform(asked, asker)
      })
    })
    this.#server.maxConnections = MOST_CONNECTIONS
  }

  /** Takes over a socket file that a dead supervisor left; the caller owns the state directory. */
  async listen(): Promise<void> {
    if (process.platform !== 'win32') await rm(this.#path, { force: true })
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject)
      this.#server.listen(this.#path, resolve)
    })
    if (process.platform !== 'win32') await chmod(this.#path, 0o600)
  }

  /** Answers what was asked, and nothing more. */
  close(): void {
    this.#server.close()
    for (const socket of this.#silent) socket.destroy()
  }
}

async function converse(socket: Socket, perform: Perform): Promise<void> {
  const lines = linesOf(socket)
  const impatience = setTimeout(() => socket.destroy(), REQUEST_TIMEOUT_MS)
  try {
    const first = await lines.next()
    clearTimeout(impatience)
    if (first.done) return
    await answer(socket, first.value, lines, perform)
  } catch {
    // A line that is too long, or a socket that broke: there is nobody left to answer.
  } finally {
    clearTimeout(impatience)
    socket.destroySoon()
  }
}

async function answer(
  socket: Socket,
  line: string,
  lines: AsyncGenerator<string>,
  perform: Perform,
): Promise<void> {
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), request), line)
  if (!parsed.success) return sendLine(socket, { kind: 'refused', finding: unreadable(line) })
  const cancelled = new AbortController()
  void listenForCancel(lines, cancelled)
  const heart = setInterval(() => sendLine(socket, { kind: 'working' }), HEARTBEAT_MS)
  try {
    const result = await perform(parsed.output, {
      signal: cancelled.signal,
      say: (unit, note) => sendLine(socket, { kind: 'progress', unit, note }),
    })
    sendLine(socket, { kind: 'done', result })
  } catch (error) {
    sendLine(socket, { kind: 'refused', finding: findingOf(error) })
  } finally {
    clearInterval(heart)
  }
}

/**
 * Only a spoken word cancels. A client that dies in the middle of a batch must not leave it half
 * done: the supervisor brings it to its end.
 */
async function listenForCancel(
  lines: AsyncGenerator<string>,
  cancelled: AbortController,
): Promise<void> {
  try {
    const { value, done } = await lines.next()
    if (done) return
    if (v.is(v.pipe(v.string(), v.parseJson(), cancel), value)) cancelled.abort()
  } catch {
    // The client is gone; its request goes on.
  }
}

function findingOf(error: unknown) {
  const known = error instanceof WorldError || error instanceof InputError
  const finding = known ? error.findings[0] : undefined
  if (finding !== undefined) return finding
  const message = error instanceof Error ? error.message : String(error)
  return fleetFailed('fleet', message, 'Look into `supervisor.log` of the fleet.').findings[0]
}

const unreadable = (line: string) =>
  fleetFailed(
    'control socket',
    `the fleet does not understand the request: ${line.slice(0, 200)}`,
    'Use the same version of bulkhead for the fleet and for its commands; restart the fleet.',
  ).findings[0]
