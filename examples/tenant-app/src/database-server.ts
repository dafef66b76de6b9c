import { openDatabase } from './embedded-database.ts'

/**
 * The database that all instances share. Prints one JSON line `{"event":"ready","port":…,"url":…}` on
 * stdout once clients may connect, and ends on SIGTERM or SIGINT. `DATABASE_PORT` fixes the port.
 */
const database = await openDatabase({ port: Number(process.env['DATABASE_PORT'] ?? 0) })
process.stdout.write(
  `${JSON.stringify({ event: 'ready', port: database.port, url: database.url })}\n`,
)

let closing = false
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.on(signal, () => {
    if (closing) return
    closing = true
    void database.close().finally(() => process.exit(0))
  })
}
