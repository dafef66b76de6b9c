import { randomBytes } from 'node:crypto'
import { readIfPresent, writeDurably } from './durable-file.ts'
import type { StateDirectory } from './state-directory.ts'

/** Name of the variable by which a process is known to be of a fleet. No secret. */
export const MARK_VARIABLE = 'BULKHEAD_FLEET'

const MARK = /^[0-9a-f]{32}\n$/

/** The fleet's mark as `NAME=value`, undefined when it never had units. */
export async function environmentMark(state: StateDirectory): Promise<string | undefined> {
  const text = await readIfPresent(state.mark)
  return text !== undefined && MARK.test(text) ? `${MARK_VARIABLE}=${text.trim()}` : undefined
}

/** The value of the mark, made and kept at the first start. It is on disk before any unit runs. */
export async function ensureMark(state: StateDirectory): Promise<string> {
  const present = await environmentMark(state)
  if (present !== undefined) return present.slice(MARK_VARIABLE.length + 1)
  const mark = randomBytes(16).toString('hex')
  await writeDurably(state.mark, `${mark}\n`)
  return mark
}
