import { randomUUID } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { APPROVAL_NAMESPACE } from '@bulkhead/approvals'
import { InputError } from '@bulkhead/vocabulary'
import type { Workspace } from './workspace.ts'

/** ssh-keygen signs files, so that keys in agents and tokens work as they do for git. */
export async function signWithSshKeygen(
  { run, repository }: Workspace,
  bytes: Buffer,
  key: string,
): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'bulkhead-approve-'))
  try {
    const file = join(folder, randomUUID())
    await writeFile(file, bytes)
    const argv = ['ssh-keygen', '-Y', 'sign', '-n', APPROVAL_NAMESPACE, '-f', key, file] as const
    const { end, stderr } = await run({ argv, cwd: repository.root })
    if (end.kind === 'exited' && end.code === 0) return await readFile(`${file}.sig`, 'utf8')
    throw new InputError({
      code: 'usage/wrong-key',
      subject: key,
      message: `ssh-keygen could not sign with it: ${stderr.toString().trim().slice(0, 300)}`,
      remedy: 'name your own SSH key: `--key ~/.ssh/id_ed25519`',
    })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
