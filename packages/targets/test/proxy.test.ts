import {
  type IncomingMessage,
  type Server,
  type ServerResponse,
  createServer,
  request,
} from 'node:http'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FleetProxy } from '../src/proxy/fleet-proxy.ts'
import { Member, Rotation } from '../src/proxy/rotation.ts'
import { Traffic } from '../src/proxy/traffic.ts'
import { build, eventually, placeOf } from './fleet-bed.ts'
import { ask } from './load.ts'

type Serve = (request: IncomingMessage, response: ServerResponse) => void

const listen = async (server: Server) => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return typeof address === 'object' && address ? address.port : 0
}

/** A proxy in front of one small server per entry; `null` is a port on which nobody listens. */
async function makeProxy(units: readonly (Serve | null)[]) {
  const rotation = new Rotation()
  const traffic = new Traffic()
  const servers: Server[] = []
  const members: Member[] = []
  for (const [index, serve] of units.entries()) {
    const server = createServer(serve ?? (() => undefined))
    const port = await listen(server)
    if (serve) servers.push(server)
    else await new Promise((resolve) => server.close(resolve))
    const member = new Member(placeOf(`eu-1/a/${index}`), build(index + 1), port)
    members.push(member)
    rotation.enter(member)
  }
  const proxy = new FleetProxy(rotation, traffic)
  const { port } = await proxy.listen('127.0.0.1', 0)
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    rotation,
    traffic,
    members,
    [Symbol.asyncDispose]: () => {
      proxy.close()
      for (const member of members) member.close()
      for (const server of servers) server.close().closeAllConnections()
      return Promise.resolve()
    },
  }
}

const say =
  (text: string, status = 200): Serve =>
  (_, response) =>
    response.writeHead(status).end(text)

describe('the proxy', () => {
  it('gives requests to the units in turn', async () => {
    await using bed = await makeProxy([say('one'), say('two'), say('three')])
    const bodies: string[] = []
    for (let n = 0; n < 6; n++) bodies.push((await ask(bed.url)).body)
    expect(bodies).toEqual(['one', 'two', 'three', 'one', 'two', 'three'])
  })

  it('counts an answer of 5xx as an error of its version, one of 4xx as none', async () => {
    await using bed = await makeProxy([say('a', 500), say('b', 404)])
    for (let n = 0; n < 4; n++) await ask(bed.url)
    await eventually(
      () => Promise.resolve(bed.traffic.counts()),
      (counts) => counts.reduce((sum, count) => sum + count.requests, 0) === 4,
    )
    expect(bed.traffic.counts()).toEqual([
      { version: build(1), requests: 2, errors: 2 },
      { version: build(2), requests: 2, errors: 0 },
    ])
  })

  it('answers 503 and says so when no unit is in rotation', async () => {
    await using bed = await makeProxy([])
    expect(await ask(bed.url)).toMatchObject({ status: 503, headers: { 'retry-after': '1' } })
    expect(bed.traffic.unserved).toBe(1)
  })

  it('gives a request that found no connection to another unit, with its whole body', async () => {
    await using bed = await makeProxy([null, (asked, response) => asked.pipe(response)])
    const body = 'x'.repeat(300_000)
    expect(await post(bed.url, body)).toEqual({ status: 200, body })
    expect(bed.traffic.counts()).toEqual([{ version: build(2), requests: 1, errors: 0 }])
  })

  it('answers 502 when two units cannot be reached, and counts it', async () => {
    await using bed = await makeProxy([null, null])
    expect((await ask(bed.url)).status).toBe(502)
    expect(bed.traffic.counts()).toEqual([{ version: build(2), requests: 1, errors: 1 }])
  })

  it('never repeats a request that reached a unit', async () => {
    let seen = 0
    const hangUp: Serve = (asked) => {
      seen++
      asked.socket.destroy()
    }
    await using bed = await makeProxy([hangUp, hangUp])
    expect((await ask(bed.url)).status).toBe(502)
    expect(seen).toBe(1)
  })

  it('cuts an answer that broke off, so that nobody takes it for whole', async () => {
    const breakOff: Serve = (_, response) => {
      response.writeHead(200, { 'content-length': '100' })
      response.write('half', () => response.destroy())
    }
    await using bed = await makeProxy([breakOff])
    await expect(ask(bed.url)).rejects.toThrow()
    await eventually(
      () => Promise.resolve(bed.traffic.counts()[0]),
      (count) => count?.errors === 1,
    )
  })

  it('does not hold it against a unit that a client hung up', async () => {
    let arrived: () => void = () => undefined
    const here = new Promise<void>((resolve) => (arrived = resolve))
    await using bed = await makeProxy([() => arrived()])
    const sent = request(bed.url)
    sent.on('error', () => undefined)
    sent.end()
    await here
    expect(bed.members[0]?.inFlight).toBe(1)
    sent.destroy()
    await bed.members[0]?.idle()
    expect(bed.traffic.counts()).toEqual([])
  })

  it('passes no header that belongs to one connection', async () => {
    let seen: IncomingMessage['headers'] = {}
    await using bed = await makeProxy([
      (asked, response) => {
        seen = asked.headers
        response.writeHead(200, { 'keep-alive': 'timeout=1', 'x-mine': '1' }).end()
      },
    ])
    const headers = {
      connection: 'close, x-private',
      'x-private': '1',
      'x-public': '2',
      te: 'gzip',
    }
    const answer = await new Promise<IncomingMessage>((resolve) =>
      request(bed.url, { headers }, (came) => resolve(came.resume())).end(),
    )
    expect(seen).toMatchObject({ 'x-public': '2', connection: 'keep-alive' })
    expect(seen).not.toHaveProperty('x-private')
    expect(seen).not.toHaveProperty('te')
    expect(answer.headers).toMatchObject({ connection: 'close', 'x-mine': '1' })
    expect(answer.headers).not.toHaveProperty('keep-alive')
  })

  it('keeps its connections to a unit', async () => {
    const sockets = new Set<unknown>()
    await using bed = await makeProxy([
      (asked, response) => {
        sockets.add(asked.socket)
        response.end()
      },
    ])
    for (let n = 0; n < 5; n++) await ask(bed.url)
    expect(sockets.size).toBe(1)
  })
})

