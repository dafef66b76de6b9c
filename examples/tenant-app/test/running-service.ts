import { openAsBlob } from 'node:fs'
import { once } from 'node:events'
import { connect as dial } from 'node:net'
import { type EmbeddedDatabase, openDatabase } from '../src/embedded-database.ts'
import { connect, refuseMightyRole } from '../src/database.ts'
import { createService } from '../src/server.ts'
import { readSettings } from '../src/settings.ts'

/** The service on a free port with a database of its own. */
export interface RunningService {
  readonly origin: string
  readonly port: number
  readonly database: EmbeddedDatabase
  /** What the service logged so far. */
  readonly log: readonly string[]
  stop(): Promise<void>
}

/** An answer, read to its end. */
export interface Reply {
  readonly status: number
  readonly headers: Headers
  readonly text: string
}

/** What a test sends; a body that is neither text nor bytes goes as JSON. */
export interface Call {
  readonly method?: string
  readonly path: string
  readonly token?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array<ArrayBuffer> | Readonly<Record<string, unknown>>
}

/** Starts database and service in this process, exactly as `main.ts` puts them together. */
export async function startService(): Promise<RunningService> {
  const cluster = process.env['TEST_CLUSTER']
  const database = await openDatabase({
    port: 0,
    ...(cluster === undefined ? {} : { cluster: await openAsBlob(cluster) }),
  })
  const log: string[] = []
  const settings = readSettings({ APP_ENV: 'test', PORT: '0', DATABASE_URL: database.url })
  const pool = connect(settings.databaseUrl)
  await refuseMightyRole(pool)
  const server = createService({ settings, pool, build: 'test', log: (line) => log.push(line) })
  server.listen(settings.port, settings.host)
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  return {
    origin: `http://${settings.host}:${port}`,
    port,
    database,
    log,
    stop: async () => {
      server.closeAllConnections()
      server.close()
      await pool.end({ timeout: 1 })
      await database.close()
    },
  }
}

/** Sends one request and reads the whole answer. */
export async function ask(origin: string, call: Call): Promise<Reply> {
  const headers = new Headers(call.headers)
  if (call.token !== undefined) headers.set('authorization', `Bearer ${call.token}`)
  if (call.body !== undefined && !headers.has('content-type')) {
    headers.set('content-type', 'application/json')
  }
  const response = await fetch(origin + call.path, {
    method: call.method ?? 'GET',
    headers,
    ...(call.body === undefined ? {} : { body: encode(call.body) }),
  })
  return { status: response.status, headers: response.headers, text: await response.text() }
}

function encode(body: NonNullable<Call['body']>): string | Uint8Array<ArrayBuffer> {
  return typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body)
}

/** Sends the bytes as they are, for what no HTTP client would send, and reads until the end. */
export async function sendRaw(port: number, text: string): Promise<string> {
  const socket = dial(port, '127.0.0.1')
  const chunks: Buffer[] = []
  socket.on('data', (chunk) => chunks.push(chunk))
  // A refused upload may end in a reset after the answer: what came before it counts.
  socket.on('error', () => {})
  socket.write(text)
  await new Promise((resolve) => socket.once('close', resolve))
  return Buffer.concat(chunks).toString()
}
