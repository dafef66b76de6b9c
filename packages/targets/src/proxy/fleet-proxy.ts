import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http'
import { type ProxyServer, createProxyServer } from 'httpxy'
import { portInUse } from '../refusals.ts'
import { NotConnected } from './connecting-agent.ts'
import { dropHopHeaders } from './hop-headers.ts'
import type { Member, Rotation } from './rotation.ts'
import type { Traffic } from './traffic.ts'

/** A unit that is silent for this long has failed the request. */
const SILENCE_MS = 60_000
/** Longer than clients keep idle connections: the side that closes first must not be the server. */
const KEEP_ALIVE_MS = 75_000
const MOST_CONNECTIONS = 20_000

/** Host and port on which users reach the fleet. */
export interface ProxyAddress {
  readonly host: string
  readonly port: number
}

/** The one door of the fleet: HTTP/1.1 by the library httpxy, to the units in rotation in turn. */
export class FleetProxy {
  readonly #rotation: Rotation
  readonly #traffic: Traffic
  readonly #server: Server
  readonly #proxy: ProxyServer
  /** Answers that broke off on the unit's side. */
  readonly #broken = new WeakSet<ServerResponse>()

  constructor(rotation: Rotation, traffic: Traffic) {
    this.#rotation = rotation
    this.#traffic = traffic
    this.#proxy = createProxyServer({ proxyTimeout: SILENCE_MS })
    this.#proxy.on('proxyRes', (answer, request, response) =>
      this.#beforeAnswer(answer, request, response),
    )
    this.#server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, (request, response) => {
      void this.#serve(request, response)
    })
    this.#server.maxConnections = MOST_CONNECTIONS
  }

  /** @throws WorldError `rollout/port-in-use` */
  listen(host: string, port: number): Promise<ProxyAddress> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', (error) =>
        reject(
          'code' in error && error.code === 'EADDRINUSE' ? portInUse(host, port, error) : error,
        ),
      )
      this.#server.listen({ host, port }, () => {
        const address = this.#server.address()
        resolve({ host, port: typeof address === 'object' && address ? address.port : port })
      })
    })
  }

  /** Accepts nothing more; resolves when everything in flight is answered. */
  drain(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve())
      this.#server.closeIdleConnections()
    })
  }

  close(): void {
    this.#server.close()
    this.#server.closeAllConnections()
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const closes = /(^|,)\s*close\s*(,|$)/i.test(request.headers.connection ?? '')
    dropHopHeaders(request.headers)
    if (closes) response.shouldKeepAlive = false
    const first = this.#rotation.pick()
    if (first === undefined) return this.#refuse(response)
    if ((await this.#forward(request, response, first)) !== 'not-connected') return
    const second = this.#rotation.pick(first)
    if (second === undefined) return this.#lose(response, first)
    if ((await this.#forward(request, response, second)) === 'not-connected')
      this.#lose(response, second)
  }

  async #forward(
    request: IncomingMessage,
    response: ServerResponse,
    member: Member,
  ): Promise<'settled' | 'not-connected'> {
    member.begin()
    try {
      await this.#proxy.web(request, response, {
        target: { protocol: 'http:', host: '127.0.0.1', port: member.port },
        agent: member.agent,
      })
      this.#countAnswer(response, member)
    } catch (error) {
      if (error instanceof NotConnected && !response.headersSent) return 'not-connected'
      this.#lose(response, member)
    } finally {
      member.end()
    }
    return 'settled'
  }

  #countAnswer(response: ServerResponse, member: Member): void {
    if (this.#broken.has(response)) this.#traffic.count(member, true)
    else if (response.writableFinished) this.#traffic.count(member, response.statusCode >= 500)
  }

  /** The unit failed the request: what was begun is cut, so that nobody takes it for whole. */
  #lose(response: ServerResponse, member: Member): void {
    this.#traffic.count(member, true)
    if (response.headersSent) response.destroy()
    else say(response, 502, 'the service did not answer\n')
  }

  #refuse(response: ServerResponse): void {
    this.#traffic.countUnserved()
    response.setHeader('retry-after', '1')
    say(response, 503, 'no unit is in rotation\n')
  }

  #beforeAnswer(answered: IncomingMessage, request: IncomingMessage, response: ServerResponse) {
    dropHopHeaders(answered.headers)
    if (request.httpVersion === '1.1')
      answered.headers.connection = response.shouldKeepAlive ? 'keep-alive' : 'close'
    // Before the library hears of it and cuts the answer; when a client hung up it is cut already.
    const noteBreak = () => {
      if (!answered.complete && !response.destroyed) this.#broken.add(response)
    }
    answered.once('error', noteBreak)
    answered.once('close', noteBreak)
  }
}

function say(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' })
  response.end(text)
}
