import { mkdir, open, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type FencingToken, fencingToken } from '@bulkhead/vocabulary'
import type { TokenRecord } from './unit-changes.ts'

const NAME = /^(?:0|[1-9]\d{0,15})$/

/**
 * The newest token as the greatest file name of a directory. Entering a token makes its file and reads
 * the directory back: of two that enter at once the older one sees the newer, at the latest before its
 * next effect. No lock, so that nothing is left behind by a holder that is killed.
 */
export class TokenDirectory implements TokenRecord {
  readonly #path: string

  constructor(path: string) {
    this.#path = path
  }

  async admit(token: FencingToken): Promise<boolean> {
    await mkdir(this.#path, { recursive: true, mode: 0o700 })
    if ((await this.read()) > token) return false
    await this.#enter(token)
    const newest = await this.read()
    await this.#forgetBelow(newest)
    return newest <= token
  }

  async read(): Promise<FencingToken> {
    const tokens = await this.#tokens()
    return fencingToken(tokens.reduce((newest, token) => Math.max(newest, token), 0))
  }

  async #tokens(): Promise<readonly number[]> {
    const names = await readdir(this.#path).catch((error: unknown) => {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
      throw error
    })
    return names.filter((name) => NAME.test(name)).map(Number)
  }

  async #enter(token: FencingToken): Promise<void> {
    for (const path of [join(this.#path, String(token)), this.#path]) {
      const file = await open(path, path === this.#path ? 'r' : 'a', 0o600)
      try {
        await file.sync() // The name is on disk before anything is done in its name.
      } finally {
        await file.close()
      }
    }
  }

  async #forgetBelow(newest: FencingToken): Promise<void> {
    for (const token of await this.#tokens())
      if (token < newest) await rm(join(this.#path, String(token)), { force: true })
  }
}
