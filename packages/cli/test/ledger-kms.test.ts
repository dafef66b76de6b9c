import { execFileSync } from 'node:child_process'
import { copyFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  type KmsServer,
  type TemporaryDirectory,
  startKms,
  temporaryDirectory,
} from '@bulkhead/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Answer, answerOf } from './support/answers.ts'
import { type CommandLine, installBulkhead } from './support/command-line.ts'
import { policyText } from './support/tiny-app.ts'
import { adopt, makeTinyProject, writeFiles } from './support/tiny-project.ts'

const P256 = 'arn:aws:kms:eu-central-1:111122223333:alias/ledger'
const ED25519 = 'arn:aws:kms:eu-central-1:111122223333:key/0b6c0b8e-ledger'

describe('a ledger whose key lies in AWS KMS', () => {
  let home: TemporaryDirectory
  let kms: KmsServer
  let bulkhead: CommandLine
  beforeAll(async () => {
    home = await temporaryDirectory()
    kms = await startKms({ [P256]: 'ecdsa-p256', [ED25519]: 'ed25519' })
    bulkhead = await installBulkhead(join(home.path, 'bin'))
  })
  afterAll(async () => {
    await kms[Symbol.asyncDispose]()
    await home[Symbol.asyncDispose]()
  })

  /** A project whose policy names the key of this ARN at its genesis. */
  async function begun(name: string, arn: string) {
    const project = await makeTinyProject(join(home.path, name))
    const { repository, ada } = project
    await adopt(project, { port: 1 })
    const ledger = '{ file: .bulkhead/keys/ledger.pub'
    const policy = policyText({ port: 1 }).replace(ledger, `${ledger}, kms: '${arn}'`)
    await writeFiles(repository.path, {
      'bulkhead.yml': policy,
      '.bulkhead/keys/ledger.pub': kms.publicKeys.get(arn) ?? '',
    })
    const genesis = await repository.commit({ by: ada, message: 'Keep the ledger key in KMS' })
    await repository.git('config', 'bulkhead.genesis', genesis)
    const env = {
      AWS_ENDPOINT_URL_KMS: kms.url,
      AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
      AWS_SECRET_ACCESS_KEY: 'example',
    }
    const run = async (code: number, ...args: readonly string[]): Promise<Answer> => {
      const ended = await bulkhead.run(repository.path, [...args, '--json'], { env })
      const answer = answerOf(ended)
      expect(answer, JSON.stringify(answer.findings)).toMatchObject({ exitCode: code })
      return answer
    }
    const file = (rest: string) => join(home.path, name, rest)
    return { run, file, root: repository.path }
  }
  const codes = ({ findings }: Answer) => findings.map(({ code }) => code)

  it('signs entries of any length and every checkpoint with ECDSA P-256', async () => {
    const { run, file } = await begun('ecdsa', P256)
    await run(0, 'ledger', 'heartbeat')
    await run(0, 'ledger', 'annotate', '1', 'a long story '.repeat(700))
    expect(await run(0, 'ledger', 'verify', '--save', file('seen'))).toMatchObject({ size: 3 })
    await run(0, 'ledger', 'verify', '--from', file('seen'))
    const { policy } = await run(0, 'ledger', 'policy')
    // Type 2 of C2SP signed-note, before the key's own DER.
    expect(String(policy)).toMatch(/\+[0-9a-f]{8}\+AjBZMBMG/)
    await writeFile(file('mine.json'), String(policy))
    const mine = ['--verifier-policy', file('mine.json')]
    await run(0, 'ledger', 'verify', ...mine)
    await run(0, 'ledger', 'proof', '2', '--out', file('proof'))
    expect(await run(0, 'ledger', 'proof', 'verify', file('proof'), ...mine)).toMatchObject({
      verdict: 'PROVEN',
    })
    await run(0, 'test', '--run', '1')
    await run(0, 'build')
    await run(0, 'gate', '--run', '1')
    expect(await run(0, 'ledger', 'verify', ...mine)).toMatchObject({ size: 4 })
  })

  it('is opened for no deploy where KMS would sign its short entries only; another key takes over', async () => {
    const { run, file, root } = await begun('ed25519', ED25519)
    await run(0, 'test', '--run', '1')
    await run(0, 'build')
    expect(codes(await run(2, 'gate', '--run', '1'))).toEqual(['signer/too-long'])
    await run(0, 'ledger', 'heartbeat')
    expect(await run(0, 'ledger', 'log')).toMatchObject({ size: 2 })
    execFileSync('openssl', ['genpkey', '-algorithm', 'ed25519', '-out', file('next.pem')])
    execFileSync('openssl', ['pkey', '-in', file('next.pem'), '-pubout', '-out', file('next.pub')])
    const names = ['--old', join(root, '.bulkhead/keys/ledger.pub'), '--new', file('next.pub')]
    await run(0, 'ledger', 'keys', 'rotate', ...names, '--name', 'next')
    await copyFile(file('next.pem'), join(root, '.git/bulkhead/keys/next.pem'))
    await run(0, 'gate', '--run', '1')
    expect(await run(0, 'ledger', 'verify')).toMatchObject({ size: 4 })
  })
})
