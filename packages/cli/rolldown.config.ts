import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { RolldownOptions } from 'rolldown'
import { chunkName } from '../../scripts/bundle/chunk-name.ts'
import { separateLibrary } from '../../scripts/bundle/separate-library.ts'
import { thirdPartyLicences } from '../../scripts/bundle/third-party-licences.ts'

const packages = join(dirname(fileURLToPath(import.meta.url)), '..')
const schema = join(packages, 'policy', 'bulkhead.schema.json')

/** One entry and local chunks, and beside them the schema that editors complete `bulkhead.yml` by. */
const config = {
  input: {
    bulkhead: 'src/main.ts',
    // A thread of `ledger verify` is a program of its own.
    'entry-lane': '../ledger/src/audit/entry-lane-program.ts',
  },
  platform: 'node',
  plugins: [
    separateLibrary('openpgp', 'dist/node/openpgp.min.mjs', join(packages, 'signatures')),
    thirdPartyLicences(),
    {
      name: 'policy-schema',
      async generateBundle() {
        const source = await readFile(schema, 'utf8')
        this.emitFile({ type: 'asset', fileName: 'bulkhead.schema.json', source })
      },
    },
  ],
  output: {
    dir: 'dist',
    format: 'esm',
    entryFileNames: '[name].mjs',
    chunkFileNames: chunkName,
    minify: true,
    cleanDir: true,
  },
} satisfies RolldownOptions

export default config
