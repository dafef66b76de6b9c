import { type Reading, read, refuse } from '../refusal.ts'

/** One header of a commit. `start` and `end` are byte offsets of the whole header with its line feeds. */
export interface CommitHeader {
  readonly name: string
  /** Lines of the value; continuation lines without the one space that marks them. */
  readonly lines: readonly string[]
  readonly start: number
  readonly end: number
}

const NAME = /^[!-~]+$/
const SINGLE_LINE = new Set(['tree', 'parent', 'author', 'committer'])

/**
 * Splits the header part (all up to the blank line, with its last line feed, as latin1) into headers.
 * A line that begins with a space continues the header before it.
 */
export function splitHeaders(text: string): Reading<readonly CommitHeader[]> {
  const headers: (CommitHeader & { lines: string[]; end: number })[] = []
  for (let start = 0; start < text.length;) {
    const stop = text.indexOf('\n', start)
    const line = text.slice(start, stop)
    const last = headers.at(-1)
    if (line.startsWith(' ')) {
      if (last === undefined || SINGLE_LINE.has(last.name)) return malformed('a stray continuation')
      last.lines.push(line.slice(1))
      last.end = stop + 1
    } else {
      const space = line.indexOf(' ')
      const name = line.slice(0, Math.max(space, 0))
      if (!NAME.test(name)) return malformed('a header line without name and value')
      headers.push({ name, lines: [line.slice(space + 1)], start, end: stop + 1 })
    }
    start = stop + 1
  }
  return read(headers)
}

const malformed = (what: string) => refuse('git/malformed-object', `the commit has ${what}`)
