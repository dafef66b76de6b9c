import { chown, mkdir, readdir } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { freePort, runTool, startEngine, stopEngine, untilReady } from './engine.ts'

const DEBIAN = '/usr/lib/postgresql'
const SQL = fileURLToPath(new URL('../../sql/postgres.sql', import.meta.url))
const NOBODY = 65_534

export const postgresIsAbsent =
  process.env['BULKHEAD_REQUIRE_ENGINES'] !== '1' && !existsSync(DEBIAN)

/** PostgreSQL with the shipped tables, and a login that is a writer of ledgers and nothing else. */
export async function startPostgres(home: string) {
  const version = (await readdir(DEBIAN)).sort().at(-1) ?? ''
  const bin = (name: string) => join(DEBIAN, version, 'bin', name)
  // It refuses to run as root.
  const uid = process.getuid?.() === 0 ? NOBODY : undefined
  const data = join(home, 'data')
  await mkdir(data, { mode: 0o700 })
  if (uid !== undefined) for (const path of [home, data]) await chown(path, uid, uid)
  const as = uid === undefined ? {} : { uid }
  runTool([bin('initdb'), '-D', data, '-U', 'owner', '-A', 'trust', '--no-sync'], as)
  const port = await freePort()
  const settings = [
    'listen_addresses=127.0.0.1',
    `unix_socket_directories=${home}`,
    'fsync=off',
    'max_connections=200',
  ]
  const child = startEngine({
    argv: [
      bin('postgres'),
      '-D',
      data,
      '-p',
      String(port),
      ...settings.flatMap((set) => ['-c', set]),
    ],
    cwd: home,
    log: join(home, 'postgres.log'),
    ...as,
  })
  const ask = (...args: readonly string[]) =>
    runTool([
      bin('psql'),
      '-X',
      '-q',
      '-v',
      'ON_ERROR_STOP=1',
      '-h',
      '127.0.0.1',
      '-p',
      String(port),
      '-U',
      'owner',
      '-d',
      'postgres',
      ...args,
    ])
  await untilReady('PostgreSQL', [child], () => {
    ask('-c', 'SELECT 1')
    return true
  })
  ask('-f', SQL)
  ask('-c', 'CREATE ROLE deployer LOGIN; GRANT bulkhead_ledger_writer TO deployer')
  return {
    port,
    url: `postgres://127.0.0.1:${port}/postgres`,
    /** Runs SQL as the owner of the database. */
    asOwner: (sql: string) => ask('-t', '-A', '-c', sql),
    /** Another database, whose tables lie in a folder. @returns its URL */
    databaseIn(folder: string): string {
      ask('-c', `CREATE TABLESPACE elsewhere LOCATION '${folder}'`)
      ask('-c', 'CREATE DATABASE elsewhere')
      ask('-d', 'elsewhere', '-c', 'SET default_tablespace = elsewhere', '-f', SQL)
      return `postgres://127.0.0.1:${port}/elsewhere`
    },
    /** Who it runs as, where that is not who we are. */
    uid,
    env: { PGUSER: 'deployer' },
    // Quick: open connections are cut.
    [Symbol.asyncDispose]: () => stopEngine(child, 'SIGINT'),
  }
}
