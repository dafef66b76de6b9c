import type { CommitId, ReasonCode } from '@bulkhead/vocabulary'
import { rebase } from '../commit/remedies.ts'

/** Why a commit that the forge signed is blocked. */
export type ForgeReason = Extract<ReasonCode, `signature/forge-${string}`>

interface ForgeFacts {
  readonly parents: readonly CommitId[]
  /** Argument of `git rebase` that reaches back to before the commit. */
  readonly resignFrom: string
}

/** The command or edit that mends one commit of the forge. */
export function forgeRemedyFor(code: ForgeReason, { parents, resignFrom }: ForgeFacts): string {
  const [ours = 'BASE', theirs = 'HEAD'] = parents
  switch (code) {
    case 'signature/forge-not-a-merge':
      return `sign it yourself: ${rebase(resignFrom)}; if it is the squash of a pull request, name the head that was squashed: \`--pull-request-head COMMIT\`; or have the policy say \`signing.rules.forge: any\``
    case 'signature/forge-merge-differs':
      return `merge it yourself, look at what you resolve, and sign it: \`git checkout --detach ${ours} && git merge --no-ff --gpg-sign ${theirs}\``
    case 'signature/forge-unverified-parent':
      return 'mend the commit that is named, as its own finding says, and merge again'
    case 'signature/forge-not-recomputed':
      return 'install git 2.38 or newer on the machine that checks, and run again'
  }
}
