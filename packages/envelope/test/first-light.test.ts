import { expect, it } from 'vitest'
import { generateKeyPair, openStatement, parsePrivateKey, parsePublicKey, sealStatement } from '../src/index.ts'

it('opens what it sealed, by the right key only', async () => {
  const pair = generateKeyPair()
  const bytes = await sealStatement({ subject: [{ name: 'a', digest: { sha256: '00' } }], predicateType: 't', predicate: { b: 1 } }, parsePrivateKey(Buffer.from(pair.privateKey), 'k'))
  const limits = { maxBytes: 1000, maxDepth: 9 }
  const right = openStatement(bytes, [parsePublicKey(Buffer.from(pair.publicKey), 'k.pub')], limits)
  expect(right).toMatchObject({ kind: 'opened', statement: { predicate: { b: 1 } } })
  const wrong = openStatement(bytes, [parsePublicKey(Buffer.from(generateKeyPair().publicKey), 'other.pub')], limits)
  expect(wrong.kind).toBe('untrusted')
})
