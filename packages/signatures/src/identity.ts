const IDENTITY = /^(?:[^<>]* )?<([^<>]*)> (?:0|[1-9][0-9]{0,13}) [+-][0-9]{4}$/
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** The email of `NAME <EMAIL> SECONDS ZONE`, as author, committer and tagger are written. */
export const emailIn = (line: string): string | undefined => IDENTITY.exec(line)?.[1]

/** Bytes given as latin1, read as UTF-8; undefined when they are none. */
export function utf8(latin1: string): string | undefined {
  try {
    return decoder.decode(Buffer.from(latin1, 'latin1'))
  } catch {
    return undefined
  }
}
