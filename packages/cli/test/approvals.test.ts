import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type Person,
  type TemporaryDirectory,
  makePerson,
  temporaryDirectory,
} from '@bulkhead/testkit'
import { type Answer, answerOf } from './support/answers.ts'
import { type CommandLine, installBulkhead } from './support/command-line.ts'
import { type TinyProject, adopt, copyOf, makeTinyProject } from './support/tiny-project.ts'

let home: TemporaryDirectory
let bulkhead: CommandLine
let listed: TinyProject
let [ben, bot]: readonly (Person | undefined)[] = []
let copies = 0

async function run(
  { repository }: Pick<TinyProject, 'repository'>,
  line: readonly string[],
  code: number,
): Promise<Answer> {
  const answer = answerOf(await bulkhead.run(repository.path, [...line, '--json']))
  expect(answer.exitCode, `${line.join(' ')}: ${JSON.stringify(answer.findings)}`).toBe(code)
  return answer
}
const codes = ({ findings }: Answer) => findings.map(({ code }) => code)

/** A project whose inventory lists the file of its suite, and where Ben may approve, but no bot. */
beforeAll(async () => {
  home = await temporaryDirectory()
  bulkhead = await installBulkhead(join(home.path, 'bin'))
  listed = await makeTinyProject(join(home.path, 'listed'))
  await adopt(listed, { port: 1 })
  ;[ben, bot] = await Promise.all([makePerson('Ben', home.path), makePerson('Bot', home.path)])
  const { repository, ada } = listed
  for (const person of [ben, bot])
    await run(listed, ['signers', 'add', person?.email ?? '', '--key', `${person?.keyFile}.pub`], 0)
  const policy = join(repository.path, 'bulkhead.yml')
  const principals = `signing: { principals: { bot: { role: bot, committers: [${bot?.email}] } } }\n`
  await writeFile(policy, `${await readFile(policy, 'utf8')}${principals}`)
  await run(listed, ['inventory', 'update', '--file', 'suite.mjs'], 0)
  const genesis = await repository.commit({ by: ada, message: 'List the test file' })
  await repository.git('config', 'bulkhead.genesis', genesis)
})
afterAll(() => home[Symbol.asyncDispose]())

/** A copy in which Ada has edited the listed file. */
async function edited(line = '// tidied'): Promise<TinyProject> {
  const project = await copyOf(listed, join(home.path, `copy-${(copies += 1)}`))
  const path = join(project.repository.path, 'suite.mjs')
  await writeFile(path, `${await readFile(path, 'utf8')}${line}\n`)
  await run(project, ['inventory', 'update'], 0)
  await project.repository.commit({ by: project.ada, message: 'Edit the suite' })
  return project
}
const approve = (person: Person | undefined, ...more: readonly string[]) => [
  'approve',
  'amendment',
  '--suite',
  'tenant-isolation',
  '--path',
  'suite.mjs',
  '--reason',
  'only a comment',
  '--key',
  person?.keyFile ?? '',
  ...more,
]

