import { type Socket, connect } from 'node:net'
import { proxyFailed } from '../refusals.ts'

const TIMEOUT_MS = 5_000
/** `show stat` says some 600 bytes a server. */
const MOST_ANSWER_BYTES = 64 * 1024 * 1024

/** One HAProxy, through its runtime API (management guide, section 9.3). */
export class RuntimeApi {
  /** A socket's path, or HOST:PORT. */
  readonly address: string

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
    const socket = connect(endpoint(this.address))
    socket.setTimeout(TIMEOUT_MS, () => socket.destroy(new Error('no answer in time')))
    try {
      socket.write(`${command}\n`)
      return await readAll(socket)
    } catch (error) {
      throw proxyFailed(this.address, error instanceof Error ? error.message : String(error), error)
    } finally {
      socket.destroy()
    }
  }

  /** A command that says nothing when it was done. @throws WorldError with what it said. */
  async order(command: string): Promise<void> {
    const said = (await this.ask(command)).trim()
    if (said !== '') throw proxyFailed(this.address, `\`${command}\`: ${said.slice(0, 500)}`)
  }
}

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
