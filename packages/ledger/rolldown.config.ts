import type { RolldownOptions } from 'rolldown'

/** The auditors' verifier: one readable file of this repository's own source, without dependencies. */
const config = {
  input: { verify: 'src/verifier/main.ts' },
  platform: 'node',
  output: {
    dir: 'dist',
    format: 'esm',
    entryFileNames: '[name].mjs',
    codeSplitting: false,
    minify: false,
    cleanDir: true,
  },
} satisfies RolldownOptions

export default config
