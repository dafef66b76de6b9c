/** What a commit says of itself, for people to recognise it by. Never used to judge. */
export interface CommitClaims {
  /** First line of the message, shortened. */
  readonly subject: string
  /** Committer's email; empty when there is none to be found. */
  readonly committer: string
}

const SHOWN = 512
const COMMITTER = /\ncommitter [^<>\n]*<([^<>\n]*)>/

/** Reads leniently: it must have something to show even of a commit that is refused. */
export function claimsOf(bytes: Buffer): CommitClaims {
  const blank = bytes.indexOf('\n\n')
  const end = blank < 0 ? bytes.length : blank
  const message = blank < 0 ? '' : bytes.toString('utf8', end + 2, end + 2 + SHOWN)
  const headers = bytes.toString('utf8', 0, Math.min(end, 64 * 1024))
  return {
    subject: message.trimStart().split('\n', 1)[0] ?? '',
    committer: COMMITTER.exec(headers)?.[1]?.slice(0, SHOWN) ?? '',
  }
}
