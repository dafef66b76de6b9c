import { once } from 'node:events'
import { type Socket, connect, createServer } from 'node:net'

/** Stands between a client and a server, and cuts the line once. */
export interface CutProxy extends AsyncDisposable {
  readonly port: number
  /**
   * From now on, the n-th piece (from 1) in a direction does not arrive, or arrives by half, and both
   * ends of its connection are cut. Everything after that passes again.
   */
  cutAt(piece: number, direction: 'to-server' | 'to-client', how: 'none' | 'half'): void
  /** Lets everything pass again. @returns whether it has cut since it was told to */
  mend(): boolean
}

export async function cutProxy(port: number): Promise<CutProxy> {
  let left = 0
  let plan: { readonly direction: string; readonly how: string } | undefined
  const open = new Set<Socket>()
  const pass = (from: Socket, to: Socket, direction: string) => {
    open.add(from)
    from.on('close', () => {
      open.delete(from)
      to.destroy()
    })
    from.on('error', () => to.destroy())
    from.on('data', (chunk: Buffer) => {
      if (plan?.direction !== direction) return void to.write(chunk)
      left -= 1
      if (left > 0) return void to.write(chunk)
      const half =
        plan.how === 'half' ? chunk.subarray(0, Math.floor(chunk.byteLength / 2)) : Buffer.alloc(0)
      plan = undefined
      to.write(half, () => {
        from.destroy()
        to.destroy()
      })
      return undefined
    })
  }
  const server = createServer((client) => {
    const upstream = connect(port, '127.0.0.1')
    pass(client, upstream, 'to-server')
    pass(upstream, client, 'to-client')
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return {
    port: address.port,
    mend() {
      const cut = plan === undefined
      plan = undefined
      return cut
    },
    cutAt(piece, direction, how) {
      left = piece
      plan = { direction, how }
    },
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
