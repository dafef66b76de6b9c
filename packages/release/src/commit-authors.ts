import type { Workspace } from './workspace.ts'

/**
 * Authors of commits as this repository has them; nothing for a commit that it does not have. The
 * ledger itself holds no names.
 */
export async function authorsOf(
  { repository }: Workspace,
  commits: Iterable<string>,
): Promise<ReadonlyMap<string, string>> {
  const authors = new Map<string, string>()
  for (const commit of new Set(commits)) {
    const object = await repository.readObject(commit).catch(() => undefined)
    const author = object?.type === 'commit' ? authorIn(object.bytes) : undefined
    if (author !== undefined) authors.set(commit, author)
  }
  return authors
}

/** Longer than any name with its address; a commit may hold megabytes. */
const MOST_LETTERS = 500

/**
 * Name and address in a commit object, in the encoding that it states (git-commit, Discussion). What the
 * encoding does not know is shown as U+FFFD: git itself accepts any bytes.
 */
export function authorIn(bytes: Buffer): string | undefined {
  const header = bytes.subarray(0, bytes.indexOf('\n\n')).toString('latin1').split('\n')
  const [, author] = matchIn(header, /^author ([^]*) \d+ [+-]\d{4}$/) ?? []
  const [, encoding = 'utf-8'] = matchIn(header, /^encoding (\S+)$/) ?? []
  if (author === undefined) return undefined
  const text = decoderOf(encoding).decode(Buffer.from(author, 'latin1'))
  return text.length > MOST_LETTERS ? `${text.slice(0, MOST_LETTERS)}…` : text
}

function matchIn(lines: readonly string[], form: RegExp): RegExpExecArray | undefined {
  for (const line of lines) {
    const match = form.exec(line)
    if (match !== null) return match
  }
  return undefined
}

function decoderOf(encoding: string) {
  try {
    return new TextDecoder(encoding)
  } catch {
    return new TextDecoder()
  }
}
