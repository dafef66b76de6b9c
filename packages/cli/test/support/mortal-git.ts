import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { succeed } from '@bulkhead/testkit'

/** When a command dies: at its first effect by a program, before or after that is done. */
export type Death = 'before' | 'after'

/** What a command does through other programs, told by their arguments: an append, a signature. */
const EFFECTS = { git: 'update-ref -m ledger', 'ssh-keygen': '-Y sign' } as const
export type Effect = keyof typeof EFFECTS

/** Programs that end the process which called them, with SIGKILL, when that has an effect by them. */
export class MortalGit {
  readonly #directory: string

  private constructor(directory: string) {
    this.#directory = directory
  }

  static async make(directory: string): Promise<MortalGit> {
    for (const effect of ['git', 'ssh-keygen'] as const) {
      const real = (await succeed(['which', effect], { cwd: '/' })).trim()
      for (const death of ['before', 'after'] as const) {
        const place = join(directory, effect, death)
        await mkdir(place, { recursive: true })
        // The program hands its children few variables: what to do stands in the script.
        const script = join(place, effect)
        await writeFile(script, scriptOf(real, EFFECTS[effect], death))
        await chmod(script, 0o755)
      }
    }
    return new MortalGit(directory)
  }

  /** The environment of a command that dies so. */
  dying(death: Death, effect: Effect = 'git'): Readonly<Record<string, string>> {
    return { PATH: `${join(this.#directory, effect, death)}:${process.env['PATH'] ?? ''}` }
  }
}

const scriptOf = (real: string, words: string, death: Death): string => `#!/bin/sh
case "$*" in
*"${words}"*)
  ${death === 'after' ? `"${real}" "$@"` : ':'}
  kill -9 $PPID
  exit 1
  ;;
esac
exec "${real}" "$@"
`
