import { assert, property, string } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { InputError } from '@bulkhead/vocabulary'
import { refuseHostileEnvironment } from '../src/hostile-environment.ts'

const refusedIn = (env: Readonly<Record<string, string | undefined>>): readonly string[] => {
  try {
    refuseHostileEnvironment(env)
    return []
  } catch (error) {
    if (error instanceof InputError) return error.findings.map(({ subject }) => subject)
    throw error
  }
}

/** What GitHub's own machines set, by name. */
const OF_THE_RUNNER = [
  'ACTIONS_ID_TOKEN_REQUEST_URL',
  'CI',
  'GITHUB_ENV',
  'GITHUB_TOKEN',
  'HOME',
  'INPUT_GENESIS',
  'LANG',
  'NODE_EXTRA_CA_CERTS',
  'PATH',
  'RUNNER_TEMP',
  'XDG_CONFIG_HOME',
]

describe('an environment', () => {
  it('as the runner makes it is no reason to refuse', () => {
    expect(refusedIn(Object.fromEntries(OF_THE_RUNNER.map((name) => [name, 'x'])))).toEqual([])
  })

  it.each([
    'NODE_OPTIONS',
    'NODE_PATH',
    'NODE_TLS_REJECT_UNAUTHORIZED',
    'GIT_DIR',
    'GIT_SSH_COMMAND',
    'GIT_CONFIG_COUNT',
    'LD_PRELOAD',
    'LD_AUDIT',
    'DYLD_INSERT_LIBRARIES',
    'BASH_ENV',
    'ENV',
    'npm_config_registry',
    'NPM_CONFIG_REGISTRY',
    'http_proxy',
    'HTTPS_PROXY',
    'ALL_PROXY',
    'SSLKEYLOGFILE',
  ])('with %s is refused, and without a value for it is not', (name) => {
    expect(refusedIn({ PATH: '/bin', [name]: 'x' })).toEqual([`variable ${name}`])
    expect(refusedIn({ PATH: '/bin', [name]: '' })).toEqual([])
  })

  it('is refused without a word of what is in it', () => {
    assert(
      property(string({ minLength: 12 }), (secret) => {
        try {
          refuseHostileEnvironment({ GIT_DIR: secret })
        } catch (error) {
          return error instanceof InputError && !JSON.stringify(error.findings).includes(secret)
        }
        return false
      }),
    )
  })
})
