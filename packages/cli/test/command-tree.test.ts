import type { Command } from 'commander'
import { describe, expect, it } from 'vitest'
import { ExitCode } from '@bulkhead/vocabulary'
import { commandsFor } from '../src/commands/index.ts'
import { buildProgram } from '../src/program.ts'

const program = buildProgram(
  {
    console: {
      colour: false,
      out: () => undefined,
      err: () => undefined,
      write: () => undefined,
      drained: async () => undefined,
    },
    signal: new AbortController().signal,
    onlyReads: () => undefined,
    interactive: false,
    exitCode: ExitCode.OurBug,
  },
  await commandsFor(['help']),
)

/** Every command with the words that lead to it. */
function walk(command: Command, path: readonly string[] = []): [string, Command][] {
  const below = command.commands.flatMap((child) => walk(child, [...path, child.name()]))
  return [[path.join(' '), command], ...below]
}

function helpOf(command: Command): string {
  let text = ''
  command.configureOutput({ writeOut: (part) => (text += part) })
  command.outputHelp()
  return text
}

describe.each(walk(program))('the help of `bulkhead %s`', (path, command) => {
  const help = helpOf(command)
  const [, example = ''] = /\nExample:\n {2}\$ .*?bulkhead (.*)/.exec(help) ?? []

  it('says what it does and has an example of it', () => {
    expect(command.description()).toMatch(/\S/)
    expect(example).toMatch(/\S/)
    expect(example.startsWith(path), `${example} is no example of ${path}`).toBe(true)
  })

  it('gives an example that the command line takes', () => {
    const words = example
      .replace(/[<)].*$/, '')
      .trim()
      .split(' ')
    let at = program
    for (const word of words.filter((one) => !one.startsWith('-')))
      at = at.commands.find((child) => child.name() === word) ?? at
    expect(at.commands).toEqual([])
    for (const word of words.filter((one) => one.startsWith('--')))
      expect(at.options.map((option) => option.long)).toContain(word)
  })

  it('offers --json wherever there is an answer', () => {
    const options = command.options.map((option) => option.long)
    const answers = command.commands.length === 0 && path !== 'completion'
    expect(options.includes('--json')).toBe(answers)
  })
})
