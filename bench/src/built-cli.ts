import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { timeProcess } from './child.ts'

const CLI = fileURLToPath(new URL('../../packages/cli/dist/bulkhead.mjs', import.meta.url))

export interface Timed {
  readonly seconds: number
  /** Peak resident memory of the process, in megabytes. */
  readonly megabytes: number
}

/**
 * Prints the peak at the end. A child's `maxRSS` begins with its parent's, so Linux is asked for the
 * high-water mark of the program itself.
 */
const TELL_MEMORY = `data:text/javascript,${encodeURIComponent(`
  import { readFileSync } from 'node:fs'
  const peak = () => {
    try {
      return /VmHWM:\\s+(\\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'))[1]
    } catch {
      return process.resourceUsage().maxRSS
    }
  }
  process.on('exit', () => console.error('peak ' + peak()))
`)}`

/** A whole process of the built `bulkhead`, as its own first line has it started. */
export async function timeBulkhead(
  args: readonly string[],
  cwd: string,
  pin: readonly string[] = [],
): Promise<Timed & { readonly stdout: string }> {
  const [first = ''] = (await readFile(CLI, 'utf8')).split('\n', 1)
  const flags = first.split(' ').filter((word) => word.startsWith('--'))
  const argv = [...pin, process.execPath, ...flags, '--import', TELL_MEMORY, CLI, ...args]
  const [program = process.execPath, ...rest] = argv
  const { seconds, stdout, stderr } = await timeProcess([program, ...rest], cwd)
  return { seconds, stdout, megabytes: Number(/peak (\d+)/.exec(stderr)?.[1]) / 1_024 }
}
