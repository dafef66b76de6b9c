import { assert, property, stringMatching } from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ActionHost } from '../src/action-host.ts'
import { secretForms } from '../src/secret-forms.ts'
import { guardSecrets } from '../src/secrecy.ts'

/** Ways in which a secret came out of other people's actions, each a text that holds it. */
const LEAKS: Readonly<Record<string, (secret: string) => string>> = {
  raw: (secret) => secret,
  base64: (secret) => Buffer.from(secret).toString('base64'),
  'base64 of basic authentication': (secret) =>
    Buffer.from(`x-access-token:${secret}@`).toString('base64'),
  'base64 twice': (secret) =>
    Buffer.from(Buffer.from(secret).toString('base64')).toString('base64'),
  base64url: (secret) => Buffer.from(secret).toString('base64url'),
  hex: (secret) => Buffer.from(secret).toString('hex'),
  json: (secret) => JSON.stringify({ token: secret }),
  url: (secret) => `https://host/?token=${encodeURIComponent(secret)}`,
  reversed: (secret) => Array.from(secret).toReversed().join(''),
}

/** As tokens are: no blanks, one line. */
const token = stringMatching(/^[A-Za-z0-9_+/=."\\%:~-]{20,60}$/)

function recordingHost(githubActions: string) {
  const shown: string[] = []
  const host: ActionHost = {
    env: { GITHUB_ACTIONS: githubActions },
    writeLine: (line) => void shown.push(line),
    appendFile: async (_, text) => void shown.push(text),
    randomId: () => 'x',
    arm: () => undefined,
    finish: () => undefined,
    cancellation: () => new AbortController().signal,
  }
  return { host, shown }
}

describe('a secret', () => {
  it.each(Object.entries(LEAKS))('does not get out as %s', (_, leak) => {
    assert(
      property(token, (secret) => {
        const { host, shown } = recordingHost('false')
        const guarded = guardSecrets(host)
        guarded.keep(secret)
        guarded.host.writeLine(`before ${leak(secret)} after`)
        const text = shown.join('\n')
        return text.includes('***') && !secretForms(secret).some((form) => text.includes(form))
      }),
    )
  })

  it('is told to the runner in every form, where there is a runner, and to nobody else', () => {
    const secret = 'ghs_canary+/0123456789'
    const [onRunner, elsewhere] = [recordingHost('true'), recordingHost('false')]
    guardSecrets(onRunner.host).keep(secret)
    guardSecrets(elsewhere.host).keep(secret)
    expect(elsewhere.shown).toEqual([])
    expect(onRunner.shown).toContain(`::add-mask::${secret}`)
    expect(onRunner.shown).toContain(`::add-mask::${Buffer.from(secret).toString('hex')}`)
  })

  it('of a few letters hides nothing, for it would hide the log', () => {
    expect(secretForms('abc')).toEqual([])
  })

  it('in a file of keys does not hide the lines that every such file has', () => {
    const pem = '-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIE\n-----END PRIVATE KEY-----\n'
    expect(secretForms(pem)).toContain('MC4CAQAwBQYDK2VwBCIE')
    expect(secretForms(pem)).not.toContain('-----BEGIN PRIVATE KEY-----')
  })
})
