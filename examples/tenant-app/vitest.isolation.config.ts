import { defineConfig } from 'vitest/config'

export default defineConfig({
  root: import.meta.dirname,
  // The modules may be a link into another checkout: nothing is written there.
  cacheDir: 'reports/.cache',
  test: {
    include: ['test/tenant-isolation.test.ts'],
    reporters: ['default', ['junit', { outputFile: 'reports/tenant-isolation.xml' }]],
    hookTimeout: 30_000,
    testTimeout: 10_000,
    retry: 0,
  },
})
