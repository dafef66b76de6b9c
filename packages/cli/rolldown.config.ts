import type { RolldownOptions } from 'rolldown'

/** One file entry and local chunks; heavy rooms are loaded when a command needs them. */
const config = {
  input: { bulkhead: 'src/main.ts' },
  platform: 'node',
  output: {
    dir: 'dist',
    format: 'esm',
    entryFileNames: '[name].mjs',
    chunkFileNames: '[name]-[hash].mjs',
    minify: true,
    cleanDir: true,
  },
} satisfies RolldownOptions

export default config
