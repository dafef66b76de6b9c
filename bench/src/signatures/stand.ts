import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  type OpenPgpKeyType,
  type SshKeyType,
  makeOpenPgpSigner,
  makeRepository,
  makeSshSigner,
  signedHistory,
} from '@bulkhead/testkit'
import { type Timed, timeBulkhead } from '../built-cli.ts'

export type SignerKind =
  | { readonly format: 'ssh'; readonly key: SshKeyType }
  | { readonly format: 'openpgp'; readonly key: OpenPgpKeyType }

/** A repository with a line of signed commits, and a policy beside it that allows their signer. */
export interface Stand {
  readonly repository: string
  readonly policy: string
  /** git's file of allowed signers, for SSH. */
  readonly allowedSigners: string
  /** The armored certificate, for OpenPGP. */
  readonly certificate: string
  readonly base: string
  readonly head: string
}

export async function buildStand(home: string, kind: SignerKind, commits: number): Promise<Stand> {
  const fixture = await makeRepository(join(home, 'repository'))
  const stand = {
    repository: fixture.path,
    policy: join(home, 'bulkhead.yml'),
    allowedSigners: join(home, 'allowed_signers'),
    certificate: join(home, 'ada.asc'),
  }
  const signer =
    kind.format === 'ssh' ? makeSshSigner('Ada', kind.key) : makeOpenPgpSigner('Ada', kind.key)
  const { base, head } = await signedHistory({ path: fixture.path, commits, signers: [signer] })
  if ('publicKey' in signer)
    await writeFile(stand.allowedSigners, `${signer.email} namespaces="git" ${signer.publicKey}\n`)
  else await writeFile(stand.certificate, signer.certificate)
  await writeFile(stand.policy, policyText(kind, signer.email))
  for (const role of ['voucher', 'builder', 'gate', 'ledger'])
    await writeFile(join(home, `${role}.pub`), `a placeholder for ${role}: no envelope is opened\n`)
  return { ...stand, base, head }
}

/** The whole process of `bulkhead verify-commits`. */
export async function timeVerify(
  { repository, policy, head }: Stand,
  commits: number,
  pin: readonly string[] = [],
): Promise<Timed> {
  const from = `${head}~${commits}`
  const verify = ['verify-commits', `${from}..${head}`, '--policy', policy, '--trusted-ref', from]
  const { stdout, ...timed } = await timeBulkhead([...verify, '--json'], repository, pin)
  const { counts } = JSON.parse(stdout) as { counts: { passed: number } }
  if (counts.passed !== commits) throw new Error(`verified ${counts.passed} of ${commits}`)
  return timed
}

const policyText = ({ format }: SignerKind, email: string): string => `version: 1
${format === 'ssh' ? 'signers: allowed_signers' : `signing: { principals: { ada: { committers: [${email}], openpgp: [ada.asc] } } }`}
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
