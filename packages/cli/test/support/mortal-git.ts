import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { succeed } from '@bulkhead/testkit'

/** When a command dies: at its first effect by a program, before or after that is done. */
export type Death = 'before' | 'after'

/**
 * What a command does through other programs, told by their arguments: the first append to a ledger, a
 * signature. Later appends are moves of the branch by the command itself ({@link MORTAL_BRANCH}).
 */
const EFFECTS = { git: 'update-ref -m ledger', 'ssh-keygen': '-Y sign' } as const
const PRELOAD = 'mortal-branch.mjs'
export type Effect = keyof typeof EFFECTS

/** Loaded before the command: the branch of a ledger is moved under a lock that has two names, by a rename. */
const MORTAL_BRANCH = (death: Death): string => `import files from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'
const { link, rename } = files
const isLock = (path) => /refs.heads.ledger.[^/]+\\.lock$/.test(String(path))
const die = () => {
  process.kill(process.pid, 'SIGKILL')
  return new Promise(() => {})
}
files.link = (from, to) => (${death === 'before'} && isLock(to) ? die() : link(from, to))
files.rename = async (from, to) => {
  await rename(from, to)
  if (${death === 'after'} && isLock(from)) await die()
}
syncBuiltinESMExports()
`

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
        await writeFile(join(place, PRELOAD), MORTAL_BRANCH(death))
      }
    }
    return new MortalGit(directory)
  }

  /** The environment of a command that dies so. */
  dying(death: Death, effect: Effect = 'git'): Readonly<Record<string, string>> {
    const place = join(this.#directory, effect, death)
    const path = `${place}:${process.env['PATH'] ?? ''}`
    if (effect !== 'git') return { PATH: path }
    return { PATH: path, NODE_OPTIONS: `--import=${pathToFileURL(join(place, PRELOAD)).href}` }
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
