import { execFileSync } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openRepository } from '@bulkhead/git'
import { gitLedgerStore, openLedger, parseLogKey } from '@bulkhead/ledger'
import { parseKeyring } from '@bulkhead/release'
import { type TemporaryDirectory, temporaryDirectory } from '@bulkhead/testkit'
import { commitId } from '@bulkhead/vocabulary'
import { systemClock } from '@bulkhead/world'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Answer, answerOf } from './support/answers.ts'
import { type CommandLine, type Ended, installBulkhead } from './support/command-line.ts'
import { type TinyProject, adopt, makeTinyProject } from './support/tiny-project.ts'

/** Repaints a terminal in two ways, turns round what follows, hides, and ends a line. */
const HOSTILE = '\u001b[2J\u009b1m\u202e\u200b\u2028x'
/** What repaints or hides, in anything that is printed or written for people and tools. */
const UNSAFE = /[^\P{C}\r\n]|[\p{Zl}\p{Zp}]/u

/** One log that is honest and full of other people's words: what becomes of them on the way out. */
describe('what `ledger` prints and writes', () => {
  let home: TemporaryDirectory
  let project: TinyProject
  let bulkhead: CommandLine
  const file = (name: string) => join(home.path, name)
  const ledger = (...args: readonly string[]): Promise<Ended> =>
    bulkhead.run(project.repository.path, ['ledger', ...args])
  async function run(code: number, ...args: readonly string[]): Promise<Answer> {
    const answer = answerOf(await ledger(...args, '--json'))
    expect(answer, `${args.join(' ')}: ${JSON.stringify(answer.findings)}`).toMatchObject({
      exitCode: code,
    })
    return answer
  }
  beforeAll(async () => {
    home = await temporaryDirectory()
    bulkhead = await installBulkhead(file('bin'))
    project = await makeTinyProject(file('project'))
    const genesis = await adopt(project, { port: 1 })
    await refuse(project, genesis, [
      hostileCommit(project, Buffer.from(`=HYPERLINK("x") ${HOSTILE} <a@example.net>`)),
      hostileCommit(project, Buffer.from('Åsa Öberg <asa@example.net>', 'latin1'), 'ISO-8859-1'),
      hostileCommit(project, Buffer.from([0x41, 0xe5, 0x80, 0x20, 0x3c, 0x61, 0x3e])),
    ])
    await run(0, 'annotate', '1', `the drill of Tuesday`)
    await run(0, 'annotate', '1', `${HOSTILE} Åsa`)
    for (const _ of Array.from({ length: 6 })) await run(0, 'heartbeat')
  }, 60_000)
  afterAll(() => home[Symbol.asyncDispose]())

  it('is CSV whose names are read in their own encoding, and in which no name does anything', async () => {
    const [shown] = [await ledger('export', '--format', 'csv')]
    await run(0, 'export', '--format', 'csv', '--out', file('changes.csv'))
    const text = await readFile(file('changes.csv'), 'utf8')
    expect(shown.stdout.replaceAll(/\r?\n/g, '\n')).toBe(text.replaceAll('\r\n', '\n'))
    expect(text).not.toMatch(UNSAFE)
    const [header, ...lines] = text.trimEnd().split('\r\n')
    expect(header).toContain('"last entry","voided entries","misdated entries"')
    expect(lines).toHaveLength(3)
    expect(text).toContain(
      String.raw`"'=HYPERLINK(""x"") \u{1b}[2J\u{9b}1m\u{202e}\u{200b}\u{2028}x <a@example.net>"`,
    )
    expect(text).toContain('"Åsa Öberg <asa@example.net>"')
    expect(text).toContain('"A\ufffd <a>"')
  })

  it.each([['log'], ['verify'], ['export'], ['policy']])(
    'is text and JSON that no terminal obeys: %s',
    async (command) => {
      const [text, json] = [await ledger(command), await ledger(command, '--json')]
      expect([text.code, json.code]).toEqual([0, 0])
      for (const { printed } of [text, json]) expect(printed).not.toMatch(UNSAFE)
    },
  )

  it('is JSON that says all the same what there was, each entry in one order of members', async () => {
    const { entries } = await run(0, 'log')
    const all = entries as readonly (Record<string, unknown> & { data: object })[]
    const [plain, hostile] = all.filter(({ kind }) => kind === 'annotation')
    expect(hostile?.data).toEqual({ about: 1, text: `${HOSTILE} Åsa` })
    expect(Object.keys(hostile ?? {})).toEqual(Object.keys(plain ?? {}))
    const refused = all.find(({ kind }) => kind === 'deploy.refused')
    expect(Object.keys(refused ?? {}).filter((key) => key !== 'release')).toEqual(
      Object.keys(plain ?? {}),
    )
  })

  it.each([
    [
      ['log', '--release', 'ZZZ'],
      /^nothing matches --release zzz among 12 entries of .*hexadecimal/,
    ],
    [
      ['log', '--release', 'abc'],
      /^nothing matches --release abc among 12 entries of ledger.pro\w+\n$/,
    ],
    [['log', '--person', 'eve'], /among 12 entries/],
    [
      ['log', '--region', 'eu', '--kind', 'heartbeat'],
      /--kind heartbeat --region eu among 12 entries/,
    ],
    [['log', '--until', '2020-01-01'], /--until 2020-01-01T00:00:00.000Z among 12 entries/],
    [['export', '--kind', 'key.rotated'], /--kind key.rotated among 12 entries/],
    [['export', '--format', 'csv', '--since', '2999-01-01'], /among 3 changes\n$/],
    [['log', '--person', HOSTILE], /among 12 entries/],
  ])('says on stderr that nothing was matched, and of how many: %j', async (args, words) => {
    for (const more of [[], ['--json']]) {
      const { code, stderr } = await ledger(...args, ...more)
      expect([code, stderr]).toEqual([0, expect.stringMatching(words)])
      expect(stderr).not.toMatch(UNSAFE)
    }
  })

  it('says nothing of the kind where something matches, or nothing was asked', async () => {
    for (const args of [['log'], ['log', '--kind', 'heartbeat'], ['export', '--format', 'csv']])
      expect((await ledger(...args)).stderr).toBe('')
    const { entries } = await run(0, 'log', '--person', project.ada.email, '--kind', 'heartbeat')
    expect(entries).toHaveLength(6)
  })

  it.each([
    [['log', '--kind', 'finshed'], /^name one of deploy\.finished$/],
    [['log', '--kind', 'deploy.finishd'], /^name one of deploy\.finished$/],
    [['export', '--kind', 'hotfix'], /^name one of hotfix\.declared, hotfix\.moved, /],
    [['log', '--kind', 'xyzzyxyzzy'], /^name one of genesis, lease\.acquired, .*annotation$/],
    [['log', '--kind', 'a\nb'], /^name one of /],
    [['log', '--since', '2026-02-30'], /its zone$/],
    [['log', '--until', '2026-01-31T12:00'], /2026-01-31T12:00:00Z: a time needs its zone$/],
    [['log', '--since', '2026-02-01', '--until', '2026-01-01'], /earlier/],
    [['log', '--release', ''], /leave the option out/],
    [['export', '--format', 'csv', '--kind', 'heartbeat'], /leave it out/],
    [['export', '--mirror', 'm', '--out', 'o'], /leave one/],
    [['export', '--mirror', 'm', '--release', 'abc'], /leave one/],
    [['export', '--mirror', 'm', '--format', 'csv'], /leave one/],
  ])('is asked for nothing that cannot be: %j', async (args, remedy) => {
    const { findings } = await run(2, ...args)
    expect(findings).toMatchObject([
      { code: 'usage/invalid-option', remedy: expect.stringMatching(remedy) as string },
    ])
  })

  it('has its findings in the order of the log, as verify.mjs has them', async () => {
    const { policy } = await run(0, 'policy')
    const roles = { heartbeat: [], 'deploy.refused': [], annotation: [] }
    const strict = { ...(JSON.parse(String(policy)) as object), roles }
    await writeFile(file('strict.json'), JSON.stringify(strict))
    const asked = ['verify', '--verifier-policy', file('strict.json')]
    const wanted = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11].map((index) => `entry ${index}`)
    const { findings } = await run(1, ...asked)
    expect(findings.map(({ subject }) => subject)).toEqual(wanted)
    const { stdout } = await ledger(...asked)
    expect(stdout.match(/entry \d+(?=:)/g)).toEqual(wanted)
  })
})

