import { Agent, type ClientRequestArgs } from 'node:http'
import { type Socket, connect } from 'node:net'
import type { Duplex } from 'node:stream'

const CONNECT_TIMEOUT_MS = 2_000
/** Below the 5 s after which Node servers close an idle connection under the next request. */
const IDLE_MS = 4_000

/** No connection could be made, so no byte of the request was sent: another unit may have it. */
export class NotConnected extends Error {
  override readonly name = 'NotConnected'
}

/**
 * Keep-alive connections to one process. A request gets its socket only once the connection stands;
 * until then its body is not read, so that a request that found no connection is still whole.
 */
export class ConnectingAgent extends Agent {
  constructor() {
    super({ keepAlive: true, maxFreeSockets: 64, timeout: IDLE_MS, scheduling: 'lifo' })
  }

  override createConnection(
    options: ClientRequestArgs,
    callback?: (error: Error | null, socket: Duplex) => void,
  ): undefined {
    const socket = connect({ host: options.host ?? '127.0.0.1', port: Number(options.port) })
    socket.setNoDelay(true)
    const fail = (cause: Error) => callback?.(new NotConnected(cause.message, { cause }), socket)
    const late = () => socket.destroy(new Error('no connection in time'))
    socket.once('error', fail)
    socket.setTimeout(CONNECT_TIMEOUT_MS, late)
    socket.once('connect', () => handOver(socket, fail, late, callback))
    return undefined
  }
}

function handOver(
  socket: Socket,
  fail: (cause: Error) => void,
  late: () => void,
  callback?: (error: null, socket: Duplex) => void,
): void {
  socket.off('error', fail)
  socket.off('timeout', late)
  socket.setTimeout(IDLE_MS)
  callback?.(null, socket)
}
