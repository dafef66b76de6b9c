import { spawn } from 'node:child_process'
import { once } from 'node:events'

/** A git that stays, and answers one question after the other: to start one a question is the dear part. */
export interface StandingGit extends AsyncDisposable {
  ask(question: string): Promise<Buffer>
}

/** @param lengthOf how many bytes the first answer has; undefined while it is not whole */
export function standingGit(
  bare: string,
  args: readonly string[],
  lengthOf: (bytes: Buffer) => number | undefined = lengthOfLine,
): StandingGit {
  const child = spawn('git', ['--git-dir', bare, ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { PATH: process.env['PATH'] },
  })
  const waiting: PromiseWithResolvers<Buffer>[] = []
  let bytes = Buffer.alloc(0)
  child.stdout.on('data', (chunk: Buffer) => {
    bytes = Buffer.concat([bytes, chunk])
    for (;;) {
      const length = lengthOf(bytes)
      if (length === undefined) return
      waiting.shift()?.resolve(bytes.subarray(0, length))
      bytes = bytes.subarray(length)
    }
  })
  child.once('close', (code) => {
    for (const { reject } of waiting) reject(new Error(`git ${args.join(' ')} ended: ${code}`))
  })
  child.stdin.on('error', () => undefined)
  return {
    ask(question) {
      const answer = Promise.withResolvers<Buffer>()
      waiting.push(answer)
      child.stdin.write(question)
      return answer.promise
    },
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null || child.signalCode !== null) return
      child.stdin.end()
      await once(child, 'close')
    },
  }
}

function lengthOfLine(bytes: Buffer): number | undefined {
  const end = bytes.indexOf('\n')
  return end < 0 ? undefined : end + 1
}

/** An object as `git cat-file --batch` gives it; null when there is none of that name. */
export interface FoundObject {
  readonly id: string
  readonly type: string
  readonly bytes: Buffer
}

const HEADER = /^([0-9a-f]+) ([a-z]+) ([0-9]+)\n/

function lengthOfObject(bytes: Buffer): number | undefined {
  const line = lengthOfLine(bytes)
  if (line === undefined) return undefined
  const [, , , size] = HEADER.exec(bytes.toString('latin1', 0, line)) ?? []
  if (size === undefined) return line
  const length = line + Number(size) + 1
  return bytes.byteLength < length ? undefined : length
}

/** Reads objects by their names. */
export function objectReader(bare: string) {
  const git = standingGit(bare, ['cat-file', '--batch'], lengthOfObject)
  return {
    async find(name: string): Promise<FoundObject | null> {
      const answer = await git.ask(`${name}\n`)
      const line = lengthOfLine(answer) ?? 0
      const [, id, type] = HEADER.exec(answer.toString('latin1', 0, line)) ?? []
      if (id === undefined || type === undefined) return null
      return { id, type, bytes: answer.subarray(line, -1) }
    },
    [Symbol.asyncDispose]: () => git[Symbol.asyncDispose](),
  }
}
