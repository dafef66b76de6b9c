import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { temporaryDirectory } from '@bulkhead/testkit'
import { answerOf } from './support/answers.ts'
import { installBulkhead } from './support/command-line.ts'
import { adopt, makeTinyProject } from './support/tiny-project.ts'

it('a voucher process holds the key, runs the suites for others, and ends when it is told to', async () => {
  await using home = await temporaryDirectory()
  const bulkhead = await installBulkhead(join(home.path, 'bin'))
  const project = await makeTinyProject(join(home.path, 'project'))
  await adopt(project, { port: 1 })
  const { path } = project.repository
  const keys = join(path, '.git', 'bulkhead', 'keys')
  const input = await readFile(join(keys, 'voucher.pem'), 'utf8')
  await rm(join(keys, 'voucher.pem')) // Nobody but the voucher has it now.
  const folder = await mkdtemp(join(tmpdir(), 'bulkhead-')) // Short: the path of a socket is limited.
  const socket = join(folder, 'voucher.sock')
  const line = ['voucher', '--socket', socket, '--keys', '-', '--json']
  const voucher = bulkhead.start(path, line, { input })
  try {
    await voucher.until('ready at')
    const alone = answerOf(await bulkhead.run(path, ['test', '--json']))
    expect(alone).toMatchObject({ exitCode: 2, findings: [{ code: 'usage/wrong-key' }] })
    const vouched = answerOf(await bulkhead.run(path, ['test', '--voucher', socket, '--json']))
    expect(vouched).toMatchObject({ exitCode: 0, runs: [{ suite: 'tenant-isolation' }] })
    await bulkhead.run(path, ['build'])
    expect(answerOf(await bulkhead.run(path, ['gate', '--json']))).toMatchObject({ exitCode: 0 })
  } finally {
    voucher.child.kill('SIGTERM')
  }
  expect(answerOf(await voucher.ended)).toMatchObject({ exitCode: 0, command: 'voucher' })
  expect(existsSync(socket)).toBe(false)
  await rm(folder, { recursive: true, force: true })
})
