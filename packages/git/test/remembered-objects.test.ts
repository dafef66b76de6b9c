import { describe, expect, it } from 'vitest'
import { rememberObjects } from '../src/remembered-objects.ts'
import type { RawObject } from '../src/repository.ts'

function counted(bytesOf: (id: string) => Buffer) {
  const reads: string[] = []
  const read = rememberObjects((id) => {
    reads.push(id)
    return Promise.resolve<RawObject>({ type: 'tree', bytes: bytesOf(id) })
  })
  return { reads, read }
}

describe('objects that are read again', () => {
  it('are read once, also when they are asked for at the same moment', async () => {
    const { reads, read } = counted((id) => Buffer.from(id))
    const all = await Promise.all([read('a'), read('b'), read('a')])
    expect(all.map(({ bytes }) => bytes.toString())).toEqual(['a', 'b', 'a'])
    await read('b')
    expect(reads).toEqual(['a', 'b'])
  })

  it('are forgotten when many others came after them, or when they are large', async () => {
    const { reads, read } = counted((id) => Buffer.alloc(id === 'large' ? 65_537 : 1))
    await read('large')
    await read('large')
    expect(reads).toEqual(['large', 'large'])
    for (const id of ['old', ...Array.from({ length: 64 }, (_, n) => `n${n}`)]) await read(id)
    await read('old')
    expect(reads.filter((id) => id === 'old')).toHaveLength(2)
  })

  it('are asked for again after a failure', async () => {
    let tries = 0
    const read = rememberObjects(() => {
      tries += 1
      return tries === 1
        ? Promise.reject(new Error('once'))
        : Promise.resolve<RawObject>({ type: 'tree', bytes: Buffer.alloc(0) })
    })
    await expect(read('a')).rejects.toThrow('once')
    expect((await read('a')).type).toBe('tree')
  })
})
