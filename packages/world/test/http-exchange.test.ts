import { type IncomingMessage, type ServerResponse, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { type Clock, httpExchange } from '../src/index.ts'

type Handler = (request: IncomingMessage, response: ServerResponse) => void

const servers: ReturnType<typeof createServer>[] = []
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
})

/** A real server that answers the n-th request by the n-th handler, the last one for all others. */
async function serve(...handlers: readonly Handler[]): Promise<{ url: string; seen: number }> {
  const state = { url: '', seen: 0 }
  const server = createServer((request, response) => {
    handlers[Math.min(state.seen, handlers.length - 1)]?.(request, response)
    state.seen += 1
  })
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  state.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook/secret`
  return state
}

const answer =
  (status: number, body = '', headers: Record<string, string> = {}): Handler =>
  (_, response) =>
    response.writeHead(status, headers).end(body)

/** A clock whose sleeps pass at once and are written down. */
function pausingClock(): Clock & { readonly pauses: number[] } {
  let time = 0
  const pauses: number[] = []
  return {
    pauses,
    now: () => Date.UTC(2026, 0, 1) + time,
    monotonic: () => time,
    async sleep(ms, signal) {
      signal?.throwIfAborted()
      pauses.push(ms)
      time += ms
    },
  }
}

const exchangeBy = (clock: Clock) => httpExchange({ fetch, clock, random: () => 1 })

describe('an exchange', () => {
  it('gives every final answer as it is', async () => {
    const found = await serve(answer(200, 'yes'))
    const missing = await serve(answer(404, 'no'))
    const exchange = exchangeBy(pausingClock())
    expect(await exchange({ url: found.url })).toEqual({
      kind: 'answered',
      status: 200,
      body: 'yes',
    })
    expect(await exchange({ url: missing.url })).toEqual({
      kind: 'answered',
      status: 404,
      body: 'no',
    })
  })

  it('tries again what may pass, with growing pauses', async () => {
    const server = await serve(answer(503), answer(500), answer(202, 'done'))
    const clock = pausingClock()
    expect(await exchangeBy(clock)({ url: server.url })).toMatchObject({ status: 202 })
    expect(clock.pauses).toEqual([250, 500])
  })

  it('waits as long as Retry-After says, in seconds or until a date', async () => {
    const date = new Date(Date.UTC(2026, 0, 1, 0, 0, 9)).toUTCString()
    const server = await serve(
      answer(429, '', { 'retry-after': '2' }),
      answer(503, '', { 'retry-after': date }),
      answer(200),
    )
    const clock = pausingClock()
    expect(await exchangeBy(clock)({ url: server.url })).toMatchObject({ status: 200 })
    expect(clock.pauses).toEqual([2_000, 7_000])
  })

  it('gives up after its attempts, and when its budget is over, without naming the path', async () => {
    const server = await serve(answer(500))
    expect(await exchangeBy(pausingClock())({ url: server.url, attempts: 3 })).toEqual({
      kind: 'failed',
      why: 'answered 500 (3 attempts)',
    })
    expect(server.seen).toBe(3)
    const slow = await serve(answer(429, '', { 'retry-after': '3600' }))
    expect(await exchangeBy(pausingClock())({ url: slow.url })).toEqual({
      kind: 'failed',
      why: 'answered 429, and no time is left',
    })
  })

  it('says that a server cannot be reached', async () => {
    const server = await serve(answer(200))
    const url = server.url
    servers.splice(0).forEach((one) => one.close())
    expect(await exchangeBy(pausingClock())({ url, attempts: 2 })).toEqual({
      kind: 'failed',
      why: 'cannot be reached (2 attempts)',
    })
  })

  it('does not follow a redirect: a token would go along', async () => {
    const other = await serve(answer(200, 'token, please'))
    const server = await serve(answer(302, '', { location: other.url }))
    expect(
      await exchangeBy(pausingClock())({ url: server.url, headers: { authorization: 'x' } }),
    ).toEqual({ kind: 'failed', why: 'answered with a redirect (302)' })
    expect(other.seen).toBe(0)
  })

  it('refuses an answer that is too long, or no UTF-8', async () => {
    const long = await serve(answer(200, 'x'.repeat(2_000)))
    expect(await exchangeBy(pausingClock())({ url: long.url, maxBytes: 1_000 })).toMatchObject({
      kind: 'failed',
    })
    const broken = await serve((_, response) => response.end(Buffer.from([0xff])))
    expect(await exchangeBy(pausingClock())({ url: broken.url })).toMatchObject({ kind: 'failed' })
  })

  it('takes a server that hangs as one that did not answer', async () => {
    const server = await serve(() => undefined)
    expect(await exchangeBy(pausingClock())({ url: server.url, timeout: 50, attempts: 1 })).toEqual(
      { kind: 'failed', why: 'did not answer in time' },
    )
  })

  it('ends when it is cancelled, in an attempt and in a pause', async () => {
    const server = await serve(() => undefined)
    const abort = new AbortController()
    const running = exchangeBy(pausingClock())({ url: server.url, signal: abort.signal })
    abort.abort()
    expect(await running).toEqual({ kind: 'cancelled' })
    const failing = await serve(answer(500))
    const later = new AbortController()
    const clock: Clock = {
      ...pausingClock(),
      sleep: (_ms, signal) => {
        later.abort()
        return Promise.reject(signal?.reason)
      },
    }
    expect(await exchangeBy(clock)({ url: failing.url, signal: later.signal })).toEqual({
      kind: 'cancelled',
    })
  })
})
