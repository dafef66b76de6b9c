import { once } from 'node:events'
import { type IncomingMessage, createServer, request as ask } from 'node:http'

/** What a server says instead of doing what it was asked. */
export interface Refusal {
  readonly status: number
  readonly body: object
  readonly headers?: Readonly<Record<string, string>>
}

/** Stands between a client and an HTTP server, and refuses some requests in its place. */
export interface RefusingProxy extends AsyncDisposable {
  readonly port: number
  /** From now on, requests like these are refused and do not arrive. */
  refuse(isLike: (request: IncomingMessage) => boolean, refusal: Refusal): void
  /** Lets everything pass again. @returns how many were refused since */
  relent(): number
}

export async function refusingProxy(port: number): Promise<RefusingProxy> {
  let refused = 0
  let plan: readonly [(request: IncomingMessage) => boolean, Refusal] | undefined
  const server = createServer((request, response) => {
    const [isLike, { status, body, headers = {} }] = plan ?? [() => false, NO_REFUSAL]
    if (isLike(request)) {
      refused += 1
      request.resume()
      response.writeHead(status, { 'content-type': 'application/json', ...headers })
      response.end(JSON.stringify(body))
      return
    }
    const { method, url: path, headers: told } = request
    const upstream = ask({ host: '127.0.0.1', port, method, path, headers: told }, (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers)
      answer.pipe(response)
    })
    upstream.on('error', () => response.destroy())
    request.pipe(upstream)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return {
    port: address.port,
    refuse(isLike, refusal) {
      refused = 0
      plan = [isLike, refusal]
    },
    relent() {
      plan = undefined
      return refused
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

const NO_REFUSAL: Refusal = { status: 500, body: {} }
