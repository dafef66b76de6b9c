import { type Socket, connect } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import { proxyFailed } from '../refusals.ts'
import { SerialQueue } from '../serial-queue.ts'

const TIMEOUT_MS = 5_000
const CROWDED_MS = 20
/** `show stat` says some 600 bytes a server. */
const MOST_ANSWER_BYTES = 64 * 1024 * 1024

/** One HAProxy, through its runtime API (management guide, section 9.3). */
export class RuntimeApi {
  /** A socket's path, or HOST:PORT. */
  readonly address: string
  readonly #queue = new SerialQueue()

  constructor(address: string) {
    this.address = address
  }

  /**
   * One command over a connection of its own: what the proxy says is its answer to this alone.
   * @throws WorldError when it does not answer within 5 s.
   */
  async ask(command: string): Promise<string> {
    // A newline or semicolon would begin a second command.
    if (/[\n\r;\\]/.test(command)) throw new RangeError(`no HAProxy command: ${command}`)
    return this.#queue.run(async () => {
      try {
        return await this.#askUntilHeard(command)
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error)
        throw proxyFailed(this.address, why, error)
      }
    })
  }

  /** A socket serves ten connections by default, and other controllers have theirs. */
  async #askUntilHeard(command: string): Promise<string> {
    const since = performance.now()
    for (;;) {
      try {
        return await converse(this.address, command)
      } catch (error) {
        if (!isCrowded(error) || performance.now() - since > TIMEOUT_MS) throw error
        await setTimeout(CROWDED_MS)
      }
    }
  }

  /** A command that says nothing when it was done. @throws WorldError with what it said. */
  async order(command: string): Promise<void> {
    const said = (await this.ask(command)).trim()
    if (said !== '') throw proxyFailed(this.address, `\`${command}\`: ${said.slice(0, 500)}`)
  }
}

async function converse(address: string, command: string): Promise<string> {
  const socket = connect(endpoint(address))
  socket.setTimeout(TIMEOUT_MS, () => socket.destroy(new Error('no answer in time')))
  try {
    socket.write(`${command}\n`)
    return await readAll(socket)
  } finally {
    socket.destroy()
  }
}

const isCrowded = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'EAGAIN'

function endpoint(address: string): { path: string } | { host: string; port: number } {
  if (address.startsWith('/')) return { path: address }
  const colon = address.lastIndexOf(':')
  return {
    host: address.slice(0, colon).replace(/^\[(.*)\]$/, '$1'),
    port: Number(address.slice(colon + 1)),
  }
}

async function readAll(socket: Socket): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of socket as AsyncIterable<Buffer>) {
    chunks.push(chunk)
    size += chunk.length
    if (size > MOST_ANSWER_BYTES) throw new Error('its answer is too long')
  }
  return Buffer.concat(chunks).toString('utf8')
}
