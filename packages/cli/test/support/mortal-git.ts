import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { succeed } from '@bulkhead/testkit'

/** When a command dies: at its first append to the ledger, before or after that is on record. */
export type Death = 'before' | 'after'

/** A `git` that ends the process which called it, with SIGKILL, when that appends to the ledger. */
export class MortalGit {
  readonly #directory: string

  private constructor(directory: string) {
    this.#directory = directory
  }

  static async make(directory: string): Promise<MortalGit> {
    const real = (await succeed(['which', 'git'], { cwd: '/' })).trim()
    for (const death of ['before', 'after'] as const) {
      await mkdir(join(directory, death), { recursive: true })
      // The program hands its children few variables: what to do stands in the script.
      const script = join(directory, death, 'git')
      await writeFile(script, scriptOf(real, death))
      await chmod(script, 0o755)
    }
    return new MortalGit(directory)
  }

  /** The environment of a command that dies so. */
  dying(death: Death): Readonly<Record<string, string>> {
    return { PATH: `${join(this.#directory, death)}:${process.env['PATH'] ?? ''}` }
  }
}

const scriptOf = (real: string, death: Death): string => `#!/bin/sh
case "$*" in
*"update-ref -m ledger"*)
  ${death === 'after' ? `"${real}" "$@"` : ':'}
  kill -9 $PPID
  exit 1
  ;;
esac
exec "${real}" "$@"
`
