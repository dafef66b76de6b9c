import { type Milliseconds, parseDuration } from '@bulkhead/vocabulary'
import * as v from 'valibot'
import { commandLine, duration, explain, listOf, repositoryPath, wholeNumber } from './forms.ts'

const HOUR = 3_600_000

/** People decide now or not at all: yesterday's yes was to yesterday's situation. */
const approvalExpires = explain(
  v.pipe(
    duration('', '30m'),
    v.check((text) => (parseDuration(text) ?? HOUR + 1) <= HOUR),
  ),
  {
    form: 'a duration above zero and up to 60m, written as 90s or 30m',
    meaning: 'How long an approval of a hotfix holds, from when it was given.',
    example: '30m',
  },
)

const sloForm = v.strictObject({
  acknowledged: v.optional(duration('From declared until a person has it.', '5m'), '5m'),
  approved: v.optional(duration('From declared until two people agree.', '10m'), '10m'),
  gated: v.optional(duration('From declared until a PASS is on record.', '12m'), '12m'),
  everywhere: v.optional(duration('From declared until every unit runs the fix.', '15m'), '15m'),
})

export const hotfixForm = explain(
  v.strictObject({
    approvals: v.optional(
      explain(v.pipe(v.number(), v.integer(), v.minValue(2), v.maxValue(16)), {
        form: 'a whole number from 2 to 16',
        meaning:
          'How many people must approve a hotfix: distinct from each other, from whoever had a hand in it, and from whoever declared it.',
        example: 2,
      }),
      2,
    ),
    'approval-expires': v.optional(approvalExpires, '30m'),
    slo: v.optional(
      explain(sloForm, {
        form: 'a mapping with the keys acknowledged, approved, gated and everywhere',
        meaning:
          'By when each step should be done, counted from the declaration. Missed ones are said.',
        example: { acknowledged: '5m', everywhere: '15m' },
      }),
      {},
    ),
    quota: v.optional(wholeNumber(100, 'How many hotfixes may be declared in seven days.', 3), 3),
    'most-diff': v.optional(
      wholeNumber(
        1_000_000,
        'How many lines a hotfix may add and remove, both together, against what is deployed.',
        400,
      ),
      400,
    ),
    paths: v.optional(
      listOf(repositoryPath('Files that a hotfix may touch, as a glob.', 'src/**'), {
        form: 'a list of globs, at least one',
        meaning: 'What a hotfix may touch; default: everything.',
        example: ['src/**', 'test/**'],
      }),
    ),
    grace: v.optional(
      duration(
        'How long a debt of a hotfix may stay open before the standard lane waits for it.',
        '3d',
      ),
      '3d',
    ),
    'review-grace': v.optional(
      duration('The same for the review of the change after the fact.', '1d'),
      '1d',
    ),
    'yield-within': v.optional(
      duration(
        'How long a running standard rollout may take until it has given its lease to a hotfix.',
        '60s',
      ),
      '60s',
    ),
    proof: v.optional(
      commandLine(
        'Tries the hole: fails on what runs before a hotfix and passes on what runs after it. BULKHEAD_ADDRESS names the fleet.',
        ['node', 'exploit.mjs'],
      ),
    ),
  }),
  {
    form: 'a mapping with the keys approvals, approval-expires, slo, quota, most-diff, paths, grace, review-grace, yield-within and proof',
    meaning:
      'What the hotfix lane demands. It may be stricter than the defaults say it must be, never looser than two people.',
    example: { approvals: 2, 'approval-expires': '30m', quota: 3 },
  },
)

type HotfixForm = v.InferOutput<typeof hotfixForm>

/** The steps of a hotfix that its clock shows, in order. */
export const HOTFIX_STEPS = ['acknowledged', 'approved', 'gated', 'everywhere'] as const
export type HotfixStep = (typeof HOTFIX_STEPS)[number]

/** What the hotfix lane demands. */
export interface HotfixPolicy {
  /** People who must approve; at least two. */
  readonly approvals: number
  readonly approvalExpires: Milliseconds
  /** By when each step should be done, from the declaration on. */
  readonly slo: Readonly<Record<HotfixStep, Milliseconds>>
  /** Declarations in seven days. */
  readonly quota: number
  /** Lines added and removed, both together. */
  readonly mostDiff: number
  /** Globs; undefined for everything. */
  readonly paths: readonly string[] | undefined
  readonly grace: Milliseconds
  readonly reviewGrace: Milliseconds
  readonly yieldWithin: Milliseconds
  /** Fails where the hole is open, passes where it is closed; undefined where nothing can try it. */
  readonly proof: readonly [string, ...string[]] | undefined
}

/** From a form without defects. */
export const hotfixOfForm = (
  form: HotfixForm,
  span: (text: string) => Milliseconds,
): HotfixPolicy => ({
  approvals: form.approvals,
  approvalExpires: span(form['approval-expires']),
  slo: {
    acknowledged: span(form.slo.acknowledged ?? '5m'),
    approved: span(form.slo.approved ?? '10m'),
    gated: span(form.slo.gated ?? '12m'),
    everywhere: span(form.slo.everywhere ?? '15m'),
  },
  quota: form.quota,
  mostDiff: form['most-diff'],
  paths: form.paths,
  grace: span(form.grace),
  reviewGrace: span(form['review-grace']),
  yieldWithin: span(form['yield-within']),
  proof: commandOf(form.proof),
})

/** The form asks for a word at least. */
const commandOf = ([first, ...words]: readonly string[] = []): HotfixPolicy['proof'] =>
  first === undefined ? undefined : [first, ...words]
