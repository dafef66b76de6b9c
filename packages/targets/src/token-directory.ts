import { mkdir, open, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { LeaseHolder } from '@bulkhead/rollout'
import { type FencingToken, fencingToken } from '@bulkhead/vocabulary'
import type { TokenRecord } from './unit-changes.ts'

const NAME = /^(?:0|[1-9]\d{0,15})$/

/**
 * The newest token of a region as the greatest file name of a directory of its own. Entering a token makes its file and reads
 * the directory back: of two that enter at once the older one sees the newer, at the latest before its
 * next effect. No lock, so that nothing is left behind by a holder that is killed.
 */
export class TokenDirectory implements TokenRecord {
  readonly #path: string

  constructor(path: string) {
    this.#path = path
  }

  async admit({ region, token }: LeaseHolder): Promise<boolean> {
    const path = this.#of(region)
    await mkdir(path, { recursive: true, mode: 0o700 })
    if ((await this.read(region)) > token) return false
    await enter(path, token)
    const newest = await this.read(region)
    await forgetBelow(path, newest)
    return newest <= token
  }

  async read(region: string): Promise<FencingToken> {
    const tokens = await tokensOf(this.#of(region))
    return fencingToken(tokens.reduce((newest, token) => Math.max(newest, token), 0))
  }

  /** A region's name is letters, digits and hyphens, by the policy. */
  #of(region: string): string {
    return join(this.#path, region)
  }
}

async function tokensOf(path: string): Promise<readonly number[]> {
  const names = await readdir(path).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw error
  })
  return names.filter((name) => NAME.test(name)).map(Number)
}

async function enter(directory: string, token: FencingToken): Promise<void> {
  for (const path of [join(directory, String(token)), directory]) {
    const file = await open(path, path === directory ? 'r' : 'a', 0o600)
    try {
      await file.sync() // The name is on disk before anything is done in its name.
    } finally {
      await file.close()
    }
  }
}

async function forgetBelow(path: string, newest: FencingToken): Promise<void> {
  for (const token of await tokensOf(path))
    if (token < newest) await rm(join(path, String(token)), { force: true })
}
