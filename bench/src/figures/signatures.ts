import { writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  type GitFixture,
  allowedSigners,
  makePerson,
  makeRepository,
  temporaryDirectory,
} from '@bulkhead/testkit'
import { type Figure, median } from '../figure.ts'
import { timeProcess } from '../child.ts'

const CLI = join(
  dirname(fileURLToPath(import.meta.url)),
  '..',
  '..',
  '..',
  'packages',
  'cli',
  'dist',
  'bulkhead.mjs',
)
const COMMITS = 500
const RUNS = 5

/** The whole process, policy and findings on, against one `git verify-commit` per commit. */
export const signatures: Figure = {
  name: 'signatures',
  what: `${COMMITS} SSH-signed commits, whole process`,
  async measure() {
    await using home = await temporaryDirectory()
    const { repository, policy, signers } = await signedRepository(home.path)
    const ours: number[] = []
    for (let run = 0; run < RUNS; run += 1) {
      const { seconds, stdout } = await timeProcess(
        [
          process.execPath,
          CLI,
          'verify-commits',
          'HEAD~500..HEAD',
          '--policy',
          policy,
          '--trusted-ref',
          'HEAD~500',
          '--json',
        ],
        repository.path,
      )
      const { counts } = JSON.parse(stdout) as { counts: { passed: number } }
      if (counts.passed !== COMMITS) throw new Error(`verified ${counts.passed} of ${COMMITS}`)
      ours.push(seconds)
    }
    const measured = COMMITS / median(ours)
    const peer = COMMITS / (await verifyCommitLoop(repository, signers))
    return {
      measured,
      unit: 'commits/s',
      peer: { name: 'git verify-commit loop', value: peer },
      ratio: measured / peer,
      mark: '≥ 20× the loop, 30× wanted',
      holds: measured / peer >= 20,
      notes: [`median of ${RUNS} runs: ${median(ours).toFixed(3)} s a process`],
    }
  },
}

async function signedRepository(home: string) {
  const ada = await makePerson('Ada', home)
  const repository = await makeRepository(join(home, 'repository'))
  await repository.commit({ by: ada, message: 'base' })
  const identity = ['-c', `user.name=${ada.name}`, '-c', `user.email=${ada.email}`]
  for (let n = 0; n < COMMITS; n += 1) {
    await repository.git(
      ...identity,
      'commit',
      '--quiet',
      '--allow-empty',
      `--gpg-sign=${ada.keyFile}`,
      '--message',
      `change ${n}`,
    )
  }
  const signers = join(home, 'allowed_signers')
  await writeFile(signers, allowedSigners([ada]))
  const policy = join(home, 'bulkhead.yml')
  await writeFile(policy, POLICY)
  for (const role of ['voucher', 'builder', 'gate', 'ledger'])
    await writeFile(
      join(home, `${role}.pub`),
      `a placeholder for ${role}: this figure opens no envelope\n`,
    )
  return { repository, policy, signers }
}

async function verifyCommitLoop(repository: GitFixture, signers: string): Promise<number> {
  const ids = (await repository.git('rev-list', '--max-count=100', 'HEAD')).trim().split('\n')
  const from = performance.now()
  for (const id of ids)
    await timeProcess(
      ['git', '-c', `gpg.ssh.allowedSignersFile=${signers}`, 'verify-commit', id],
      repository.path,
    )
  return ((performance.now() - from) / 1_000 / ids.length) * COMMITS
}

const POLICY = `version: 1
signers: allowed_signers
suites:
  tenant-isolation:
    mandatory: true
    command: [npm, test]
    reports: [report.xml]
    inventory: inventory.json
build: { artifacts: [dist/app.mjs] }
keys:
  voucher: [{ file: voucher.pub, separation: local }]
  builder: [{ file: builder.pub }]
  gate: [{ file: gate.pub }]
  ledger: [{ file: ledger.pub }]
environments:
  production:
    target:
      kind: local
      command: [node, '{artifact}']
      health: { path: /health, build-field: build, interval: 250ms, deadline: 15s }
      listen: 127.0.0.1:8080
      drain: 10s
    regions: { local: { a: 3, b: 3, c: 3 } }
    capacity: { required: 5 }
    bake: { baseline-error-rate: 0.1%, detect-error-rate: 20%, false-alarm: 1%, power: 95%, requests-per-second: 200, floor: 2s, deadline: 60s }
`
