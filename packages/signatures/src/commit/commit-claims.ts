/** What a commit says of itself, for people to recognise it by. Never used to judge. */
export interface CommitClaims {
  /** First line of the message, shortened. */
  readonly subject: string
  /** Committer's email; empty when there is none to be found. */
  readonly committer: string
}

const SHOWN = 512
const MAX_HEADERS = 64 * 1024
const LINE_FEED = 0x0a

/**
 * Reads leniently: it must have something to show even of a commit that is refused. Only the bytes
 * shown are decoded: a substring would keep the whole commit alive for as long as the judgement.
 */
export function claimsOf(bytes: Buffer): CommitClaims {
  const blank = bytes.indexOf('\n\n')
  const end = blank < 0 ? bytes.length : blank
  return {
    subject: blank < 0 ? '' : subjectIn(bytes.subarray(blank)),
    committer: committerIn(bytes.subarray(0, Math.min(end, MAX_HEADERS))),
  }
}

function subjectIn(message: Buffer): string {
  const start = message.findIndex((byte) => byte !== LINE_FEED && byte !== 0x20)
  if (start < 0) return ''
  const stop = message.indexOf(LINE_FEED, start)
  const length = Math.min(stop < 0 ? message.length - start : stop - start, SHOWN)
  return message.toString('utf8', start, start + length)
}

function committerIn(headers: Buffer): string {
  const start = headers.indexOf('\ncommitter ')
  if (start < 0) return ''
  const stop = headers.indexOf(LINE_FEED, start + 1)
  const line = headers.subarray(start, stop < 0 ? headers.length : stop)
  const [open, close] = [line.indexOf('<'), line.indexOf('>')]
  return open < 0 || close < open
    ? ''
    : line.toString('utf8', open + 1, Math.min(close, open + SHOWN))
}
