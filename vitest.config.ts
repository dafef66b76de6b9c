import { defineConfig } from 'vitest/config'

/**
 * What shows that nothing passes that is unsigned, untested or forged: the suite `security` of
 * `bulkhead.yml`, in which a test that is missing or skipped makes CI red.
 */
export const SECURITY = [
  'packages/{signatures,gate,attest,envelope}/test/**/*.test.ts',
  'packages/github/test/{run-evidence,artifact-archive,event-admission}.test.ts',
  'packages/action-kit/test/{escaping,hostile-environment,inputs,secret-forms}.test.ts',
] as const

/** CI has run the suite `security` by itself before; elsewhere one run has all. */
const besides = process.env['BULKHEAD_TESTS'] === 'besides-security' ? SECURITY : []

/** Users under load on a whole fleet, with deadlines as in production: nothing else may take its cores meanwhile. */
const STORY = 'examples/story/test/**/*.test.ts'

/** What every run of tests has. */
export const COMMON = {
  setupFiles: ['scripts/fixed-seed.ts'],
  // Most of a test's time goes by in processes of its own: git, servers, fleets.
  maxWorkers: '100%',
  testTimeout: 180_000,
  hookTimeout: 180_000,
  restoreMocks: true,
  unstubEnvs: true,
}

/** One vitest run over every room: one summary, one worker pool, no start per package. */
export default defineConfig({
  test: {
    ...COMMON,
    reporters: ['default', ['json', { outputFile: 'test-results/vitest.json' }]],
    projects: [
      {
        extends: true,
        test: {
          name: 'rooms',
          include: [
            '{packages,actions}/*/test/**/*.test.ts',
            'bench/test/**/*.test.ts',
            'scripts/**/*.test.ts',
          ],
          exclude: ['**/node_modules/**', ...besides],
          sequence: { groupOrder: 0 },
        },
      },
      // The example's own suites are run by the story and by its own command: they need its database.
      { extends: true, test: { name: 'story', include: [STORY], sequence: { groupOrder: 1 } } },
    ],
  },
})
