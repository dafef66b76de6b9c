import { type WriteStream, createWriteStream, renameSync, statSync } from 'node:fs'

const MOST_BYTES = 4 * 1024 * 1024

/** A log file that starts anew at 4 MiB and keeps the one before it as `.1`: no unit fills a disk. */
export class BoundedLog {
  readonly #path: string
  #stream: WriteStream
  #size: number

  constructor(path: string) {
    this.#path = path
    this.#size = statSync(path, { throwIfNoEntry: false })?.size ?? 0
    this.#stream = this.#open()
  }

  write(chunk: Buffer): void {
    if (this.#size + chunk.length > MOST_BYTES) this.#rotate()
    this.#size += chunk.length
    this.#stream.write(chunk)
  }

  close(): void {
    this.#stream.end()
  }

  #rotate(): void {
    this.#stream.end()
    try {
      renameSync(this.#path, `${this.#path}.1`)
    } catch {
      // A log that somebody removed is simply begun again.
    }
    this.#size = 0
    this.#stream = this.#open()
  }

  #open(): WriteStream {
    const stream = createWriteStream(this.#path, { flags: 'a', mode: 0o600 })
    stream.on('error', () => undefined) // A full disk must not take the fleet down with it.
    return stream
  }
}
