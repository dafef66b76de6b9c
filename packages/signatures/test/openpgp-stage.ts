import { join } from 'node:path'
import { type Repository, openRepository } from '@bulkhead/git'
import {
  type GitFixture,
  type GpgHome,
  gpgIsInstalled,
  makeGpgHome,
  makeRepository,
  makeSshSigner,
  temporaryDirectory,
} from '@bulkhead/testkit'
import { type CommitId, commitId } from '@bulkhead/vocabulary'
import {
  type CommitJudgement,
  type OpenPgpSigner,
  judgeCommit,
  parseOpenPgpCertificates,
} from '../src/index.ts'
import { RECEIPT, parse, withSignature } from './stage.ts'

/** Why OpenPGP tests may be skipped; where engines are required they fail instead. */
export const noGpg = process.env['BULKHEAD_REQUIRE_ENGINES'] !== '1' && !gpgIsInstalled()

/** One key that SSH trusts, since a policy without any is refused. */
const ssh = makeSshSigner('Ssh')
export const sshSigners = parse(`${ssh.email} namespaces="git" ${ssh.publicKey}\n`)

export const EMAIL = 'ada@example.test'
const WHO = `Ada <${EMAIL}> 1760000000 +0000`
export const PLAIN = `tree ${'a'.repeat(40)}\nauthor ${WHO}\ncommitter ${WHO}\n\nsubject\n`

export async function signersOf(
  certificates: string,
  committers: readonly string[] = [EMAIL],
): Promise<readonly OpenPgpSigner[]> {
  const parsed = await parseOpenPgpCertificates(Buffer.from(certificates), 'keys.asc')
  const principal = { name: committers[0] ?? '', role: 'person', committers } as const
  return parsed.map((certificate) => ({ principal, certificate }))
}

/** Judges a commit source as if it were stored. */
export const judgeText = (
  source: string | Buffer,
  openPgpSigners: readonly OpenPgpSigner[] | undefined,
  receiptTime = RECEIPT,
): CommitJudgement =>
  judgeCommit({
    commit: commitId('c'.repeat(40)),
    bytes: typeof source === 'string' ? Buffer.from(source, 'latin1') : source,
    allowedSigners: sshSigners,
    openPgpSigners,
    receiptTime,
  })

export const judgeArmor = (
  armor: string,
  signers: readonly OpenPgpSigner[] | undefined,
  receiptTime?: number,
): CommitJudgement => judgeText(withSignature(PLAIN, armor), signers, receiptTime)

export interface OpenPgpStage extends AsyncDisposable {
  readonly home: GpgHome
  readonly folder: string
}

export async function setOpenPgpStage(): Promise<OpenPgpStage> {
  const directory = await temporaryDirectory('gpg-')
  const home = await makeGpgHome(directory.path)
  return {
    home,
    folder: directory.path,
    async [Symbol.asyncDispose]() {
      await home[Symbol.asyncDispose]()
      await directory[Symbol.asyncDispose]()
    },
  }
}

export interface OpenPgpRepository extends AsyncDisposable {
  readonly fixture: GitFixture
  readonly repository: Repository
  /** `git commit -S` with gpg.format=openpgp. */
  commit(message: string, key: string, options?: { at?: string; email?: string }): Promise<CommitId>
  /** Whether `git verify-commit` accepts it, with gpg's clock at `at`. */
  gitAccepts(commit: CommitId, at?: string): Promise<boolean>
}

export async function makeOpenPgpRepository(
  { home, folder }: OpenPgpStage,
  objectFormat: 'sha1' | 'sha256' = 'sha1',
): Promise<OpenPgpRepository> {
  const fixture = await makeRepository(join(folder, `repo-${objectFormat}`), { objectFormat })
  const repository = await openRepository(fixture.path)
  const configured = async (at: string | undefined) => [
    '-c',
    'gpg.format=openpgp',
    '-c',
    `gpg.program=${await home.program(at)}`,
  ]
  return {
    fixture,
    repository,
    commit: async (message, key, { at, email = EMAIL } = {}) => {
      const who = ['-c', 'user.name=Ada', '-c', `user.email=${email}`]
      const signing = ['--allow-empty', `-S${key}!`, '-m', message]
      await fixture.git(...(await configured(at)), ...who, 'commit', '--quiet', ...signing)
      return commitId((await fixture.git('rev-parse', 'HEAD')).trim())
    },
    gitAccepts: async (commit, at) =>
      fixture.git(...(await configured(at)), 'verify-commit', commit).then(
        () => true,
        () => false,
      ),
    [Symbol.asyncDispose]: () => repository.close(),
  }
}
