import { readFile } from 'node:fs/promises'
import { PGlite } from '@electric-sql/pglite'
import { PGLiteSocketServer } from '@electric-sql/pglite-socket'
import { seedStatements } from './seed.ts'

/** A Postgres in this process, open to clients on a local port. */
export interface EmbeddedDatabase {
  /** What the service takes as DATABASE_URL. */
  readonly url: string
  readonly port: number
  /** Runs statements as the owner of the schema; the last statement's rows come back. */
  administer(statements: string): Promise<Record<string, unknown>[]>
  /** Rows as the session that the clients share sees them, with the service's own role. */
  query(statement: string): Promise<Record<string, unknown>[]>
  close(): Promise<void>
}

/** Where the database listens, and from which cluster it starts. */
export interface DatabaseOptions {
  /** TCP port on 127.0.0.1; 0 lets the system choose. */
  readonly port: number
  /** A dump of an empty cluster: saves the two seconds that creating one takes. */
  readonly cluster?: Blob
}

/** Far above nine instances twice over: a client beyond the limit would be turned away. */
const maxConnections = 100

/**
 * Starts the database with schema and demo data.
 *
 * All clients share one Postgres session, in turns of a transaction. Hence the role is set on the
 * session after seeding (a server of its own would do that by login), and clients must ask everything
 * inside explicit transactions: between them, statements of different clients may interleave.
 */
export async function openDatabase(options: DatabaseOptions): Promise<EmbeddedDatabase> {
  const { cluster } = options
  const engine = await (cluster ? PGlite.create({ loadDataDir: cluster }) : PGlite.create())
  await engine.exec(await readFile(new URL('./schema.sql', import.meta.url), 'utf8'))
  await engine.exec(seedStatements())
  await engine.exec('set session authorization tenant_app')
  const server = new PGLiteSocketServer({ db: engine, port: options.port, maxConnections })
  await server.start()
  const port = Number(server.getServerConn().split(':').at(-1))
  return {
    url: `postgres://tenant_app@127.0.0.1:${port}/postgres`,
    port,
    administer: (statements) => administer(engine, statements),
    query: async (statement) => (await engine.query<Record<string, unknown>>(statement)).rows,
    close: async () => {
      await server.stop()
      await engine.close()
    },
  }
}

async function administer(engine: PGlite, statements: string): Promise<Record<string, unknown>[]> {
  // The engine takes no RESET here: its session remembers no other user.
  await engine.exec('set session authorization postgres')
  try {
    const results = await engine.exec(statements)
    return results.at(-1)?.rows ?? []
  } finally {
    await engine.exec('set session authorization tenant_app')
  }
}
