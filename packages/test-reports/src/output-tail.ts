const KEPT = 64 * 1024

/** The end of what a process printed, in bounded memory. */
export class OutputTail {
  #chunks: Uint8Array[] = []
  #size = 0

  add(chunk: Uint8Array): void {
    this.#chunks.push(chunk)
    this.#size += chunk.byteLength
    if (this.#size > 2 * KEPT) this.#chunks = [this.bytes()]
  }

  bytes(): Buffer {
    const tail = Buffer.concat(this.#chunks).subarray(-KEPT)
    this.#chunks = [tail]
    this.#size = tail.byteLength
    return tail
  }
}
