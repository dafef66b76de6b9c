import { writeFile } from 'node:fs/promises'
import { InputError } from '@bulkhead/vocabulary'

/**
 * Writes a file that must not be there yet: a link that an earlier step left could lead anywhere.
 * @throws InputError `usage/unwritable-file`
 */
export async function writeNew(file: string, text: string): Promise<void> {
  await writeFile(file, text, { flag: 'wx', mode: 0o600 }).catch((cause: unknown) => {
    throw new InputError(
      {
        code: 'usage/unwritable-file',
        subject: file,
        message: 'cannot be written as a new file',
        remedy: 'name a file that does not exist yet, in a folder that does',
      },
      { cause },
    )
  })
}
