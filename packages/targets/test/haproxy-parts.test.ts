import { readdir, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { temporaryDirectory } from '@bulkhead/testkit'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { RuntimeApi } from '../src/haproxy/runtime-api.ts'
import { ServerTraffic } from '../src/haproxy/server-traffic.ts'
import { type ServerView, readServers } from '../src/haproxy/server-view.ts'
import { TokenDirectory } from '../src/token-directory.ts'
import { build, placeOf, heldBy } from './fleet-bed.ts'

const STATE = `1
# be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state srv_uweight srv_iweight srv_time_since_last_change srv_check_status srv_check_result srv_check_health srv_check_state srv_agent_state bk_f_forced_id srv_f_forced_id srv_fqdn srv_port srvrecord
3 app 1 a1 127.0.0.1 2 0 100 100 5 6 3 4 6 0 0 0 - 8001 -
3 app 2 a2 10.0.0.7 0 8 100 100 5 6 3 4 6 0 0 0 - 8002 -
`
const STAT = `# pxname,svname,qcur,qmax,scur,smax,slim,stot,bin,eresp,hrsp_1xx,hrsp_2xx,hrsp_3xx,hrsp_4xx,hrsp_5xx,hrsp_other,
app,a1,1,0,3,4,,120,0,2,0,100,5,10,4,0,
app,a2,0,0,0,4,,50,0,0,0,,,,,0,
`

describe('what a proxy says of its servers', () => {
  it('is read by the names of its columns', () => {
    const servers = readServers(STATE, STAT)
    expect(servers.get('a1')).toEqual({
      name: 'a1',
      address: '127.0.0.1',
      port: 8001,
      withheld: false,
      up: true,
      weight: 100,
      sessions: 4,
      requests: 121,
      errors: 6,
    })
    // TCP mode: no answers are counted, only connections.
    expect(servers.get('a2')).toMatchObject({ withheld: true, up: false, requests: 50, errors: 0 })
  })

  it('is refused when it is something else', () => {
    expect(() => readServers("Can't find backend.", STAT)).toThrow("Can't find backend.")
    expect(() => readServers(STATE, 'Permission denied')).toThrow('Permission denied')
    expect(() => readServers(STATE.replace('8001', 'x'), STAT)).toThrow()
    expect(() => readServers(STATE.replace(/^1/, '2'), STAT)).toThrow()
  })
})

describe('a command to a proxy', () => {
  it('is one command', async () => {
    const api = new RuntimeApi('/nowhere')
    for (const text of ['show info;disable server a/b', 'a\nb', 'a\rb', 'a\\;b'])
      await expect(api.ask(text)).rejects.toThrow(RangeError)
  })

  it('to a proxy that is not there is a failure with its address', async () => {
    await expect(new RuntimeApi('/nowhere').ask('show info')).rejects.toThrow('/nowhere')
  })

  it('that is answered with words was not done', async () => {
    const server = createServer((socket) => socket.end('No such server.\n'))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    const port = typeof address === 'object' && address ? address.port : 0
    try {
      const api = new RuntimeApi(`127.0.0.1:${port}`)
      await expect(api.order('set server a/b state drain')).rejects.toThrow('No such server.')
    } finally {
      server.close()
    }
  })
})

describe('traffic of servers', () => {
  const place = placeOf('eu-1/a/1')
  const view = (requests: number, errors: number): ServerView => ({
    name: 'a1',
    address: '127.0.0.1',
    port: 1,
    withheld: false,
    up: true,
    weight: 100,
    sessions: 0,
    requests,
    errors,
  })

  it('never falls whatever the proxy forgets, and is exact when it forgets nothing', () => {
    const step = fc.record({ restart: fc.boolean(), requests: fc.nat(50), bad: fc.nat(50) })
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const traffic = new ServerTraffic()
        traffic.look(traffic.begin(), { place, version: build(1), views: [view(0, 0)] })
        let [requests, errors, all, before] = [0, 0, 0, 0]
        for (const { restart, requests: more, bad } of steps) {
          if (restart) [requests, errors] = [0, 0]
          requests += more
          errors += Math.min(bad, more)
          all += more
          traffic.look(traffic.begin(), {
            place,
            version: build(1),
            views: [view(requests, errors)],
          })
          const counted = traffic.counts()[0] ?? { requests: 0, errors: 0 }
          expect(counted.requests).toBeGreaterThanOrEqual(before)
          expect(counted.requests).toBeLessThanOrEqual(all)
          expect(counted.errors).toBeLessThanOrEqual(counted.requests)
          before = counted.requests
        }
        if (steps.every(({ restart }) => !restart)) expect(before).toBe(all)
      }),
    )
  })

  it('leaves out a look that was overtaken', () => {
    const traffic = new ServerTraffic()
    traffic.look(traffic.begin(), { place, version: build(1), views: [view(0, 0)] })
    const slow = traffic.begin()
    traffic.look(traffic.begin(), { place, version: build(1), views: [view(20, 0)] })
    traffic.look(slow, { place, version: build(1), views: [view(10, 0)] })
    expect(traffic.counts()).toMatchObject([{ requests: 20 }])
  })
})

describe('the directory of tokens', () => {
  it('admits the newest and equals, keeps one name, and ignores what is no token', async () => {
    await using directory = await temporaryDirectory()
    const path = join(directory.path, 'tokens')
    const record = new TokenDirectory(path)
    expect(await record.read('eu-1')).toBe(0)
    for (const [offered, admitted] of [
      [5, true],
      [5, true],
      [4, false],
      [12, true],
      [9, false],
    ] as const)
      expect(await record.admit(heldBy(offered))).toBe(admitted)
    expect(await record.admit(heldBy(3, 'us-1'))).toBe(true)
    await writeFile(join(path, 'eu-1', 'README'), '')
    expect(await new TokenDirectory(path).read('eu-1')).toBe(12)
    expect(await record.read('us-1')).toBe(3)
    expect((await readdir(join(path, 'eu-1'))).sort()).toEqual(['12', 'README'])
  })

  it('lets the newest of many through that come at once, and none below it afterwards', async () => {
    await using directory = await temporaryDirectory()
    const record = new TokenDirectory(directory.path)
    const tokens = Array.from({ length: 20 }, (_, n) => n + 1)
    const admitted = await Promise.all(tokens.map((each) => record.admit(heldBy(each))))
    expect(admitted.at(-1)).toBe(true)
    expect(await record.read('eu-1')).toBe(20)
    for (const each of tokens.slice(0, -1)) expect(await record.admit(heldBy(each))).toBe(false)
  })
})
