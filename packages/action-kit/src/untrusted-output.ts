import { logLine } from './commands.ts'

/** A line longer than this is written in parts: a child that never ends its line must not fill memory. */
const MAX_LINE = 8_192

/** Takes the output of a child as it comes, and passes it on in lines. */
export interface UntrustedOutput {
  write(chunk: Uint8Array): void
  /** Passes on a last line that had no end. */
  end(): void
}

/**
 * Shows what a child prints without letting it speak to the runner: tests are written by those who
 * are judged. Line ends are those of the runner's own reader: LF, CR LF and CR alone.
 */
export function untrustedOutput(writeLine: (line: string) => void): UntrustedOutput {
  const decoder = new TextDecoder()
  let pending = ''
  const take = (text: string) => {
    const lines = (pending + text).split(/\r\n|\n|\r(?!$)/)
    pending = lines.pop() ?? ''
    for (const line of lines) passOn(line)
    while (pending.length > MAX_LINE) {
      passOn(pending.slice(0, MAX_LINE))
      pending = pending.slice(MAX_LINE)
    }
  }
  const passOn = (line: string) => writeLine(logLine(line, MAX_LINE))
  return {
    write: (chunk) => take(decoder.decode(chunk, { stream: true })),
    end() {
      take(decoder.decode())
      if (pending !== '') passOn(pending.replace(/\r$/, ''))
      pending = ''
    },
  }
}
