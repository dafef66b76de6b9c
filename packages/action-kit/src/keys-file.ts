import { readFile, stat } from 'node:fs/promises'
import { type Finding, InputError } from '@bulkhead/vocabulary'

const MAX_KEY_BYTES = 64 * 1_024

/**
 * The text of a file of private keys, and hidden from the log. Keys are never an input themselves:
 * inputs are in the environment, which every child and every dump of it can see.
 * @throws InputError `usage/missing-key`, or `usage/wrong-key` for what cannot be a file of keys
 */
export async function readKeysFile(path: string, mask: (secret: string) => void): Promise<string> {
  try {
    const found = await stat(path)
    if (!found.isFile()) throw new InputError(wrongKey(path, 'is not a regular file'))
    if (found.size > MAX_KEY_BYTES)
      throw new InputError(wrongKey(path, `${found.size} bytes are too many for a file of keys`))
    const text = await readFile(path, 'utf8')
    mask(text)
    return text
  } catch (cause) {
    if (cause instanceof InputError) throw cause
    throw new InputError(
      {
        code: 'usage/missing-key',
        subject: path,
        message: 'cannot be read',
        remedy: 'name a file of private keys in PEM with `keys-file:`, readable by the runner',
      },
      { cause },
    )
  }
}

const wrongKey = (path: string, message: string): Finding => ({
  code: 'usage/wrong-key',
  subject: path,
  message,
  remedy: `name a file of private keys in PEM, at most ${MAX_KEY_BYTES} bytes`,
})
