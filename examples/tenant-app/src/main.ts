import { once } from 'node:events'
import { connect, refuseMightyRole } from './database.ts'
import { createService } from './server.ts'
import { SettingsError, readSettings } from './settings.ts'

/** Put in place by the build. */
declare const BUILD_COMMIT: string | undefined

const build = typeof BUILD_COMMIT === 'string' ? BUILD_COMMIT : 'development'
const drainMilliseconds = 10_000

function complain(line: string): void {
  process.stderr.write(`${line}\n`)
}

async function start(): Promise<void> {
  const settings = readSettings(process.env)
  const pool = connect(settings.databaseUrl)
  await refuseMightyRole(pool)
  const server = createService({ settings, pool, build, log: complain })
  server.listen(settings.port, settings.host)
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : undefined
  process.stdout.write(`${JSON.stringify({ event: 'listening', port, build })}\n`)

  // New connections are refused from here on; requests under way are answered first.
  const stop = (): void => {
    setTimeout(() => process.exit(1), drainMilliseconds).unref()
    server.close(() => void pool.end({ timeout: 1 }).finally(() => process.exit(0)))
  }
  process.once('SIGTERM', stop)
  process.once('SIGINT', stop)
}

try {
  await start()
} catch (error) {
  complain(`tenant-app: ${error instanceof Error ? error.message || error.name : 'did not start'}`)
  process.exit(error instanceof SettingsError ? 2 : 3)
}
