import type { LeaseHolder } from '@bulkhead/rollout'
import { type FencingToken, fencingToken } from '@bulkhead/vocabulary'
import type { RunProcess } from '@bulkhead/world'
import { commandFailed } from '../refusals.ts'
import type { TokenRecord } from '../unit-changes.ts'
import { wordsOf } from '@bulkhead/world'

const TIMEOUT_MS = 30_000
const PRINTED = /^(?:0|[1-9]\d{0,15})\s*$/

export interface TokenCommandWorld {
  readonly run: RunProcess
  readonly env: Readonly<Record<string, string>>
  readonly directory: string
}

/**
 * The newest token where every controller sees it, kept by a command: `{token}` becomes the token to
 * enter, which must only take effect when it is the newest of its `{region}`; it prints the newest
 * there afterwards. `0` asks.
 */
export class TokenCommand implements TokenRecord {
  readonly #argv: readonly [string, ...string[]]
  readonly #world: TokenCommandWorld

  constructor(argv: readonly [string, ...string[]], world: TokenCommandWorld) {
    this.#argv = argv
    this.#world = world
  }

  async admit({ region, token }: LeaseHolder): Promise<boolean> {
    return (await this.#enter(region, token)) <= token
  }

  read(region: string): Promise<FencingToken> {
    return this.#enter(region, fencingToken(0))
  }

  /** @throws WorldError when the command fails or prints anything but a number. */
  async #enter(region: string, token: FencingToken): Promise<FencingToken> {
    const { run, env, directory } = this.#world
    const fill = (word: string) =>
      word.replaceAll('{region}', region).replaceAll('{token}', String(token))
    const [program, ...words] = this.#argv
    const { end, stdout, stderr } = await run({
      argv: [fill(program), ...words.map(fill)],
      cwd: directory,
      env,
      timeout: TIMEOUT_MS,
      maxOutput: 64 * 1024,
    })
    const printed = stdout.toString('utf8')
    if (end.kind === 'exited' && end.code === 0 && PRINTED.test(printed))
      return fencingToken(Number(printed))
    const said = `${stderr.toString('utf8')} ${printed}`.trim().slice(-500)
    throw commandFailed(`fence ${token}`, `\`fence\` ${wordsOf(end, TIMEOUT_MS)}: ${said}`)
  }
}
