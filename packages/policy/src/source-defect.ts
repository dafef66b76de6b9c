/** A defect at a character offset, before it has a line and column. */
export interface SourceDefect {
  readonly code: 'policy/not-yaml' | 'policy/unsupported-yaml' | 'policy/too-large'
  readonly offset: number
  readonly message: string
  readonly remedy: string
}
