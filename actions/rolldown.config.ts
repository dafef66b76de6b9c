import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'rolldown'
import { chunkName } from '../scripts/bundle/chunk-name.ts'
import { separateLibrary } from '../scripts/bundle/separate-library.ts'
import { thirdPartyLicences } from '../scripts/bundle/third-party-licences.ts'

const signatures = join(dirname(fileURLToPath(import.meta.url)), '..', 'packages', 'signatures')

/**
 * One configuration for every action, run in the action's own folder. The entry holds what reads
 * inputs; everything that `main.ts` imports when it needs it becomes a chunk beside it, so that a
 * wrong input is answered before the rest is read. Same sources, same bytes, wherever they lie.
 */
export default defineConfig({
  input: { main: 'src/main.ts' },
  platform: 'node',
  treeshake: true,
  plugins: [
    separateLibrary('openpgp', 'dist/node/openpgp.min.mjs', signatures),
    thirdPartyLicences(),
  ],
  onLog(level, log, report) {
    // An import that is not found would be left in the bundle and fail on the user's runner.
    if (level === 'warn') throw new Error(log.message)
    report(level, log)
  },
  output: {
    dir: 'dist',
    cleanDir: true,
    format: 'esm',
    minify: true,
    sourcemap: false,
    entryFileNames: '[name].mjs',
    chunkFileNames: chunkName,
  },
})
