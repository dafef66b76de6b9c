import { appendFile, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Person, makePerson } from '@bulkhead/testkit'
import type { CommitId } from '@bulkhead/vocabulary'
import { type Answer, answerOf } from './answers.ts'
import type { CommandLine } from './command-line.ts'
import { type TinyProject, adopt, freePort, makeTinyProject } from './tiny-project.ts'

export interface TeamOptions {
  /** Key `hotfix` of the policy. */
  readonly hotfix: string
  /** Edits the rest of the policy. */
  readonly policy?: (text: string) => string
}

/** The tiny app with people enough for a hotfix: Ada writes, Tim declares and ships, Bob and Eve agree. */
export class HotfixTeam {
  readonly project: TinyProject
  readonly port: number
  readonly root: string
  readonly bulkhead: CommandLine
  readonly #approvers: readonly Person[]

  private constructor(
    bulkhead: CommandLine,
    made: { readonly project: TinyProject; readonly port: number },
    approvers: readonly Person[],
  ) {
    this.bulkhead = bulkhead
    this.project = made.project
    this.port = made.port
    this.root = made.project.repository.path
    this.#approvers = approvers
  }

  /** Adopts Bulkhead; the fleet is not started. */
  static async make(
    bulkhead: CommandLine,
    home: string,
    { hotfix, policy = (text) => text }: TeamOptions,
  ): Promise<HotfixTeam> {
    const port = await freePort()
    const project = await makeTinyProject(join(home, 'project'))
    const root = project.repository.path
    await adopt(project, { port, bakeDeadline: '20m' })
    const [tim, ...others] = await Promise.all(
      ['Tim', 'Bob', 'Eve'].map((name) => makePerson(name, home)),
    )
    if (tim === undefined) throw new Error('three people were made')
    const lines = [tim, ...others].map(
      ({ email, publicKey }) => `${email} namespaces="git,bulkhead-approval" ${publicKey}\n`,
    )
    await appendFile(join(root, '.bulkhead/allowed_signers'), lines.join(''))
    const file = join(root, 'bulkhead.yml')
    await writeFile(file, `${policy(await readFile(file, 'utf8'))}hotfix: ${hotfix}\n`)
    const genesis = await project.repository.commit({ by: project.ada, message: 'The team' })
    await project.repository.git('config', 'bulkhead.genesis', genesis)
    await project.repository.git('config', 'user.email', tim.email)
    return new HotfixTeam(bulkhead, { project, port }, others)
  }

  /** Keys of the two who may agree. */
  get keyFiles(): readonly string[] {
    return this.#approvers.map(({ keyFile }) => keyFile)
  }

  /** Runs a command to its end. @throws Error when it ends with another code */
  async run(args: readonly string[], code: number): Promise<Answer> {
    const answer = answerOf(await this.bulkhead.run(this.root, [...args, '--json']))
    if (answer.exitCode === code) return answer
    const why = JSON.stringify(answer.findings)
    throw new Error(`${args.join(' ')} ended with ${answer.exitCode}: ${why}`)
  }

  /** A commit on what is checked out that may ship: tested, built and judged. */
  async release(message: string, files: Readonly<Record<string, string>>): Promise<CommitId> {
    const { repository, ada } = this.project
    const commit = await repository.commit({ by: ada, message, files })
    await Promise.all([this.run(['test'], 0), this.run(['build'], 0)])
    await this.run(['gate'], 0)
    return commit
  }

  /** Declares what is checked out. @returns the words that name the hotfix */
  async declare(advisory: string): Promise<readonly [string, string]> {
    const what = ['--commit', 'HEAD', '--advisory', advisory, '--severity', 'critical']
    const { hotfix } = await this.run(
      ['hotfix', 'declare', ...what, '--reason', 'tenants see each other'],
      0,
    )
    return ['--hotfix', String(hotfix)]
  }

  /** Two people agree to what is checked out, by the plan as it is now. */
  async approve(hotfix: readonly string[] = []): Promise<void> {
    const { plan } = await this.run(['plan', '--lane', 'hotfix'], 0)
    const { digest } = plan as { readonly digest: string }
    for (const { keyFile } of this.#approvers)
      await this.run(
        ['hotfix', 'approve', ...hotfix, '--plan', digest, '--reason', 'ok', '--key', keyFile],
        0,
      )
  }
}
