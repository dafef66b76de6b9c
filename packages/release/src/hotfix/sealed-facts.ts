import { join } from 'node:path'
import { objectOf, readJson, text } from '@bulkhead/envelope'
import {
  type HotfixFacts,
  type HotfixOnRecord,
  type Ledger,
  type Actor,
  sealFacts,
} from '@bulkhead/ledger'
import { type Digest, hexOf } from '@bulkhead/vocabulary'
import { readRegularFile } from '@bulkhead/world'
import { writeWhole } from '../build-release.ts'
import { type Workspace, ownDirectory } from '../workspace.ts'

const factsShape = objectOf<HotfixFacts>({ salt: text, advisory: text, reason: text })
const LIMITS = { maxBytes: 64 * 1024, maxDepth: 3 }

/** In the git directory: never part of a commit, never pushed. */
const factsFile = ({ repository }: Pick<Workspace, 'repository'>, sealed: Digest): string =>
  join(ownDirectory(repository), 'hotfixes', `${hexOf(sealed)}.json`)

/** Keeps what a hotfix fixes in this clone until it may be told. @returns what stands for it on record */
export async function keepFacts(workspace: Workspace, facts: HotfixFacts): Promise<Digest> {
  const sealed = sealFacts(facts)
  await writeWhole(factsFile(workspace, sealed), Buffer.from(JSON.stringify(facts)))
  return sealed
}

/** What this clone knows of what a hotfix fixes; undefined when it was declared elsewhere. */
export async function recallFacts(
  workspace: Workspace,
  { sealed, facts }: HotfixOnRecord,
): Promise<HotfixFacts | undefined> {
  if (facts !== null) return facts
  const bytes = await readRegularFile(factsFile(workspace, sealed), LIMITS.maxBytes)
  const read = bytes && readJson(factsShape, bytes, LIMITS)
  return read?.kind === 'read' && sealFacts(read.value) === sealed ? read.value : undefined
}

/**
 * Tells on record what a hotfix fixes, once that may be told: at once without an embargo, otherwise when
 * the fix is everywhere. Does nothing when it is not time, was done, or this clone does not know it.
 */
export async function openWhenTime(
  workspace: Workspace,
  ledger: Ledger,
  hotfix: HotfixOnRecord,
  actors: readonly Actor[],
): Promise<boolean> {
  if (hotfix.facts !== null || (hotfix.embargo && hotfix.everywhere === null)) return false
  const facts = await recallFacts(workspace, hotfix)
  if (facts === undefined) return false
  await ledger.append([{ kind: 'hotfix.opened', actors, data: { of: hotfix.id, ...facts } }])
  return true
}
