import { stat, readdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Figure, median } from '../figure.ts'
import { timeProcess } from '../child.ts'

const CLI = join(
  dirname(fileURLToPath(import.meta.url)),
  '..',
  '..',
  '..',
  'packages',
  'cli',
  'dist',
)

/** Start of the built command line until its options are parsed, beside a Node that does nothing. */
export const coldStart: Figure = {
  name: 'cold-start',
  what: 'the built command line until its options are parsed',
  async measure() {
    const ours: number[] = []
    const bare: number[] = []
    for (let run = 0; run < 11; run += 1) {
      bare.push((await timeProcess([process.execPath, '--eval', '0'], '.')).seconds)
      ours.push(
        (
          await timeProcess(
            [process.execPath, join(CLI, 'bulkhead.mjs'), 'verify-commits', '--help'],
            '.',
          )
        ).seconds,
      )
    }
    const measured = median(ours) * 1_000
    const peer = median(bare) * 1_000
    const sizes = await Promise.all(
      // Clients of cloud services are read where a policy names such a signer, and nowhere else.
      (await readdir(CLI))
        .filter((name) => name.endsWith('.mjs') && !name.startsWith('cloud-'))
        .map(async (name) => (await stat(join(CLI, name))).size),
    )
    const megabytes = sizes.reduce((total, size) => total + size, 0) / 1e6
    return {
      measured,
      unit: 'ms',
      peer: { name: 'node --eval 0', value: peer },
      ratio: measured / peer,
      mark: '≤ 150 ms, entry and chunks ≤ 1.5 MB',
      holds: measured <= 150 && megabytes <= 1.5,
      notes: [`entry and chunks: ${megabytes.toFixed(2)} MB`],
    }
  },
}
