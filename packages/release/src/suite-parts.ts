import { randomUUID } from 'node:crypto'
import type { LoadedPolicy, SuitePolicy } from '@bulkhead/policy'
import type { RunIdentity, RunPart } from '@bulkhead/test-reports'
import { InputError } from '@bulkhead/vocabulary'
import { suiteOf } from './working-policy.ts'

/** Which parts of which suites are meant. */
export interface PartsRequest {
  readonly policy: LoadedPolicy
  /** Names; every suite of the policy when empty. */
  readonly suites: readonly string[]
  /** The leg that this machine is; needed for a suite that declares legs. */
  readonly leg?: string
  /** One shard; every shard, one after the other, when not given. Needs suites by name. */
  readonly shard?: RunPart['shard']
}

/** One part of one suite that is to be run. */
export interface ChosenPart {
  readonly name: string
  readonly suite: SuitePolicy
  readonly part: RunPart
}

/**
 * The parts to run, in order. The policy says into how many shards a leg is split; a caller who names
 * a shard is taken at his word, for the trusted ref may say another number than the work tree, and
 * the gate compares.
 *
 * @throws InputError `usage/invalid-option`
 */
export function chooseParts(request: PartsRequest): readonly ChosenPart[] {
  const { policy, suites, shard } = request
  if (shard !== undefined && suites.length === 0) throw shardOfAll(shard)
  const names = suites.length > 0 ? suites : Object.keys(policy.policy.suites)
  return names.flatMap((name) => {
    const suite = suiteOf(policy, name)
    const leg = legOf(request, name, suite)
    const all = Array.from({ length: suite.shards }, (_, at) => ({
      index: at + 1,
      of: suite.shards,
    }))
    return (shard === undefined ? all : [shard]).map((one) => ({
      name,
      suite,
      part: { leg, shard: one },
    }))
  })
}

/** A leg holds for every suite that is named, and for those of all that declare it. */
export function legOf(
  { suites, leg }: Pick<PartsRequest, 'suites' | 'leg'>,
  name: string,
  suite: SuitePolicy,
): string {
  if (leg !== undefined && (suites.length > 0 || suite.legs.includes(leg))) return leg
  if (suite.legs.length === 0) return ''
  throw new InputError({
    code: 'usage/invalid-option',
    subject: `--leg ${leg ?? ''}`.trim(),
    message:
      leg === undefined
        ? `the suite ${name} has legs, and only you know which one this machine is`
        : `the suite ${name} has no such leg`,
    remedy: `name one of: ${suite.legs.map((one) => `--leg ${one}`).join(', ')}`,
  })
}

const shardOfAll = ({ index, of }: RunPart['shard']): InputError =>
  new InputError({
    code: 'usage/invalid-option',
    subject: `--shard ${index}/${of}`,
    message: 'a shard is of one suite, and no suite is named',
    remedy: 'name it: --suite NAME',
  })

/** A run of its own, for parts that are all run here and now. */
export const freshRun = (): RunIdentity => ({ id: randomUUID(), attempt: 1 })
