import type { ReasonCode } from '@bulkhead/vocabulary'
import type { CommitReason } from '../refusal.ts'
import { type RemedyFacts, allowKey } from '../commit/remedies.ts'

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

type Remedy = (facts: TagFacts & { readonly again: string }) => string

/** Codes that are mended by more than signing the tag again. */
const REMEDIES: Readonly<Partial<Record<TagReason, Remedy>>> = {
  'signature/unknown-signer': (facts) =>
    `sign with an allowed key: ${facts.again}; or have a maintainer ${allowKey(facts)}`,
  'signature/wrong-committer': ({ emails: [email = 'EMAIL'], again }) =>
    `tag as the owner of the key: \`git config user.email ${email}\`, then ${again}`,
  'signature/tag-renamed': ({ name, again }) =>
    `make the tag under the name that it has: ${again}; or delete it: \`git tag --delete ${name}\``,
  'signature/tag-target': ({ name }) =>
    `tag the commit that is meant: \`git tag --sign --force ${name} COMMIT\``,
  'signature/forge-not-a-merge': ({ again }) => `have a person sign it: ${again}`,
}

/** The command or edit that mends one tag. */
export function tagRemedyFor(code: TagReason, facts: TagFacts): string {
  const name = HARMLESS_NAME.test(facts.name) ? facts.name : 'NAME'
  const again = `\`git tag --sign --force ${name} ${facts.target}\``
  return REMEDIES[code]?.({ ...facts, name, again }) ?? `sign it with an allowed key: ${again}`
}
