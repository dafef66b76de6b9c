import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect } from 'vitest'
import { type TemporaryDirectory, temporaryDirectory } from '@bulkhead/testkit'
import { type Answer, answerOf } from './answers.ts'
import { type CommandLine, type Ended, installBulkhead, processesOf } from './command-line.ts'
import { type TinyProject, adopt, copyOf, freePort, makeTinyProject } from './tiny-project.ts'

/** A project in which everything is right, for a file of tests that each spoil one thing of a copy. */
export class Spoiling {
  #home: TemporaryDirectory | undefined
  #sound: TinyProject | undefined
  #bulkhead: CommandLine | undefined
  #copies = 0
  /** Of the fleet, free. */
  port = 0

  /** To be called in a `describe`: prepares before its tests and sees that none leaves a process. */
  constructor() {
    beforeAll(async () => {
      this.#home = await temporaryDirectory()
      this.#bulkhead = await installBulkhead(join(this.home, 'bin'))
      this.port = await freePort()
      this.#sound = await makeTinyProject(join(this.home, 'sound'))
      await adopt(this.#sound, { port: this.port })
    })
    afterEach(async () => expect(await processesOf(this.home)).toEqual([]))
    afterAll(async () => await this.#home?.[Symbol.asyncDispose]())
  }

  /** A folder around all projects, which is no repository. */
  get home(): string {
    return prepared(this.#home).path
  }

  get sound(): TinyProject {
    return prepared(this.#sound)
  }

  get bulkhead(): CommandLine {
    return prepared(this.#bulkhead)
  }

  copy(): Promise<TinyProject> {
    return copyOf(this.sound, join(this.home, `copy ${(this.#copies += 1)}`))
  }

  /** Runs a command twice at once, for a person and with `--json`; both must say the same. */
  async meet(cwd: string, args: readonly string[], code: number): Promise<Answer> {
    const [text, ended] = await Promise.all([
      this.bulkhead.run(cwd, args),
      this.bulkhead.run(cwd, [...args, '--json']),
    ])
    const answer = answerOf(ended)
    expect(answer.exitCode, text.printed).toBe(code)
    expect(answer.findings.length).toBeGreaterThan(0)
    expectText(text, answer)
    return answer
  }
}

function expectText(text: Ended, { exitCode, findings }: Answer): void {
  expect(text.code).toBe(exitCode)
  expect(text.printed).not.toMatch(/\n\s+at .*:\d+:\d+/)
  for (const { code } of findings) expect(text.printed).toContain(`✗ ${code}  `)
  expect(text.printed).toContain('\n  → ')
}

function prepared<Part>(part: Part | undefined): Part {
  if (part === undefined) throw new TypeError('asked for before it was prepared')
  return part
}
