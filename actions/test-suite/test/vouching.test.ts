import { describe, expect, it } from 'vitest'
import { InputError } from '@bulkhead/vocabulary'
import { vouchingOf } from '../src/vouching.ts'

const read = (path: string) => Promise.resolve(`keys of ${path}`)

describe('who vouches for a run', () => {
  it('is a voucher, or the keys of a file', async () => {
    expect(await vouchingOf({ 'voucher-socket': '/v.sock', 'keys-file': undefined }, read)).toEqual(
      { kind: 'voucher', socket: '/v.sock' },
    )
    expect(await vouchingOf({ 'voucher-socket': undefined, 'keys-file': '/k' }, read)).toEqual({
      kind: 'local',
      keyring: 'keys of /k',
    })
  })

  it.each([
    ['both', { 'voucher-socket': '/v.sock', 'keys-file': '/k' }, 'action/invalid-input'],
    ['neither', { 'voucher-socket': undefined, 'keys-file': undefined }, 'action/missing-input'],
  ])('is never %s, and no key is read for it', async (_, inputs, code) => {
    const unread = () => Promise.reject(new Error('a key was read'))
    const error: unknown = await vouchingOf(inputs, unread).catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(InputError)
    expect(error).toMatchObject({ findings: [{ code }] })
  })
})
