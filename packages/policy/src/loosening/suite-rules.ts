import type { RetriesProof, SuitePolicy } from '../suite-policy.ts'
import {
  type Compare,
  fixed,
  free,
  kept,
  notHigher,
  optional,
  ordered,
  part,
  sameSet,
} from './comparison.ts'

/** More arguments are asked of the command: stricter. That the runner cannot retry is only claimed. */
const proof: Compare<RetriesProof> = (was, becomes, place) => {
  if (becomes.kind === 'none-in-runner') return fixed(was, becomes, place)
  return was.kind === 'none-in-runner' ? [] : kept(was.arguments, becomes.arguments, place)
}

export const suite = part<SuitePolicy>({
  mandatory: ordered(false, true),
  command: fixed,
  reports: sameSet,
  format: fixed,
  // Without a proof a blind format blocks.
  retries: optional(proof, { coming: 'loosens', going: 'free' }),
  // What it lists is compared id by id, and its files by digest: `gate/inventory-shrunk`.
  inventory: optional(free, { coming: 'free', going: 'loosens' }),
  timeout: notHigher,
  legs: kept,
  // Every shard must be there, however many: the inventory is of all of them together.
  shards: free,
})
