import {
  type RunIdentity,
  type RunPart,
  type RunRecord,
  partLabel,
  partOptions,
} from '@bulkhead/test-reports'
import type { Finding } from '@bulkhead/vocabulary'
import type { JudgedSuite, SuiteUnderJudgement } from './judged-suite.ts'

/** The legs that the trusted ref or the judged commit declares: a commit can add legs, not drop them. */
export function neededLegs({
  policy,
  evidence,
}: Pick<SuiteUnderJudgement, 'policy' | 'evidence'>): readonly string[] {
  const legs = [...new Set([...policy.legs, ...evidence.headLegs])].sort()
  return legs.length === 0 ? [''] : legs
}

/** Every leg × shard must be there exactly once, and all of them must be of one run. */
export function judgeParts(suite: JudgedSuite): readonly Finding[] {
  const { runs, findings } = suite.evidence
  if (runs.length === 0) return findings.length > 0 ? findings : [missingRun(suite)]
  const records = runs.map(({ run }) => run.record)
  const needed = neededParts(suite)
  const counts = Map.groupBy(records, labelOf(suite))
  return [
    ...findings,
    ...needed.flatMap((part) => judgePart(suite, part, counts.get(labelOf(suite)(part)) ?? [])),
    ...foreignParts(suite, records, needed),
    ...otherRuns(suite, records),
    ...copies(suite),
  ]
}

const labelOf =
  ({ name }: JudgedSuite) =>
  (part: RunPart): string =>
    // The total belongs to it: shard 1 of 4 is no shard 1 of 3.
    `${partLabel(name, part)} ${part.shard.of}`

const neededParts = ({ legs, policy }: JudgedSuite): readonly RunPart[] =>
  legs.flatMap((leg) =>
    Array.from({ length: policy.shards }, (_, at) => ({
      leg,
      shard: { index: at + 1, of: policy.shards },
    })),
  )

const missingRun = ({ name }: JudgedSuite): Finding => ({
  code: 'gate/missing-run',
  subject: name,
  message: 'no run record vouches for this suite at this commit',
  remedy: `run \`bulkhead test --suite ${name}\``,
})

function judgePart(
  suite: JudgedSuite,
  part: RunPart,
  found: readonly RunRecord[],
): readonly Finding[] {
  if (found.length === 1) return []
  const subject = partLabel(suite.name, part)
  if (found.length === 0) {
    return [
      {
        code: 'gate/missing-shard',
        subject,
        message: 'the policy declares this part of the suite, and no run record vouches for it',
        remedy: `run \`bulkhead test ${partOptions(suite.name, part)}\` in the same run as the other parts (--run ID)`,
      },
    ]
  }
  return [
    {
      code: 'gate/duplicate-shard',
      subject,
      message: `${found.length} run records are of this one part`,
      remedy: 'keep the evidence of one run, and run the suite again',
    },
  ]
}

/** Parts that nobody asked for: another number of shards, a leg that is not declared. */
function foreignParts(
  suite: JudgedSuite,
  records: readonly RunRecord[],
  needed: readonly RunPart[],
): readonly Finding[] {
  const known = new Set(needed.map(labelOf(suite)))
  return records
    .filter((record) => !known.has(labelOf(suite)(record)))
    .map((record) => ({
      code: 'gate/shard-mismatch' as const,
      subject: partLabel(suite.name, record),
      message: `the record is of ${describePart(record)}; the policy wants ${describePlan(suite)}`,
      remedy: suite.legs.includes(record.leg)
        ? `run \`bulkhead test ${partOptions(suite.name, { leg: record.leg, shard: { index: 1, of: suite.policy.shards } })}\`, and the other shards with it`
        : 'declare the leg in bulkhead.yml, or take its evidence away',
    }))
}

const describePart = ({ leg, shard }: RunPart): string =>
  `${leg === '' ? 'no leg' : `leg ${leg}`}, shard ${shard.index} of ${shard.of}`

const describePlan = ({ legs, policy }: JudgedSuite): string =>
  `${legs.join() === '' ? 'no leg' : `legs ${legs.join(', ')}`}, shards of ${policy.shards}`

const runLabel = ({ id, attempt }: RunIdentity): string => `run ${id}, attempt ${attempt}`

/** Shards of two runs are halves of two wholes: a test that moved between them ran in neither. */
function otherRuns(suite: JudgedSuite, records: readonly RunRecord[]): readonly Finding[] {
  const runs = [...new Set(records.map((record) => runLabel(record.run)))].sort()
  const { run } = suite
  const foreign = run === undefined ? [] : runs.filter((label) => label !== runLabel(run))
  return [
    ...(runs.length > 1
      ? [
          {
            code: 'gate/shard-mismatch' as const,
            subject: suite.name,
            message: `its parts are of different runs: ${runs.join('; ')}`,
            remedy:
              'run all parts in one run: `bulkhead test … --run ID --attempt N`, the same for all',
          },
        ]
      : []),
    ...foreign.map((label) => ({
      code: 'gate/wrong-run' as const,
      subject: suite.name,
      message: `the evidence is of ${label}; it must be of ${run === undefined ? '' : runLabel(run)}`,
      remedy: `run \`bulkhead test --suite ${suite.name}\` in this run`,
    })),
  ]
}

/** A nonce is made for one run of one part: a second record with it is a copy of the first. */
function copies(suite: JudgedSuite): readonly Finding[] {
  const byNonce = Map.groupBy(suite.evidence.runs, ({ run }) => run.record.nonce)
  return [...byNonce.values()]
    .filter((runs) => runs.length > 1)
    .map((runs) => ({
      code: 'gate/replayed-run' as const,
      subject: suite.name,
      message: `one nonce is in the records of ${runs
        .map(({ run }) => partLabel(suite.name, run.record))
        .sort()
        .join(' and ')}`,
      remedy: 'run every part for itself',
    }))
}
