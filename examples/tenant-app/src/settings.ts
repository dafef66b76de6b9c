/** Where this instance runs. */
type Environment = 'development' | 'test' | 'production'

/** Everything an instance is told from outside. */
export interface Settings {
  readonly environment: Environment
  /** 0 lets the system choose. */
  readonly port: number
  readonly host: string
  readonly databaseUrl: string
  /** BCP 47 tag that amounts are written in. */
  readonly locale: string
}

/** A setting that cannot be used; the message names it and says what would do. */
export class SettingsError extends Error {}

const environments: readonly Environment[] = ['development', 'test', 'production']

/**
 * Reads the settings from environment variables.
 *
 * @throws SettingsError when one is missing or out of range.
 */
export function readSettings(variables: Readonly<Record<string, string | undefined>>): Settings {
  const environment = readEnvironment(variables['APP_ENV'] ?? 'development')
  return {
    environment,
    port: readPort(variables['PORT'] ?? '8080'),
    host: variables['HOST'] ?? '127.0.0.1',
    databaseUrl: readDatabaseUrl(variables['DATABASE_URL']),
    locale: 'en-IE',
  }
}

function readEnvironment(text: string): Environment {
  const known = environments.find((environment) => environment === text)
  if (known) return known
  throw new SettingsError(`APP_ENV must be one of ${environments.join(', ')}`)
}

function readPort(text: string): number {
  const port = Number(text)
  if (/^\d{1,5}$/.test(text) && port <= 65_535) return port
  throw new SettingsError('PORT must be a number between 0 and 65535')
}

function readDatabaseUrl(text: string | undefined): string {
  if (text && URL.canParse(text) && /^postgres(ql)?:$/.test(new URL(text).protocol)) return text
  throw new SettingsError(
    'DATABASE_URL must be a URL like postgres://tenant_app@127.0.0.1:5432/postgres',
  )
}
