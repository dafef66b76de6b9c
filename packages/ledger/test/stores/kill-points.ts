import childProcess, { type ChildProcess, type IOType, type SpawnOptions } from 'node:child_process'
import { writeSync } from 'node:fs'
import files, { type FileHandle } from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'
import { Socket } from 'node:net'
import { basename } from 'node:path'
import { tmpdir } from 'node:os'

/** Names the step that the process dies before. The sweep asks that each kind of step was met. */
type Step = (name: string) => void
type Method = (this: unknown, ...args: unknown[]) => unknown

/**
 * Counts every step of this process that the world can see, and dies outright instead of the n-th: what
 * is sent to a server or a child, the start of a child and its answer, and whatever changes a disk. A
 * write counts twice: before it, and in the middle.
 */
export async function killAtStep(last: number): Promise<void> {
  let count = 0
  const isLast = () => {
    count += 1
    return count === last
  }
  const step: Step = (name) => {
    if (isLast()) die(name)
  }
  countSent(step)
  countChildren(step)
  await countOnDisk(step, isLast)
  // What others import by name is these from now on.
  syncBuiltinESMExports()
}

function die(name: string): void {
  writeSync(1, `dies before ${name}\n`)
  process.kill(process.pid, 'SIGKILL')
}

function countSent(step: Step): void {
  for (const name of ['_write', '_writev', '_final']) {
    before(Socket.prototype, name, () => step('what is sent'))
  }
}

type Piped = Omit<SpawnOptions, 'stdio'> & { readonly stdio: readonly IOType[] }

function countChildren(step: Step): void {
  const { spawn } = childProcess
  const counted = (command: string, args: readonly string[], options: Piped): ChildProcess => {
    const what = [basename(command), ...args.filter((word) => GIT_COMMAND.test(word))].join(' ')
    step(what)
    // It outlives us, and holds our output open until its end: so whoever reads that waits for it too.
    const child = spawn(command, args, { ...options, stdio: [...options.stdio, 1] })
    // Before anybody else is told.
    child.once('close', () => step(`the answer of ${what}`))
    return child
  }
  Reflect.set(childProcess, 'spawn', counted)
}

const GIT_COMMAND = /^(fetch|index-pack|ls-remote|push|unpack-objects|update-ref)$/

/** What `node:fs/promises` does to names and folders, and what an open file does to its bytes. */
async function countOnDisk(step: Step, isLast: () => boolean): Promise<void> {
  const handle = await prototypeOfHandles()
  for (const name of ['appendFile', 'chmod', 'link', 'mkdir', 'open', 'rename', 'rm', 'unlink']) {
    before(files, name, () => step(name))
  }
  for (const name of ['chmod', 'datasync', 'sync', 'truncate']) {
    before(handle, name, () => step(name))
  }
  for (const name of ['write', 'writeFile']) {
    const whole = methodOf(handle, name)
    Reflect.set(handle, name, async function (this: FileHandle, ...args: unknown[]) {
      step('a write')
      const [bytes] = args
      if (isLast()) {
        if (!(bytes instanceof Uint8Array)) throw new TypeError('only bytes are written by half')
        await Reflect.apply(whole, this, [bytes.subarray(0, bytes.byteLength / 2)])
        die('the second half of a write')
      }
      return Reflect.apply(whole, this, args)
    })
  }
}

async function prototypeOfHandles(): Promise<object> {
  await using handle = await files.open(tmpdir(), 'r')
  const prototype: unknown = Object.getPrototypeOf(handle)
  if (typeof prototype !== 'object' || prototype === null) throw new TypeError('no FileHandle')
  return prototype
}

function before(owner: object, name: string, act: () => void): void {
  const original = methodOf(owner, name)
  Reflect.set(owner, name, function (this: unknown, ...args: unknown[]) {
    act()
    return Reflect.apply(original, this, args)
  })
}

function methodOf(owner: object, name: string): Method {
  const method: unknown = Reflect.get(owner, name)
  if (typeof method !== 'function') throw new TypeError(`there is no ${name} to count`)
  return method as Method
}
