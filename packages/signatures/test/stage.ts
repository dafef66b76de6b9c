import { execFileSync } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Repository, openRepository } from '@bulkhead/git'
import {
  type GitFixture,
  type Person,
  allowedSigners,
  makePerson,
  makeRepository,
  temporaryDirectory,
} from '@bulkhead/testkit'
import { type CommitId, commitId } from '@bulkhead/vocabulary'
import {
  type AllowedSigners,
  type CommitJudgement,
  type Principal,
  type RevokedKeys,
  type SigningRules,
  judgeCommit,
  parseAllowedSigners,
} from '../src/index.ts'

/** When every commit of a test reaches the judge, whatever times it carries itself. */
export const RECEIPT = Date.UTC(2026, 5, 1)

/** Two allowed people, a stranger, and a repository: what most cases play on. */
export interface Stage extends AsyncDisposable {
  readonly home: string
  readonly ada: Person
  readonly ben: Person
  readonly eve: Person
  readonly fixture: GitFixture
  readonly repository: Repository
  readonly allowed: AllowedSigners
  /** The bytes of a commit, as text of one byte a character. */
  source(commit: CommitId): Promise<string>
  /** Stores any bytes as a commit object, as an attacker would. */
  store(source: string): Promise<CommitId>
  judge(commit: CommitId, options?: JudgeOptions): Promise<CommitJudgement>
  /** Whether `git verify-commit` accepts it under the same allowed signers. */
  gitAccepts(commit: CommitId, signers?: string): Promise<boolean>
}

export interface JudgeOptions {
  /** Text of allowed_signers; default: Ada and Ben, each for their own email. */
  readonly signers?: string
  readonly receiptTime?: number
  readonly revokedKeys?: RevokedKeys
  readonly requireTouch?: boolean
  readonly rules?: SigningRules
}

export async function setStage(objectFormat: 'sha1' | 'sha256' = 'sha1'): Promise<Stage> {
  const home = await temporaryDirectory()
  const [ada, ben, eve] = await Promise.all(
    ['Ada', 'Ben', 'Eve'].map((name) => makePerson(name, home.path)),
  )
  if (ada === undefined || ben === undefined || eve === undefined) throw new Error('no people')
  const fixture = await makeRepository(join(home.path, 'repo'), { objectFormat })
  const repository = await openRepository(fixture.path)
  const text = allowedSigners([ada, ben])
  return {
    home: home.path,
    ada,
    ben,
    eve,
    fixture,
    repository,
    allowed: parse(text),
    source: async (commit) => (await repository.readObject(commit)).bytes.toString('latin1'),
    store: (source) => store(fixture, home.path, source),
    judge: async (commit, { signers = text, receiptTime = RECEIPT, ...more } = {}) => {
      const { bytes } = await repository.readObject(commit)
      return judgeCommit({ commit, bytes, allowedSigners: parse(signers), receiptTime, ...more })
    },
    gitAccepts: (commit, signers = text) => gitAccepts(fixture, home.path, commit, signers),
    async [Symbol.asyncDispose]() {
      await repository.close()
      await home[Symbol.asyncDispose]()
    },
  }
}

export const parse = (text: string, principals: readonly Principal[] = []): AllowedSigners =>
  parseAllowedSigners(Buffer.from(text), '.bulkhead/allowed_signers', principals)

async function store(fixture: GitFixture, home: string, source: string): Promise<CommitId> {
  const file = join(home, 'object')
  await writeFile(file, source, 'latin1')
  const id = await fixture.git('hash-object', '-t', 'commit', '-w', '--literally', file)
  return commitId(id.trim())
}

async function gitAccepts(
  fixture: GitFixture,
  home: string,
  commit: CommitId,
  signers: string,
): Promise<boolean> {
  const file = join(home, 'allowed')
  await writeFile(file, signers)
  const verify = fixture.git('-c', `gpg.ssh.allowedSignersFile=${file}`, 'verify-commit', commit)
  return verify.then(
    () => true,
    () => false,
  )
}

/** The codes of a judgement; empty when it passed. */
export const codesOf = (judgement: CommitJudgement): readonly string[] =>
  judgement.verdict === 'passed' ? [] : judgement.findings.map(({ code }) => code)

const SSH_KEYGEN = 'ssh-keygen'

/** Signs `payload` as git has `ssh-keygen` sign it, or for another namespace or hash. */
export function signWithSshKeygen(
  payload: string,
  by: Person,
  { namespace = 'git', hash = 'sha512' } = {},
): string {
  const argv = ['-Y', 'sign', '-n', namespace, '-f', by.keyFile, '-O', `hashalg=${hash}`]
  const input = Buffer.from(payload, 'latin1')
  return execFileSync(SSH_KEYGEN, argv, { input, stdio: ['pipe', 'pipe', 'ignore'] }).toString()
}

/** A commit source with `armor` as its signature header, after the committer line. */
export function withSignature(source: string, armor: string, header = 'gpgsig'): string {
  const [before = '', after = ''] = splitAfterCommitter(source)
  return `${before}${header} ${armor.replace(/\n$/, '').split('\n').join('\n ')}\n${after}`
}

/** A commit source with a line put in right after its committer. */
export function withHeader(source: string, line: string): string {
  const [before = '', after = ''] = splitAfterCommitter(source)
  return `${before}${line}\n${after}`
}

/** The armor of a signed commit source. */
export function armorOf(source: string): string {
  const header = /^gpgsig(?:-sha256)? (.*\n(?: .*\n)*)/m.exec(source)?.[1]
  if (header === undefined) throw new Error('not signed')
  return header.replaceAll('\n ', '\n')
}

function splitAfterCommitter(source: string): readonly string[] {
  const at = /^committer .*\n(?: .*\n)*/m.exec(source)
  if (at === null) throw new Error('no committer')
  const end = at.index + at[0].length
  return [source.slice(0, end), source.slice(end)]
}

/** The source signed by `by` as a commit, its signature good over exactly these bytes. */
export const signSource = (source: string, by: Person): string =>
  withSignature(source, signWithSshKeygen(source, by))

/** The source of an unsigned commit by Ada with one parent. */
export async function unsignedSource(stage: Stage): Promise<string> {
  await stage.fixture.commit({ by: stage.ada, message: 'parent', signedBy: null })
  const message = 'subject\n\nbody\n'
  return stage.source(await stage.fixture.commit({ by: stage.ada, message, signedBy: null }))
}

/** Stores a source and judges it. */
export async function judgeSource(
  stage: Stage,
  source: string,
  options?: JudgeOptions,
): Promise<CommitJudgement> {
  return stage.judge(await stage.store(source), options)
}
