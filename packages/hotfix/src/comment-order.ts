/** What a comment asks the lane to do; everything else of it is decided where it is done. */
export type CommentOrder =
  | {
      readonly command: (typeof COMMANDS)[number]
      /** Number of the hotfix; undefined for the one that is open. */
      readonly hotfix: string | undefined
    }
  | { readonly command: 'declare'; readonly commit: string; readonly severity: string }

const COMMANDS = ['acknowledge', 'approve', 'ship', 'status', 'close'] as const
const ABOUT = /^\/hotfix ([a-z]{1,20})(?: ([0-9]{1,15}))?$/
const DECLARE = /^\/hotfix declare ([0-9a-f]{40}|[0-9a-f]{64}) (critical|high|medium|low)$/

/**
 * Reads a comment as an order, by a closed grammar: one line, known words, numbers and a full commit id.
 * There is no place in it for words about what is fixed. Undefined where it is none.
 */
export function orderIn(comment: string): CommentOrder | undefined {
  const line = comment.replace(/\r?\n$/, '')
  const [, commit, severity] = DECLARE.exec(line) ?? []
  if (commit !== undefined && severity !== undefined)
    return { command: 'declare', commit, severity }
  const [, word, hotfix] = ABOUT.exec(line) ?? []
  const command = COMMANDS.find((one) => one === word)
  return command && { command, hotfix }
}
