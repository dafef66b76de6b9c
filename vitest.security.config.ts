import { defineConfig } from 'vitest/config'
import everything, { SECURITY } from './vitest.config.ts'

/** The suite `security` of `bulkhead.yml` alone, with a report of its own. */
export default defineConfig({
  ...everything,
  test: {
    ...everything.test,
    include: [...SECURITY],
    reporters: ['default', ['json', { outputFile: 'test-results/security.json' }]],
  },
})
