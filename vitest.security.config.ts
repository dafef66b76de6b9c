import { defineConfig } from 'vitest/config'
import { COMMON, SECURITY } from './vitest.config.ts'

/** The suite `security` of `bulkhead.yml` alone, with a report of its own. */
export default defineConfig({
  test: {
    ...COMMON,
    include: [...SECURITY],
    reporters: ['default', ['json', { outputFile: 'test-results/security.json' }]],
  },
})