function post(url: string, body: string): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: 'POST' }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (part: string) => (text += part))
      response.once('end', () => resolve({ status: response.statusCode ?? 0, body: text }))
    })
    sent.once('error', reject)
    sent.end(body)
  })
}

describe('the rotation', () => {
  it('is fair whoever comes and goes: between changes all counts differ by at most one', () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('pick' as const), times: fc.integer({ min: 1, max: 30 }) }),
      fc.record({ kind: fc.constantFrom('enter' as const, 'leave' as const), who: fc.nat(5) }),
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const rotation = new Rotation()
        const members = Array.from(
          { length: 6 },
          (_, n) => new Member(placeOf(`${n}`), build(1), 1),
        )
        const inside = new Set<Member>()
        for (const one of steps) {
          if (one.kind === 'pick') {
            const picked = Array.from({ length: one.times }, () => rotation.pick())
            expectFair(picked, inside)
            continue
          }
          const member = members[one.who]
          if (member === undefined) continue
          rotation[one.kind](member)
          if (one.kind === 'enter') inside.add(member)
          else inside.delete(member)
        }
      }),
    )
  })

  it('picks another unit than the one given, or none', () => {
    const rotation = new Rotation()
    const [a, b] = [new Member(placeOf('a'), build(1), 1), new Member(placeOf('b'), build(1), 2)]
    rotation.enter(a)
    expect(rotation.pick(a)).toBeUndefined()
    rotation.enter(b)
    expect([rotation.pick(a), rotation.pick(a), rotation.pick(b)]).toEqual([b, b, a])
  })
})

function expectFair(picked: readonly (Member | undefined)[], inside: ReadonlySet<Member>): void {
  if (inside.size === 0) return expect(new Set(picked)).toEqual(new Set([undefined]))
  const counts = [...inside].map((member) => picked.filter((one) => one === member).length)
  expect(counts.reduce((a, b) => a + b)).toBe(picked.length)
  expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1)
}