describe('the change of a listed test file', () => {
  it('blocks until somebody else has approved exactly this change', async () => {
    const project = await edited()
    expect(codes(await run(project, ['check'], 1))).toEqual(['gate/edited-test-file'])
    expect(await run(project, approve(project.ada), 0)).toMatchObject({
      approval: { kind: 'amendment', subject: { path: 'suite.mjs' } },
    })
    expect(await run(project, ['check'], 1)).toMatchObject({
      findings: [{ message: expect.stringContaining('only those who made the change') }],
    })
    await run(project, approve(ben), 0)
    expect(codes(await run(project, ['check'], 0))).toEqual([])
    await run(project, ['test'], 0)
    await run(project, ['build'], 0)
    expect(await run(project, ['gate'], 0)).toMatchObject({ verdict: { outcome: 'PASS' } })
    expect(await run(project, ['ledger', 'log'], 0)).toMatchObject({ exitCode: 0 })

    const path = join(project.repository.path, 'suite.mjs')
    await writeFile(path, `${await readFile(path, 'utf8')}// and more\n`)
    await run(project, ['inventory', 'update'], 0)
    await project.repository.commit({ by: project.ada, message: 'Once more' })
    expect(codes(await run(project, ['check'], 1))).toEqual(['gate/edited-test-file'])
  })

  it('is approved from afar: a colleague sends the file', async () => {
    const project = await edited()
    const colleague = await copyOf(project, join(home.path, `copy-${(copies += 1)}`))
    const { file } = await run(colleague, approve(ben), 0)
    await run(project, ['approve', 'add', String(file)], 0)
    expect(codes(await run(project, ['check'], 0))).toEqual([])
  })

  it.each<readonly [string, (text: string) => string]>([
    ['another path', (text) => text.replace('suite.mjs', 'other.mjs')],
    ['another suite', (text) => text.replace('tenant-isolation', 'security')],
    ['a longer time', (text) => text.replace(/"expires":"2/, '"expires":"3')],
    [
      'another repository',
      (text) => text.replace(/"genesis":"(.)/, (_, first) => `"genesis":"${first === '0' ? 1 : 0}`),
    ],
  ])('an approval that was changed to %s counts for nothing', async (_name, change) => {
    const project = await edited()
    const { file } = await run(project, approve(ben), 0)
    const envelope = JSON.parse(await readFile(String(file), 'utf8')) as { payload: string }
    const payload = change(Buffer.from(envelope.payload, 'base64').toString())
    const forged = { ...envelope, payload: Buffer.from(payload).toString('base64') }
    await writeFile(String(file), JSON.stringify(forged))
    expect(codes(await run(project, ['check'], 1))).toEqual(['gate/edited-test-file'])
    expect(codes(await run(project, ['approve', 'add', String(file)], 2))).toHaveLength(1)
  })

  it('is approved by people of the trusted ref only, and not for ever', async () => {
    const project = await edited()
    expect(codes(await run(project, approve(bot), 2))).toEqual(['approval/not-a-person'])
    expect(codes(await run(project, approve(project.mallory), 2))).toEqual([
      'approval/unknown-approver',
    ])
    // Signing takes longer than that.
    expect(codes(await run(project, approve(ben, '--expires', '1ms'), 2))).toEqual([
      'approval/expired',
    ])
    expect(codes(await run(project, ['check'], 1))).toEqual(['gate/edited-test-file'])
  })

  it('cannot be approved where nothing changed', async () => {
    const project = await copyOf(listed, join(home.path, `copy-${(copies += 1)}`))
    expect(codes(await run(project, approve(ben), 2))).toEqual(['usage/invalid-option'])
    await run(project, approve(ben, '--expires', 'soon'), 2)
  })
})

const LOAD = `import { mkdirSync, writeFileSync } from 'node:fs'
mkdirSync('reports', { recursive: true })
writeFileSync('reports/load.xml', '<testsuite tests="1" failures="1"><testcase classname="load" name="p99" time="0"><failure message="slow"/></testcase></testsuite>')
process.exitCode = 1
`

/** A copy with a suite that fails and is not mandatory, and a commit of Ada's on top. */
async function slow(): Promise<TinyProject> {
  const project = await copyOf(listed, join(home.path, `copy-${(copies += 1)}`))
  const { repository, ada } = project
  const policy = await readFile(join(repository.path, 'bulkhead.yml'), 'utf8')
  const load = `  load:\n    mandatory: false\n    command: [node, load.mjs]\n    reports: [reports/load.xml]\nbuild:`
  const files = { 'bulkhead.yml': policy.replace('build:', load), 'load.mjs': LOAD }
  const genesis = await repository.commit({ by: ada, message: 'Measure load', files })
  await repository.git('config', 'bulkhead.genesis', genesis)
  await repository.commit({ by: ada, message: 'Go on', files: { 'note.txt': 'more\n' } })
  return project
}
const waive = (person: Person | undefined, code: string, subject: string, suite = 'load') => [
  ...`approve waiver --suite ${suite} --finding ${code} --expires 2d`.split(' '),
  '--subject',
  subject,
  '--reason',
  'the disk is slow today',
  '--key',
  person?.keyFile ?? '',
]

describe('a finding of a suite that is not mandatory', () => {
  it('blocks until somebody else has waived exactly it, and the waiver is on record', async () => {
    const project = await slow()
    await run(project, ['test'], 1)
    await run(project, ['build'], 0)
    const blocked = await run(project, ['gate'], 1)
    const named = blocked.findings.map(({ code, subject }) => [code, subject] as const)
    expect(named).toEqual([
      ['gate/exit-code', 'load'],
      ['gate/failed-test', 'load: load › p99'],
    ])
    for (const [code, subject] of named) await run(project, waive(project.ada, code, subject), 0)
    expect(await run(project, ['gate'], 1)).toMatchObject({
      verdict: { waived: [] },
      notCounted: [
        { code: 'approval/waiver-not-counted', message: expect.stringContaining('has a hand') },
        { code: 'approval/waiver-not-counted' },
      ],
    })
    for (const [code, subject] of named) await run(project, waive(ben, code, subject), 0)
    expect(await run(project, ['check'], 0)).toMatchObject({
      waived: [{ subject: 'load' }, { subject: 'load: load › p99', approver: ben?.email }],
    })
    expect(await run(project, ['gate'], 0)).toMatchObject({
      verdict: { outcome: 'PASS', waived: [{ code: 'gate/exit-code' }, { suite: 'load' }] },
    })
    const printed = (await bulkhead.run(project.repository.path, ['gate'])).stdout
    expect(printed).toContain(`WAIVED by ${ben?.email} until `)
    await run(project, ['attest', 'verify'], 0)
    const log = JSON.stringify(await run(project, ['ledger', 'log'], 0))
    expect(log).toContain(`"waived":[{"approver":"${ben?.email}","code":"gate/exit-code"`)

    const { repository, ada } = project
    await repository.commit({ by: ada, message: 'Another', files: { 'note.txt': 'other\n' } })
    await run(project, ['test'], 1)
    await run(project, ['build'], 0)
    expect(codes(await run(project, ['gate'], 1))).toEqual(['gate/exit-code', 'gate/failed-test'])
  })

  it('is waived in no mandatory suite, and by no code that there is not', async () => {
    const project = await slow()
    expect(
      codes(await run(project, waive(ben, 'gate/failed-test', 'x', 'tenant-isolation'), 2)),
    ).toEqual(['approval/waiver-not-counted'])
    expect(codes(await run(project, waive(ben, 'gate/failing', 'load'), 2))).toEqual([
      'usage/invalid-option',
    ])
  })
})

describe('a commit that loosens the policy', () => {
  it('blocks until somebody else has approved exactly what it loosens, and is judged by the old rules', async () => {
    const project = await copyOf(listed, join(home.path, `copy-${(copies += 1)}`))
    const { repository, ada } = project
    const old = await readFile(join(repository.path, 'bulkhead.yml'), 'utf8')
    const loosen = (from: string, to: string) => ({ 'bulkhead.yml': old.replace(from, to) })
    const agree = (person: Person | undefined) => [
      ...'approve policy-change --reason ok --key'.split(' '),
      person?.keyFile ?? '',
    ]
    const files = loosen('expires: 1h', 'expires: 2h')
    await repository.commit({ by: ada, message: 'Verdicts stand longer', files })
    expect(await run(project, ['check'], 1)).toMatchObject({
      findings: [{ code: 'gate/policy-loosened', subject: 'bulkhead.yml: verdict.expires' }],
    })
    await run(project, agree(ada), 0)
    expect(codes(await run(project, ['check'], 1))).toEqual(['gate/policy-loosened'])
    expect(await run(project, agree(ben), 0)).toMatchObject({
      loosened: [{ place: 'verdict.expires', was: '3600000', becomes: '7200000' }],
    })
    expect(codes(await run(project, ['check'], 0))).toEqual([])
    await run(project, ['test'], 0)
    await run(project, ['build'], 0)
    expect(await run(project, ['gate'], 0)).toMatchObject({
      verdict: { outcome: 'PASS', policyChange: { approvers: [ben?.email] } },
    })
    const log = JSON.stringify(await run(project, ['ledger', 'log'], 0))
    expect(log).toContain(`"loosened":["verdict.expires"],"loosenedBy":["${ben?.email}"]`)

    const more = loosen('expires: 1h', 'expires: 3h')
    await repository.commit({ by: ada, message: 'And longer', files: more })
    expect(codes(await run(project, ['check'], 1))).toEqual(['gate/policy-loosened'])
    const less = loosen('expires: 1h', 'expires: 30m')
    await repository.commit({ by: ada, message: 'Shorter than ever', files: less })
    expect(codes(await run(project, ['check'], 0))).toEqual([])
    expect(codes(await run(project, agree(ben), 2))).toEqual(['usage/invalid-option'])
  })
})

describe('a commit that takes a signer away', () => {
  it('needs the word of somebody else, and blocks what that signer signed and nobody released', async () => {
    const project = await copyOf(listed, join(home.path, `copy-${(copies += 1)}`))
    const { repository, ada } = project
    if (ben === undefined) throw new Error('Ben is there')
    const path = '.bulkhead/allowed_signers'
    const lines = (await readFile(join(repository.path, path), 'utf8')).split('\n')
    const files = { [path]: lines.filter((line) => !line.startsWith(ben?.email ?? '-')).join('\n') }
    const withoutBen = await copyOf(project, join(home.path, `copy-${(copies += 1)}`))
    await withoutBen.repository.commit({ by: ada, message: 'Ben has left', files })
    expect(codes(await run(withoutBen, ['check'], 1))).toEqual(['gate/policy-loosened'])

    await repository.commit({ by: ben, message: 'My last', files: { 'note.txt': 'bye\n' } })
    await repository.commit({ by: ada, message: 'Ben has left', files })
    const answer = await run(project, ['check'], 1)
    expect(codes(answer)).toEqual(['gate/policy-loosened', 'signature/unknown-signer'])
    expect(answer.findings[1]).toMatchObject({
      message: expect.stringContaining('by the signers that this release itself brings'),
    })
  })
})
