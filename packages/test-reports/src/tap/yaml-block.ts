/**
 * The YAML block after a result (TAP 13 and 14). What it holds is never read: only where it ends, so
 * that nothing in there is taken for a result, and no result is taken for a part of it.
 */
export class YamlBlock {
  readonly #indent: string

  /** @param indent the spaces in front of its first line */
  constructor(indent: string) {
    this.#indent = indent
  }

  /** What a line makes of the block: `outside` stands further left than the block may. */
  judge(line: string): 'inside' | 'end' | 'outside' {
    if (line.trim() === '') return 'inside'
    if (!line.startsWith(this.#indent)) return 'outside'
    return line.slice(this.#indent.length) === '...' ? 'end' : 'inside'
  }
}
