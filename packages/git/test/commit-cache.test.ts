import { expect, it } from 'vitest'
import { CommitCache } from '../src/commit-cache.ts'

const MEBIBYTE = 1024 * 1024
const commit = (size: number) => ({ type: 'commit', bytes: Buffer.alloc(size) }) as const

it('keeps commits up to its limit, the oldest leaving first, and nothing else', () => {
  const cache = new CommitCache()
  const kept = () => ['a', 'b', 'c', 'd'].filter((id) => cache.get(id) !== undefined).join('')
  cache.keep('a', commit(12 * MEBIBYTE))
  cache.keep('b', commit(12 * MEBIBYTE))
  cache.keep('b', commit(12 * MEBIBYTE))
  expect(kept()).toBe('ab')
  cache.keep('c', commit(12 * MEBIBYTE))
  expect(kept()).toBe('bc')
  cache.keep('d', commit(33 * MEBIBYTE))
  cache.keep('d', { type: 'blob', bytes: Buffer.alloc(1) })
  expect(kept()).toBe('bc')
  cache.keep('d', commit(32 * MEBIBYTE))
  expect(kept()).toBe('d')
})
