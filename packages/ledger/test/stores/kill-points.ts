import childProcess, { type ChildProcess, type IOType, type SpawnOptions } from 'node:child_process'
import { writeSync } from 'node:fs'
import files, { type FileHandle } from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'
import { Socket } from 'node:net'
import { basename } from 'node:path'
import { tmpdir } from 'node:os'

/** Names a step by its kind. @returns whether it is the one that the process dies at */
type Step = (kind: string) => boolean
type Method = (this: unknown, ...args: unknown[]) => unknown

/** The n-th step of a kind, counted from 1. */
export interface KillPoint {
  readonly kind: string
  readonly nth: number
}

/**
 * Tells each new kind of step of this process that the world can see, and dies outright instead of one
 * of them: what is sent to a server or a child, the start of a child and its answer, and whatever
 * changes a disk. A write is two: before it, and in the middle.
 *
 * Steps are counted by kind. Their number in a row says nothing: what an entry is called decides how
 * many folders it needs, and a sweep over such numbers passes over some steps by chance.
 */
export async function killAtStep(point: KillPoint): Promise<void> {
  const counts = new Map<string, number>()
  const isAt: Step = (kind) => {
    const count = (counts.get(kind) ?? 0) + 1
    counts.set(kind, count)
    if (count === 1) writeSync(1, `${MEETS}${kind}\n`)
    return kind === point.kind && count === point.nth
  }
  const step = (kind: string) => {
    if (isAt(kind)) die(kind)
  }
  countSent(step)
  countChildren(step)
  await countOnDisk(step, isAt)
  // What others import by name is these from now on.
  syncBuiltinESMExports()
}

/** What a process says before it dies, and when it meets a kind of step for the first time. */
export const DIES = 'dies before '
export const MEETS = 'meets '

function die(kind: string): void {
  writeSync(1, `${DIES}${kind}\n`)
  process.kill(process.pid, 'SIGKILL')
}

type Act = (kind: string) => void

function countSent(step: Act): void {
  for (const name of ['_write', '_writev', '_final']) {
    before(Socket.prototype, name, () => step('what is sent'))
  }
}

type Piped = Omit<SpawnOptions, 'stdio'> & { readonly stdio: readonly IOType[] }

function countChildren(step: Act): void {
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

const HALF = 'the second half of a write'
const GIT_COMMAND = /^(fetch|index-pack|ls-remote|push|unpack-objects|update-ref)$/

/** What `node:fs/promises` does to names and folders, and what an open file does to its bytes. */
async function countOnDisk(step: Act, isAt: Step): Promise<void> {
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
      if (isAt(HALF)) {
        if (!(bytes instanceof Uint8Array)) throw new TypeError('only bytes are written by half')
        await Reflect.apply(whole, this, [bytes.subarray(0, bytes.byteLength / 2)])
        die(HALF)
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
