const SMALLEST = 4096
const LARGEST = 1024 * 1024
/** Stands for the size of a class that is the one before. */
const SAME = 0xffffffff
/** The sizes of class and name. */
const HEAD = 8

/**
 * Tests that passed and wait for the name of their file: packed into blocks of UTF-8, so that half a
 * million of them fit into some 40 MB.
 */
export class HeldPasses {
  readonly #full: Buffer[] = []
  #block: Buffer = Buffer.alloc(0)
  #end = 0
  #className: string | undefined
  count = 0

  add(className: string, name: string): void {
    const isSame = className === this.#className
    this.#className = className
    const most = HEAD + Buffer.byteLength(name) + (isSame ? 0 : Buffer.byteLength(className))
    if (this.#end + most > this.#block.length) this.#open(most)
    const head = this.#end
    this.#end += HEAD
    this.#block.writeUInt32LE(isSame ? SAME : this.#put(className), head)
    this.#block.writeUInt32LE(this.#put(name), head + 4)
    this.count += 1
  }

  /** In the order in which they came. */
  *each(): Generator<{ readonly className: string; readonly name: string }> {
    let className = ''
    for (const block of [...this.#full, this.#block.subarray(0, this.#end)])
      for (let at = 0; at < block.length;) {
        const size = block.readUInt32LE(at)
        const from = at + HEAD + (size === SAME ? 0 : size)
        const end = from + block.readUInt32LE(at + 4)
        if (size !== SAME) className = block.toString('utf8', at + HEAD, from)
        yield { className, name: block.toString('utf8', from, end) }
        at = end
      }
  }

  /** @returns how many bytes it takes */
  #put(text: string): number {
    const size = this.#block.write(text, this.#end)
    this.#end += size
    return size
  }

  #open(least: number): void {
    if (this.#end > 0) this.#full.push(this.#block.subarray(0, this.#end))
    const next = Math.min(this.#block.length * 2, LARGEST)
    this.#block = Buffer.allocUnsafeSlow(Math.max(least, next, SMALLEST))
    this.#end = 0
  }
}
