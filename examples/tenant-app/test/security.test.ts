import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readSettings } from '../src/settings.ts'
import { probeAnswers } from './answer-probes.ts'
import { probeAuthentication, probeRoles } from './authentication-probes.ts'
import { probeBodies } from './body-probes.ts'
import { probeInjection } from './injection-probes.ts'
import { type RunningService, startService } from './running-service.ts'

let service: RunningService
beforeAll(async () => {
  service = await startService()
})
afterAll(() => service?.stop())

const running = () => service

describe('authentication', () => probeAuthentication(running))
describe('roles', () => probeRoles(running))
describe('SQL injection', () => probeInjection(running))
describe('bodies', () => probeBodies(running))
describe('answers', () => probeAnswers(running))

describe('settings', () => {
  const good = { APP_ENV: 'production', PORT: '0', DATABASE_URL: 'postgres://a:secret@h/d' }

  it('good settings are taken', () => {
    expect(readSettings(good)).toMatchObject({ environment: 'production', port: 0 })
  })

  it.each([
    { ...good, APP_ENV: 'prod' },
    { ...good, PORT: '65536' },
    { ...good, PORT: '80; id' },
    { ...good, DATABASE_URL: 'mysql://a:secret@h/d' },
    { ...good, DATABASE_URL: '' },
  ])('refused without repeating a secret: "$APP_ENV", "$PORT", "$DATABASE_URL"', (settings) => {
    expect(() => readSettings(settings)).toThrow(
      /^(APP_ENV|PORT|DATABASE_URL) must be (?!.*secret)/,
    )
  })
})
