import { once } from 'node:events'
import { type RequestListener, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { InputError, WorldError } from '@bulkhead/vocabulary'
import { describe, expect, it } from 'vitest'
import { fetchPublishedKeys } from '../src/index.ts'

/** Asks a real server that answers in this way. */
async function askOf(answer: RequestListener, user = 'ada') {
  const server = createServer(answer).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  try {
    return await fetchPublishedKeys({ user, api: `http://127.0.0.1:${port}`, fetch })
  } finally {
    server.closeAllConnections()
    server.close()
  }
}

const json =
  (bodies: Readonly<Record<string, unknown>>, status = 200): RequestListener =>
  ({ url = '' }, response) => {
    const list = Object.keys(bodies).find((name) => url.includes(name)) ?? ''
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(JSON.stringify(bodies[list]))
  }

const KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAA'
const good = { ssh_signing_keys: [{ id: 1, key: KEY, title: 't' }], gpg_keys: [{ raw_key: 'PGP' }] }

describe('the keys that a user of GitHub has published', () => {
  it('are those for signing, SSH and OpenPGP', async () => {
    const asked: string[] = []
    const answer: RequestListener = (request, response) => {
      asked.push(request.url ?? '')
      json(good)(request, response)
    }
    expect(await askOf(answer)).toEqual({ ssh: [KEY], openpgp: ['PGP'] })
    expect(asked.sort()).toEqual([
      '/users/ada/gpg_keys?per_page=100',
      '/users/ada/ssh_signing_keys?per_page=100',
    ])
  })

  it('are none of an unknown user, who is named', async () => {
    const refusal = askOf(json(good, 404), 'nobody')
    await expect(refusal).rejects.toBeInstanceOf(InputError)
    await expect(refusal).rejects.toThrow('nobody')
  })

  it.each(['', '-a', 'a/../b', 'a b', 'a'.repeat(40), 'ä'])(
    'are not asked for of %j',
    async (user) => {
      const asked: string[] = []
      const answer: RequestListener = (request, response) => {
        asked.push(request.url ?? '')
        json(good)(request, response)
      }
      await expect(askOf(answer, user)).rejects.toBeInstanceOf(InputError)
      expect(asked).toEqual([])
    },
  )

  it.each<readonly [string, RequestListener]>([
    ['a limit', json(good, 403)],
    ['a failing server', json(good, 500)],
    ['another form', json({ ...good, gpg_keys: { message: 'no' } })],
    ['a key of another form', json({ ...good, ssh_signing_keys: [{ key: `${KEY}\nevil` }] })],
    ['a first page of many', json({ ...good, gpg_keys: Array.from({ length: 100 }, () => ({})) })],
    ['no JSON', (_, response) => void response.end('<html>')],
    ['too much', (_, response) => void response.end(Buffer.alloc(4 * 1024 * 1024 + 1, ' '))],
    [
      'a redirect',
      (_, response) => void response.writeHead(302, { location: 'http://127.0.0.1:9/' }).end(),
    ],
    ['a broken connection', ({ socket }) => void socket.destroy()],
  ])('are unknown after %s', async (_name, answer) => {
    await expect(askOf(answer)).rejects.toBeInstanceOf(WorldError)
  })
})
