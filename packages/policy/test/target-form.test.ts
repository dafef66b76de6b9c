import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parsePolicy } from '../src/index.ts'
import { exampleWith } from './example-policy.ts'

const example = exampleWith()
/** The target of the example, with its lines. */
const [LOCAL = ''] = /^ {4}target:\n(?: {6}.*\n)+/m.exec(example) ?? []

const withTarget = (target: string, regions = '{ a: 3, b: 3, c: 3 }') =>
  example
    .replace(LOCAL, () => `    target: ${target}\n`)
    .replace(/^ {6}local: \{.*\}/m, () => `      local: ${regions}`)

const messages = (text: string) => {
  const parsed = parsePolicy(text)
  return parsed.ok ? [] : parsed.findings.map((finding) => finding.message)
}

const HAPROXY =
  '{ kind: haproxy, proxies: { local: [/run/h.sock] }, backend: app, replace: [ssh, "{address}", go, "{commit}"], timeout: 2m, health: { path: /health, build-field: build, interval: 250ms, deadline: 30s }, drain: 30s }'
const EXEC = '{ kind: exec, command: [/opt/driver], timeout: 15m }'

describe('a target', () => {
  it('of each kind is read, with what may be left out', () => {
    const read = (text: string) => {
      const parsed = parsePolicy(withTarget(text))
      if (!parsed.ok) throw new Error(JSON.stringify(parsed.findings))
      return parsed.policy.environments['production']?.target
    }
    expect(read(HAPROXY)).toMatchObject({
      kind: 'haproxy',
      server: '{region}-{zone}-{number}',
      slowStart: 0,
      env: {},
    })
    expect(read(EXEC)).toEqual({
      kind: 'exec',
      command: ['/opt/driver'],
      env: {},
      timeout: 900_000,
    })
  })

  it('as the documents show it is right', () => {
    const docs = readFileSync(new URL('../../../docs/targets.md', import.meta.url), 'utf8')
    const shown = [...docs.matchAll(/^```yml\ntarget:\n(.*?)^```$/gms)].map(([, text = '']) => text)
    expect(shown).toHaveLength(2)
    for (const text of shown) {
      const target = `\n${text.replace(/^ {2}/gm, '      ').trimEnd()}`
      expect(messages(withTarget(target).replaceAll('eu:', 'local:'))).toEqual([])
    }
  })

  it.each([
    ['a key of another kind', EXEC.replace('timeout', 'drain: 1s, timeout'), 'unknown key `drain`'],
    ['a slip in a key', HAPROXY.replace('backend', 'backed'), 'did you mean `backend`?'],
    ['a kind that there is not', EXEC.replace('exec', 'ecs'), 'want local or haproxy or exec'],
    ['a missing key', EXEC.replace(', timeout: 15m', ''), 'the key `timeout` is missing'],
    ['a wrong value', HAPROXY.replace('/run/h.sock', 'h sock'), "HAProxy's runtime API"],
    [
      'a program of the work tree',
      EXEC.replace('/opt/driver', './driver'),
      'depends on where it is run',
    ],
    ['a command for every release', HAPROXY.replace('{commit}', 'x'), 'never names `{artifact}`'],
    ['proxies of another region', HAPROXY.replace('local:', 'eu:'), 'names no proxy of local'],
    [
      'one server for a zone',
      HAPROXY.replace('backend', 'server: "{zone}", backend'),
      'the same server',
    ],
    [
      'one spare server for a zone',
      HAPROXY.replace('backend', 'spare: { server: "{zone}-spare", retire: [stop] }, backend'),
      'gives several spare servers one name',
    ],
    [
      'spare servers that are units',
      HAPROXY.replace(
        'backend',
        'server: "{zone}-{number}", spare: { server: "{zone}-{number}", retire: [stop] }, backend',
      ),
      "or a unit's",
    ],
    [
      'a way to retire out of the work tree',
      HAPROXY.replace(
        'backend',
        'spare: { server: "{zone}-spare-{number}", retire: [./stop] }, backend',
      ),
      'depends on where it is run',
    ],
    [
      'an order that would be two',
      HAPROXY.replace('backend: app', 'backend: "a;b"'),
      'name of a backend',
    ],
    ['an interval beyond the deadline', HAPROXY.replace('250ms', '31s'), 'must not be longer than'],
  ])('with %s is refused, and says so', (_, target, said) => {
    const found = messages(withTarget(target))
    expect(found.join('\n')).toContain(said)
  })

  it.each([
    ['never names its region', '[keep, "{token}"]', true],
    ['names it', '[keep, "{region}", "{token}"]', false],
  ])(
    'of two regions whose fence %s: one newest token would shut the other region out',
    (_, fence, refused) => {
      const target = HAPROXY.replace('backend', `fence: ${fence}, backend`)
      const two = withTarget(target)
        .replace('local: [/run/h.sock]', 'local: [/run/h.sock], eu: [/run/e.sock]')
        .replace(/^ {6}local: \{.*\}$/m, (line) => `${line}\n      eu: { a: 3, b: 3, c: 3 }`)
      const said = messages(two).filter((text) => text.includes('never names `{region}`'))
      expect(said).toHaveLength(refused ? 1 : 0)
      expect(messages(withTarget(target))).toEqual([])
    },
  )

  it('may name servers by zone alone where a zone has one unit', () => {
    const target = HAPROXY.replace('backend', 'server: "{zone}", backend')
    expect(
      messages(withTarget(target, '{ a: 1, b: 1, c: 1 }')).filter((text) =>
        text.includes('server'),
      ),
    ).toEqual([])
  })
})
