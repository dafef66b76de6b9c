import type { ReasonCode } from '@bulkhead/vocabulary'
import type { CommitReason } from './refusal.ts'
import { type RemedyFacts, allowKey } from './remedies.ts'

/** Why a tag is blocked. */
export type TagReason =
  | CommitReason
  | Extract<ReasonCode, `signature/tag-${string}`>
  | 'signature/forge-not-a-merge'

export interface TagFacts extends Omit<RemedyFacts, 'resignFrom'> {
  /** Name of the tag as the caller gave it, without `refs/tags/`. */
  readonly name: string
  /** Id of what it names, checked. */
  readonly target: string
}

/** What git takes without quotes in any shell. */
const HARMLESS_NAME = /^[A-Za-z0-9][A-Za-z0-9._/+-]*$/

/** The command or edit that mends one tag. */
export function tagRemedyFor(code: TagReason, facts: TagFacts): string {
  const name = HARMLESS_NAME.test(facts.name) ? facts.name : 'NAME'
  const [email = 'EMAIL'] = facts.emails
  const again = `\`git tag --sign --force ${name} ${facts.target}\``
  switch (code) {
    case 'signature/unknown-signer':
      return `sign with an allowed key: ${again}; or have a maintainer ${allowKey(facts)}`
    case 'signature/wrong-committer':
      return `tag as the owner of the key: \`git config user.email ${email}\`, then ${again}`
    case 'signature/tag-renamed':
      return `make the tag under the name that it has: ${again}; or delete it: \`git tag --delete ${name}\``
    case 'signature/tag-target':
      return `tag the commit that is meant: \`git tag --sign --force ${name} COMMIT\``
    case 'signature/forge-not-a-merge':
      return `have a person sign it: ${again}`
    default:
      return `sign it with an allowed key: ${again}`
  }
}
