import { ExitCode, WorldError } from '@bulkhead/vocabulary'
import { describe, expect, it } from 'vitest'
import { runCommand } from '../src/run-command.ts'

const HOSTILE = '\u001b[2J\u009b1m\u202ex'
const UNSAFE = /[^\P{C}\n]|[\p{Zl}\p{Zp}]/u

const finding = {
  code: 'ledger/append-failed',
  subject: HOSTILE,
  message: HOSTILE,
  remedy: HOSTILE,
} as const

describe.each([true, false])('a command that fails, with JSON: %s', (json) => {
  it.each([
    ['the world', new WorldError(finding, { cause: new Error(HOSTILE) }), ExitCode.WorldFailed],
    ['we ourselves', new Error(`${HOSTILE}\nat a line of its own`), ExitCode.OurBug],
  ])('prints nothing that a terminal obeys: %s', async (_, error, code) => {
    let printed = ''
    const out = (line: string) => void (printed += `${line}\n`)
    const colour = { out: false, err: false }
    const console = { colour, out, err: out, write: out, drained: () => Promise.resolve() }
    const work = () => Promise.reject(error)
    expect(await runCommand(work, { command: 'x', json, console })).toBe(code)
    expect(printed).not.toMatch(UNSAFE)
    expect(printed).toMatch(/\\u\{1b\}|\\u001b/)
  })
})