/** Puts on record that releases were refused: an entry that needs no lease. */
async function refuse(
  { repository: { path } }: TinyProject,
  genesis: string,
  commits: readonly string[],
): Promise<void> {
  const repository = await openRepository(path)
  try {
    const pem = await readFile(join(path, '.git/bulkhead/keys/ledger.pem'), 'utf8')
    const [signer] = parseKeyring(pem, 'ledger.pem').signers
    if (signer === undefined) throw new Error('no key')
    const publicKey = await readFile(join(path, '.bulkhead/keys/ledger.pub'))
    const environment = 'production'
    const actors = [{ provider: 'git', id: 'ada', role: 'release-manager' }]
    const opened = await openLedger({
      store: gitLedgerStore({ repository, environment }),
      signer,
      trustedKeys: [parseLogKey(publicKey, 'ledger.pub')],
      origin: `bulkhead.dev/ledger/${genesis}/${environment}`,
      environment,
      clock: systemClock,
      actors,
    })
    const draft = { kind: 'deploy.refused', actors, data: {} } as const
    await opened.append(
      commits.map((id) => ({ ...draft, release: { commit: commitId(id), artifacts: [] } })),
    )
  } finally {
    await repository.close()
  }
}

/** A commit by anybody, as a tool of their own can write it. */
function hostileCommit({ repository: { path } }: TinyProject, author: Buffer, encoding?: string) {
  const git = (args: readonly string[], input?: Buffer) =>
    execFileSync('git', args, { cwd: path, input, encoding: 'utf8' }).trim()
  const lines = (prefix: string) =>
    Buffer.concat([Buffer.from(`${prefix} `), author, Buffer.from(' 1700000000 +0000\n')])
  const bytes = Buffer.concat([
    Buffer.from(`tree ${git(['rev-parse', 'HEAD^{tree}'])}\n`),
    lines('author'),
    lines('committer'),
    Buffer.from(encoding === undefined ? '\n' : `encoding ${encoding}\n\n`),
    Buffer.from('A change\n\nauthor Mallory <m@example.net> 1700000000 +0000\n'),
  ])
  return git(['hash-object', '-t', 'commit', '-w', '--stdin', '--literally'], bytes)
}
