import { appendFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type TemporaryDirectory, temporaryDirectory } from '@bulkhead/testkit'
import { answerOf } from './support/answers.ts'
import { type CommandLine, installBulkhead } from './support/command-line.ts'
import { adopt, makeTinyProject } from './support/tiny-project.ts'

let home: TemporaryDirectory
let bulkhead: CommandLine
let repository: string
beforeAll(async () => {
  home = await temporaryDirectory()
  bulkhead = await installBulkhead(join(home.path, 'bin'))
  const project = await makeTinyProject(join(home.path, 'adopted'))
  await adopt(project, { port: 1 })
  repository = project.repository.path
})
afterAll(() => home[Symbol.asyncDispose]())

const test = async () => answerOf(await bulkhead.run(repository, ['notify', 'test', '--json']))

it('says that there is nobody to tell, and then who cannot be told, and why', async () => {
  expect(await test()).toMatchObject({ exitCode: 0, channels: [] })
  await appendFile(
    join(repository, 'bulkhead.yml'),
    '\nnotify:\n  - { kind: slack, url-from: NO_SUCH_SLACK }\n',
  )
  expect(await test()).toMatchObject({
    exitCode: 1,
    findings: [
      {
        code: 'notify/undelivered',
        subject: 'slack ($NO_SUCH_SLACK)',
        message: '$NO_SUCH_SLACK holds no Slack webhook',
      },
    ],
  })
})
