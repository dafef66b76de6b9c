import type { HotfixPolicy } from '../hotfix-form.ts'
import type { ApprovalsPolicy, Policy } from '../policy.ts'
import {
  type Compare,
  byContent,
  fixed,
  free,
  kept,
  named,
  notBelow,
  notHigher,
  notLower,
  optional,
  ordered,
  part,
  sameLines,
  sameSet,
} from './comparison.ts'
import { environment } from './environment-rules.ts'
import type { Loosening } from './loosening.ts'
import { signing } from './signing-rules.ts'
import { suite } from './suite-rules.ts'

const keys: Compare<readonly object[]> = (was, becomes, place) =>
  sameSet(entriesOf(was, place.files.was), entriesOf(becomes, place.files.becomes), place)

/** The same key, farther from the tests than it was, is what everybody wants. */
const voucherKeys: Compare<readonly object[]> = (was, becomes, place) => {
  const after = entriesOf(becomes, place.files.becomes)
  const shown = new Set(after.map((entry) => JSON.stringify(entry)))
  const before = entriesOf(was, place.files.was).map((entry) => {
    const away = { ...entry, separation: 'process' }
    return 'separation' in entry && shown.has(JSON.stringify(away)) ? away : entry
  })
  return sameSet(before, after, place)
}

const entriesOf = (entries: readonly object[], files: ReadonlyMap<string, Buffer>) =>
  entries.map((entry): Readonly<Record<string, unknown>> =>
    Object.fromEntries(Object.entries(entry).map(([key, value]) => [key, byContent(value, files)])),
  )

/** Where nothing is written, one approval is demanded of whoever is not alone. */
const approvals = part<ApprovalsPolicy>({
  policyChange: notBelow((demanded: number | undefined) =>
    demanded === 0 ? 0 : (demanded ?? 0.5),
  ),
})

const hotfix = part<HotfixPolicy>({
  approvals: notLower,
  approvalExpires: notHigher,
  // How fast it should go is a wish; what it must keep to stands beside it.
  slo: free,
  quota: notHigher,
  mostDiff: notHigher,
  paths: optional(sameSet, { coming: 'free', going: 'loosens' }),
  grace: notHigher,
  reviewGrace: notHigher,
  yieldWithin: free,
  // Without it a hotfix is everywhere on the word of its build alone.
  proof: optional(fixed, { coming: 'free', going: 'loosens' }),
})

const policyRules = part<Policy>(
  {
    version: fixed,
    mode: ordered('observe', 'enforce'),
    signers: optional(sameLines, { coming: 'loosens', going: 'loosens' }),
    signing,
    suites: named(suite),
    build: part<Policy['build']>({
      // What is built is the commit's own business: the record binds it to the commit, not to a recipe.
      command: free,
      artifacts: kept,
    }),
    keys: part<Policy['keys']>({ voucher: voucherKeys, builder: keys, gate: keys, ledger: keys }),
    approvals,
    verdictExpires: notHigher,
    environments: named(environment),
    // Who hears of it is no rule of what is judged.
    notify: free,
    hotfix,
  },
  { verdictExpires: 'verdict.expires' },
)

/** A policy and the bytes of the files that it names. */
interface Judging {
  readonly policy: Policy
  readonly files: ReadonlyMap<string, Buffer>
}

/**
 * What a change of the policy loosens: every key by which the release after it would be judged less
 * strictly, or by other people. Empty when it only tightens. No detour is free: what two changes that
 * loosen nothing come to loosens nothing.
 */
export const loosenings = (was: Judging, becomes: Judging): readonly Loosening[] =>
  policyRules(was.policy, becomes.policy, {
    path: '',
    files: { was: was.files, becomes: becomes.files },
  })
