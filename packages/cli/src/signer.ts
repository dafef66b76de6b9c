import { readFile } from 'node:fs/promises'
import { type Signer, parsePrivateKey } from '@bulkhead/envelope'
import type { Repository } from '@bulkhead/git'
import { type KeyRole, defaultKeyFile } from '@bulkhead/release'
import { InputError } from '@bulkhead/vocabulary'

const MAX_KEY_BYTES = 64 * 1024

/**
 * The private key of a role: from the file named, from stdin for `-` (so that it never lies on disk),
 * or from where `bulkhead init` put it.
 * @throws InputError `usage/missing-key`, `usage/wrong-key`
 */
export async function readSigner(repository: Repository, role: KeyRole, named: string | undefined): Promise<Signer> {
  if (named === '-') return parsePrivateKey(await readStdin(), 'stdin')
  const path = named ?? defaultKeyFile(repository, role)
  const pem = await readFile(path).catch((cause: unknown) => {
    throw new InputError(
      {
        code: 'usage/missing-key',
        subject: path,
        message: `cannot read the ${role}'s private key`,
        remedy: 'make keys with `bulkhead init`, name the file with --key FILE, or pass the key on stdin with --key -',
      },
      { cause },
    )
  })
  return parsePrivateKey(pem, path)
}

async function readStdin(): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of process.stdin) {
    const bytes = Buffer.from(chunk as Uint8Array)
    size += bytes.byteLength
    if (size > MAX_KEY_BYTES) break
    chunks.push(bytes)
  }
  return Buffer.concat(chunks)
}
