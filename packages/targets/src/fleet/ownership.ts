import { randomBytes } from 'node:crypto'
import { link, rename, rm, writeFile } from 'node:fs/promises'
import { WorldError } from '@bulkhead/vocabulary'
import * as v from 'valibot'
import { alreadyUp } from '../refusals.ts'
import { readIfPresent } from './durable-file.ts'
import { processIdentity } from './process-identity.ts'
import type { StateDirectory } from './state-directory.ts'

const record = v.pipe(
  v.string(),
  v.parseJson(),
  v.strictObject({
    pid: v.pipe(v.number(), v.safeInteger(), v.minValue(1)),
    identity: v.nullable(v.string()),
    nonce: v.string(),
  }),
)

export interface Ownership {
  readonly release: () => Promise<void>
}

/** A process and what tells it from a later one with its pid. */
export type Owner = Pick<v.InferOutput<typeof record>, 'pid' | 'identity'>

/**
 * Makes this process the one supervisor of a state directory. A dead owner's claim is moved aside
 * first; whoever moves a claim and finds that it was a newer one puts it back and loses.
 *
 * @throws WorldError when another supervisor lives.
 */
export async function takeOwnership(state: StateDirectory): Promise<Ownership> {
  const identity = await processIdentity(process.pid)
  const claim = JSON.stringify({
    pid: process.pid,
    identity,
    nonce: randomBytes(8).toString('hex'),
  })
  for (let attempt = 0; attempt < 3; attempt++) {
    if (await writeNew(state.owner, claim)) return { release: () => giveUp(state, claim) }
    await clearDeadClaim(state)
  }
  throw new WorldError(alreadyUp(state.path))
}

/** The living supervisor, undefined when there is none. */
export async function livingOwner(state: StateDirectory): Promise<Owner | undefined> {
  const text = await readIfPresent(state.owner)
  const parsed = v.safeParse(record, text)
  return parsed.success && (await isAlive(parsed.output)) ? parsed.output : undefined
}

/** Where no start time is to be had, a pid that exists counts as alive: refusing is the safe side. */
export async function isAlive({ pid, identity }: Owner): Promise<boolean> {
  return identity === null ? answersSignals(pid) : (await processIdentity(pid)) === identity
}

async function clearDeadClaim(state: StateDirectory): Promise<void> {
  const judged = await readIfPresent(state.owner)
  if (judged === undefined) return
  const parsed = v.safeParse(record, judged)
  if (parsed.success && (await isAlive(parsed.output))) throw new WorldError(alreadyUp(state.path))
  const aside = `${state.owner}.${randomBytes(6).toString('hex')}`
  try {
    await rename(state.owner, aside)
    if ((await readIfPresent(aside)) !== judged) await link(aside, state.owner)
  } catch {
    // Another starter was quicker; the next attempt judges what is there then.
  } finally {
    await rm(aside, { force: true })
  }
}

function answersSignals(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

async function giveUp(state: StateDirectory, claim: string): Promise<void> {
  if ((await readIfPresent(state.owner)) === claim) await rm(state.owner, { force: true })
}

/** Creates the file with its text in one step: nobody may read a claim that is half written. */
async function writeNew(path: string, text: string): Promise<boolean> {
  const temporary = `${path}.${randomBytes(6).toString('hex')}`
  await writeFile(temporary, text, { flag: 'wx', mode: 0o600 })
  try {
    await link(temporary, path)
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  } finally {
    await rm(temporary, { force: true })
  }
}
