import { defineConfig } from 'vitest/config'

export default defineConfig({
  root: import.meta.dirname,
  // The modules may be a link into another checkout: nothing is written there.
  cacheDir: 'reports/.cache',
  test: {
    include: ['test/security.test.ts'],
    reporters: ['default', ['junit', { outputFile: 'reports/security.xml' }]],
    // The database engine is WebAssembly and lives for seconds: compiling it well costs more than it gives.
    execArgv: ['--liftoff-only'],
    hookTimeout: 60_000,
    testTimeout: 60_000,
    retry: 0,
  },
})
