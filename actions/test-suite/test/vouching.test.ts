import { describe, expect, it } from 'vitest'
import { InputError } from '@bulkhead/vocabulary'
import { vouchingOf } from '../src/vouching.ts'

const read = (path: string) => Promise.resolve(`keys of ${path}`)

describe('who vouches for a run', () => {
  it('is a voucher, or the keys of a file', async () => {
    expect(
      await vouchingOf(
        { voucher: undefined, 'voucher-socket': '/v.sock', 'keys-file': undefined },
        read,
      ),
    ).toEqual({ kind: 'voucher', socket: '/v.sock' })
    expect(
      await vouchingOf(
        { voucher: undefined, 'voucher-socket': undefined, 'keys-file': '/k' },
        read,
      ),
    ).toEqual({
      kind: 'local',
      keyring: 'keys of /k',
    })
  })

  it('is GitHub, afterwards, when it is asked for by name', async () => {
    const inputs = {
      voucher: 'github',
      'voucher-socket': undefined,
      'keys-file': undefined,
    } as const
    expect(await vouchingOf(inputs, read)).toEqual({ kind: 'forge' })
  })

  it.each([
    [
      'both',
      { voucher: undefined, 'voucher-socket': '/v.sock', 'keys-file': '/k' },
      'action/invalid-input',
    ],
    [
      'github and a key',
      { voucher: 'github', 'voucher-socket': undefined, 'keys-file': '/k' },
      'action/invalid-input',
    ],
    [
      'neither',
      { voucher: undefined, 'voucher-socket': undefined, 'keys-file': undefined },
      'action/missing-input',
    ],
  ] as const)('is never %s, and no key is read for it', async (_, inputs, code) => {
    const unread = () => Promise.reject(new Error('a key was read'))
    const error: unknown = await vouchingOf(inputs, unread).catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(InputError)
    expect(error).toMatchObject({ findings: [{ code }] })
  })
})
