import { expect, it } from 'vitest'
import { seedTenants } from '../src/seed.ts'
import { type RunningService, ask, sendRaw } from './running-service.ts'

const token = seedTenants[0]?.adminToken ?? ''
const project = 'a1000000-0001-4000-8000-000000000000'
const limit = 16 * 1024

/** Bodies that are no JSON object, and what each is answered. */
const malformed: readonly (readonly [string, string | Uint8Array<ArrayBuffer>, number, string])[] =
  [
    ['nothing', '', 400, 'malformed_json'],
    ['half an object', '{"name":', 400, 'malformed_json'],
    ['two objects', '{"name":"a"}{"name":"b"}', 400, 'malformed_json'],
    ['NaN', '{"name":NaN}', 400, 'malformed_json'],
    ['bytes that are not UTF-8', new Uint8Array([0x7b, 0xff, 0x7d]), 400, 'malformed_json'],
    ['5,000 brackets', '['.repeat(5_000), 400, 'malformed_json'],
    ['an array', '[{"name":"a"}]', 400, 'object_expected'],
    ['null', 'null', 400, 'object_expected'],
    ['a text', '"name"', 400, 'object_expected'],
    ['no field', '{}', 422, 'missing_name'],
    ['a prototype', '{"__proto__":{"archived":true},"name":"a"}', 422, 'unknown_field'],
    ['a constructor', '{"constructor":{"prototype":{}},"name":"a"}', 422, 'unknown_field'],
    ['an id of its own choice', `{"id":"${project}","name":"a"}`, 422, 'unknown_field'],
  ]

/** Values that a field of an invoice refuses. */
const unfit: readonly (readonly [string, unknown])[] = [
  ['amount_cents', -1],
  ['amount_cents', 1.5],
  ['amount_cents', 1e21],
  ['amount_cents', '100'],
  ['amount_cents', null],
  ['currency', 'XXX'],
  ['currency', ['EUR']],
  ['status', 'free'],
  ['issued_on', '2026-02-30'],
  ['issued_on', 'yesterday'],
  ['issued_on', 'infinity'],
  ['project_id', 'all'],
  ['project_id', project.toUpperCase()],
  ['number', ''],
  ['number', 'n'.repeat(41)],
  ['customer', 'a\u0000b'],
  ['customer', '\ud800'],
  ['customer', { $ne: null }],
  ['customer', 'c'.repeat(201)],
]

const draft = { project_id: project, number: 'B-1', customer: 'A customer', currency: 'EUR' }

/** What comes in a body is bounded, typed and named before it reaches the database. */
export function probeBodies(service: () => RunningService): void {
  for (const [title, body, status, error] of malformed) {
    it(`a body of ${title} is answered ${status}`, async () => {
      const request = { method: 'POST', path: '/projects', token, body }
      const reply = await ask(service().origin, request)
      expect(reply).toMatchObject({ status, text: JSON.stringify({ error }) })
    })
  }
  for (const [field, value] of unfit) {
    it(`an invoice with ${field} ${JSON.stringify(value).slice(0, 60)} is refused`, async () => {
      const body = { ...draft, amount_cents: 1, [field]: value }
      const reply = await ask(service().origin, { method: 'POST', path: '/invoices', token, body })
      expect(reply).toMatchObject({ status: 422, text: `{"error":"invalid_${field}"}` })
    })
  }
  it.each(['text/plain', 'application/x-www-form-urlencoded', 'application/json; charset=utf-16'])(
    'a body of type %s is answered 415',
    async (type) => {
      const headers = { 'content-type': type }
      const request = { method: 'POST', path: '/projects', token, headers, body: '{"name":"a"}' }
      expect((await ask(service().origin, request)).status).toBe(415)
    },
  )
  probeSizes(service)
}

function probeSizes(service: () => RunningService): void {
  const filled = (size: number) => `{"name":"a"}${' '.repeat(size - 12)}`

  it('a body of exactly the limit is read, one byte more is not', async () => {
    const request = { method: 'POST', path: '/projects', token }
    const fits = await ask(service().origin, { ...request, body: filled(limit) })
    expect(fits.status).toBe(201)
    const path = `/projects/${/"id":"([^"]+)"/.exec(fits.text)?.[1]}`
    await ask(service().origin, { method: 'DELETE', path, token })
    const reply = await ask(service().origin, { ...request, body: filled(limit + 1) })
    expect(reply).toMatchObject({ status: 413, text: '{"error":"body_too_large"}' })
  })

  it('a chunked body that never says its length is cut off', async () => {
    const chunk = `400\r\n${' '.repeat(0x400)}\r\n`
    const head = `POST /projects HTTP/1.1\r\nhost: a\r\nauthorization: Bearer ${token}\r\n`
    const text = `${head}transfer-encoding: chunked\r\n\r\n${chunk.repeat(40)}`
    expect(await sendRaw(service().port, text)).toMatch(/^HTTP\/1\.1 413 /)
  })

  it('headers beyond 8 KiB are answered 431', async () => {
    const text = `GET /whoami HTTP/1.1\r\nhost: a\r\nx-long: ${'a'.repeat(9_000)}\r\n\r\n`
    expect(await sendRaw(service().port, text)).toMatch(/^HTTP\/1\.1 431 /)
  })

  it('a request with two lengths is answered 400', async () => {
    const head = `POST /projects HTTP/1.1\r\nhost: a\r\nauthorization: Bearer ${token}\r\n`
    const text = `${head}content-length: 12\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`
    expect(await sendRaw(service().port, text)).toMatch(/^HTTP\/1\.1 400 /)
  })
}
