import { expect, it } from 'vitest'
import {
  allowedSigners,
  makePerson,
  makeRepository,
  succeed,
  temporaryDirectory,
} from '../src/index.ts'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'

it('makes commits whose SSH signatures git itself accepts', async () => {
  await using home = await temporaryDirectory()
  const ada = await makePerson('Ada', home.path)
  const eve = await makePerson('Eve', home.path)
  const repository = await makeRepository(join(home.path, 'repo'))
  const signed = await repository.commit({
    by: ada,
    message: 'one',
    files: { 'a/b.txt': 'text\n' },
  })
  const unsigned = await repository.commit({ by: ada, message: 'two', signedBy: null })
  const signers = join(home.path, 'allowed')
  await writeFile(signers, allowedSigners([ada, eve]))
  const status = (id: string) =>
    succeed(
      ['git', '-c', `gpg.ssh.allowedSignersFile=${signers}`, 'log', '-1', '--format=%G? %GS', id],
      { cwd: repository.path },
    )
  expect(await status(signed)).toBe('G ada@example.test\n')
  expect(await status(unsigned)).toBe('N \n')
})
