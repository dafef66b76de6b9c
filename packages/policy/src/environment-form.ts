import * as v from 'valibot'
import { analysisForm } from './analysis-form.ts'
import { bakeExample, environmentExample, zonesExample } from './examples.ts'
import { scheduleForm } from './schedule-form.ts'
import { targetForm } from './target-form.ts'
import {
  duration,
  durationOrZero,
  explain,
  nameKey,
  rate,
  repositoryPath,
  wholeNumber,
} from './forms.ts'
import { ledgerForm } from './ledger-form.ts'
import { migrationsForm, mixedTestForm } from './migrations-form.ts'

const zonesForm = explain(
  v.pipe(
    v.record(nameKey, wholeNumber(100_000, 'How many units this zone has.', 3)),
    v.minEntries(1),
    v.maxEntries(64),
  ),
  {
    form: 'a mapping from zone names to numbers of units, at least one zone',
    meaning: 'The zones of one region, each with its number of units.',
    example: zonesExample,
  },
)

const bakeForm = explain(
  v.strictObject({
    'baseline-error-rate': rate('Share of requests that fail on a good release.', '0.1%'),
    'detect-error-rate': rate('Error rate that the bake must detect. Above the baseline.', '20%'),
    'false-alarm': rate('Chance that a good release is judged bad. Above 0%.', '1%'),
    power: rate('Chance that a release with the rate to detect is judged bad. Below 100%.', '95%'),
    'requests-per-second': explain(v.pipe(v.number(), v.minValue(0.001), v.maxValue(1e9)), {
      form: 'a number from 0.001 to 1000000000',
      meaning: 'Requests per second that the whole environment is expected to answer.',
      example: 200,
    }),
    floor: durationOrZero('A bake is never shorter than this.', '2s'),
    deadline: duration('With too few requests after this long, the bake is inconclusive.', '60s'),
  }),
  {
    form: 'a mapping with the keys of the bake',
    meaning:
      'How a new release is judged under traffic. The length of the bake follows from these numbers.',
    example: bakeExample,
  },
)

const capacityForm = explain(
  v.strictObject({
    required: wholeNumber(
      1_000_000,
      'Healthy units that must remain at every instant, with any one zone gone. Each region keeps its share.',
      5,
    ),
    'required-in': v.optional(
      explain(v.record(nameKey, wholeNumber(1_000_000, 'What this region must keep.', 3)), {
        form: 'a mapping from region names to whole numbers',
        meaning: 'Regions that must keep another number than their share of `required`.',
        example: { eu: 4 },
      }),
    ),
    zones: v.optional(
      explain(v.literal(1), {
        form: '1, or leave the key out',
        meaning:
          'Declares that a region may have one zone only: its loss cannot be survived, and plans say so.',
        example: 1,
      }),
    ),
    surge: v.optional(
      wholeNumber(
        10_000,
        'Units that may be added to a zone while it is changed, where its own sums allow nothing and the target can.',
        2,
      ),
    ),
  }),
  {
    form: 'a mapping with the key `required`',
    meaning: 'What the fleet must always be able to carry.',
    example: { required: 5 },
  },
)

export const environmentForm = explain(
  v.strictObject({
    target: targetForm,
    regions: explain(v.pipe(v.record(nameKey, zonesForm), v.minEntries(1), v.maxEntries(64)), {
      form: 'a mapping from region names to their zones, at least one region',
      meaning: 'The fleet: region, zone, number of units.',
      example: { local: zonesExample },
    }),
    capacity: capacityForm,
    after: v.optional(
      explain(v.pipe(v.string(), v.regex(/^[a-z0-9][a-z0-9-]{0,62}$/)), {
        form: 'the name of another environment',
        meaning:
          'Only an artifact that was fully good in that environment may be shipped to this one.',
        example: 'staging',
      }),
    ),
    artifact: v.optional(
      repositoryPath(
        'Which of the artifacts of `build` is shipped here: several services may live in one repository. Default: the first.',
        'dist/api.mjs',
      ),
    ),
    migrations: v.optional(migrationsForm),
    'mixed-test': v.optional(mixedTestForm),
    schedule: v.optional(scheduleForm),
    queue: v.optional(
      explain(
        v.strictObject({
          coalesce: v.optional(
            wholeNumber(1_000, 'Most releases of the queue that one rollout carries.', 8),
            8,
          ),
        }),
        {
          form: 'a mapping with the key `coalesce`',
          meaning: 'How releases wait for their turn (`bulkhead queue`).',
          example: { coalesce: 8 },
        },
      ),
      {},
    ),
    bake: bakeForm,
    analysis: v.optional(analysisForm),
    ledger: v.optional(ledgerForm),
  }),
  {
    form: 'a mapping with the keys target, regions, capacity and bake',
    meaning: 'One environment that releases are shipped to.',
    example: environmentExample,
  },
)

export type EnvironmentForm = v.InferOutput<typeof environmentForm>
