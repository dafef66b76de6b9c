import { readFile } from 'node:fs/promises'
import { defineConfig } from 'rolldown'

/** One entry and local chunks, and beside them the schema that editors complete `bulkhead.yml` by. */
export default defineConfig({
  input: { bulkhead: 'src/main.ts' },
  platform: 'node',
  plugins: [
    {
      name: 'policy-schema',
      async generateBundle() {
        const source = await readFile('../policy/bulkhead.schema.json', 'utf8')
        this.emitFile({ type: 'asset', fileName: 'bulkhead.schema.json', source })
      },
    },
  ],
  output: {
    dir: 'dist',
    format: 'esm',
    entryFileNames: '[name].mjs',
    chunkFileNames: '[name]-[hash].mjs',
    minify: true,
    cleanDir: true,
  },
})
