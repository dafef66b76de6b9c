import type { Socket } from 'node:net'
import { MOST_LINE_BYTES } from './protocol.ts'

/**
 * The lines of a socket, as UTF-8 text without their ends. Ends with the socket; what stands after
 * the last newline is no line. @throws RangeError when a line is longer than the limit.
 */
export async function* linesOf(socket: Socket): AsyncGenerator<string, void, undefined> {
  let pending: Buffer[] = []
  let size = 0
  for await (const chunk of socket) {
    let rest: Buffer = chunk
    for (;;) {
      const end = rest.indexOf(0x0a)
      if (end < 0) break
      yield Buffer.concat([...pending, rest.subarray(0, end)]).toString('utf8')
      rest = rest.subarray(end + 1)
      pending = []
      size = 0
    }
    pending.push(rest)
    size += rest.length
    if (size > MOST_LINE_BYTES) throw new RangeError('a line of the control socket is too long')
  }
}

export const sendLine = (socket: Socket, value: unknown): void => {
  if (socket.writable) socket.write(`${JSON.stringify(value)}\n`)
}
