import { defineConfig } from 'vitest/config'

/** One vitest run over every room: one summary, one worker pool, no start per package. */
export default defineConfig({
  test: {
    include: [
      '{packages,actions}/*/test/**/*.test.ts',
      'examples/*/test/**/*.test.ts',
      'bench/test/**/*.test.ts',
      'scripts/**/*.test.ts',
    ],
    // The example's own suites are run by the story and by its own command: they need its database.
    exclude: ['**/node_modules/**', 'examples/tenant-app/**'],
    setupFiles: ['scripts/fixed-seed.ts'],
    testTimeout: 180_000,
    hookTimeout: 180_000,
    reporters: ['default', ['json', { outputFile: 'test-results/vitest.json' }]],
    restoreMocks: true,
    unstubEnvs: true,
  },
})
