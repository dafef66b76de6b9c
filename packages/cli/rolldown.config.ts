import { defineConfig } from 'rolldown'

/** One file entry and local chunks; heavy rooms are loaded when a command needs them. */
export default defineConfig({
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
})
