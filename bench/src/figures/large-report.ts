import { mkdir, open, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { temporaryDirectory } from '@bulkhead/testkit'
import { timeProcess } from '../child.ts'
import type { Figure, Measurement } from '../figure.ts'

const LARGE = 200_000_000
const MOST_MEGABYTES = 200

interface Shape {
  readonly first: string
  readonly one: (n: number) => string
  readonly last: (count: number) => string
  /** A program that reads the same file, to stand beside. */
  readonly peer?: { readonly name: string; readonly program: string }
}

/** Reads a report of 200 MB: hash, strict parse, judgement, duplicates in one pass and flat memory. */
export function large(format: string, shape: Shape): Figure {
  return {
    name: `reports-${format}`,
    what: `${format} report of ${LARGE / 1e6} MB, its format told by content`,
    async measure(): Promise<Measurement> {
      await using home = await temporaryDirectory()
      const file = join(home.path, 'large')
      const count = await writeLarge(file, shape)
      const { seconds, peakMegabytes } = await readAll(home.path, [file], count)
      const peer = shape.peer === undefined ? undefined : await readPeer(shape.peer.program, file)
      const measured = LARGE / 1e6 / seconds
      const peerSpeed = peer === undefined ? 0 : LARGE / 1e6 / peer.seconds
      return {
        measured,
        unit: 'MB/s',
        peer: shape.peer === undefined ? null : { name: shape.peer.name, value: peerSpeed },
        ratio: peer === undefined ? null : measured / peerSpeed,
        mark: `peak ≤ ${MOST_MEGABYTES} MB`,
        holds: peakMegabytes <= MOST_MEGABYTES,
        notes: [
          `${count.toLocaleString('en')} tests, ${seconds.toFixed(1)} s, peak memory ${peakMegabytes.toFixed(0)} MB`,
          ...(peer === undefined
            ? []
            : [`${shape.peer?.name}: peak memory ${peer.peakMegabytes.toFixed(0)} MB`]),
        ],
      }
    },
  }
}

async function writeLarge(path: string, { first, one, last }: Shape): Promise<number> {
  await using file = await open(path, 'w')
  let bytes = (await file.write(first)).bytesWritten
  let count = 0
  while (bytes < LARGE) {
    const lines = Array.from({ length: 1_000 }, (_, n) => one(count + n)).join('')
    bytes += (await file.write(lines)).bytesWritten
    count += 1_000
  }
  await file.write(last(count))
  return count
}

interface RunFigures {
  readonly seconds: number
  readonly peakMegabytes: number
}

const programPath = (name: string): string =>
  fileURLToPath(new URL(`../programs/${name}`, import.meta.url))

/** Reads files as the product does: in a process with the flags that `bulkhead` gives itself. */
export async function readAll(
  home: string,
  files: readonly string[],
  cases: number,
): Promise<RunFigures> {
  const list = join(home, 'list')
  await mkdir(list)
  await writeFile(join(list, 'files'), files.join('\n'))
  const argv = [...(await productFlags()), programPath('read-reports.ts'), join(list, 'files')]
  const { stdout } = await timeProcess([process.execPath, ...argv], '.')
  const figures = JSON.parse(stdout) as RunFigures & { readonly passed: number }
  if (figures.passed !== cases) throw new Error(`${figures.passed} passed, ${cases} were written`)
  return figures
}

/** As the first line of the command has them. */
async function productFlags(): Promise<string[]> {
  const main = new URL('../../../packages/cli/src/main.ts', import.meta.url)
  const [first = ''] = (await readFile(main, 'utf8')).split('\n')
  return first.split(' ').filter((word) => word.startsWith('--'))
}

async function readPeer(program: string, file: string): Promise<RunFigures> {
  const { stdout } = await timeProcess([process.execPath, programPath(program), file], '.')
  return JSON.parse(stdout) as RunFigures
}
