import { homedir } from 'node:os'
import { join } from 'node:path'
import type { Workspace } from '@bulkhead/release'
import { InputError } from '@bulkhead/vocabulary'

/** The key that git signs with; `~` is the shell's, and git's configuration has it too. */
export async function keyOf({ repository }: Workspace, named: string | undefined): Promise<string> {
  const key = named ?? (await repository.configValue('user.signingkey'))
  if (key !== undefined && !key.startsWith('key::') && !key.startsWith('ssh-'))
    return key.replace(/^~(?=\/)/, () => join(homedir()))
  throw new InputError({
    code: 'usage/missing-key',
    subject: 'user.signingkey',
    message: 'git names no file of an SSH key to sign with',
    remedy: 'name your SSH key: `--key ~/.ssh/id_ed25519`',
  })
}
