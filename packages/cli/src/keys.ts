import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Command } from 'commander'
import { type Keyring, keysDirectory, parseKeyring } from '@bulkhead/release'
import type { Repository } from '@bulkhead/git'
import { InputError } from '@bulkhead/vocabulary'

const MAX_KEY_BYTES = 64 * 1024

/** The option by which a command that signs is given its private keys. */
export const withKeysOption = (command: Command): Command =>
  command.option(
    '--keys <file>',
    'private keys in PEM, - for stdin (default: those that init made, in the git directory)',
  )

/**
 * The private keys that the caller brings: one file of PEM blocks, stdin for `-` (so that they never
 * lie on disk), or all that `bulkhead init` made.
 */
export async function readKeyring(
  repository: Repository,
  named: string | undefined,
): Promise<Keyring> {
  if (named === '-') return parseKeyring(await readStdin(), 'stdin')
  if (named !== undefined) return parseKeyring(await readKeyFile(named), named)
  const directory = keysDirectory(repository)
  const files = (await readdir(directory).catch(() => []))
    .filter((name) => name.endsWith('.pem'))
    .sort()
  const texts = await Promise.all(files.map((name) => readKeyFile(join(directory, name))))
  // None is no error yet: the policy may name a key service, or a workflow that needs no key.
  return texts.length === 0
    ? { source: directory, signers: [] }
    : parseKeyring(texts.join('\n'), directory)
}

async function readKeyFile(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((cause: unknown) => {
    throw new InputError(
      {
        code: 'usage/missing-key',
        subject: path,
        message: 'cannot be read',
        remedy: 'check the path and its permissions; `bulkhead init` makes keys',
      },
      { cause },
    )
  })
}

async function readStdin(): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of process.stdin) {
    const bytes = Buffer.from(chunk as Uint8Array)
    size += bytes.byteLength
    if (size > MAX_KEY_BYTES) break
    chunks.push(bytes)
  }
  return Buffer.concat(chunks).toString('utf8')
}
