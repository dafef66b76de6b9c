import { temporaryDirectory } from '@bulkhead/testkit'
import { type Figure, median } from '../figure.ts'
import {
  gitTrust,
  logFormat,
  oneCore,
  opensslSpeed,
  verifyCommitLoop,
} from '../signatures/peers.ts'
import { type SignerKind, buildStand, timeVerify } from '../signatures/stand.ts'

const COMMITS = 500
const RUNS = 5

interface Comparison {
  readonly name: string
  readonly kind: SignerKind
  readonly peer: { readonly name: string; readonly measure: typeof verifyCommitLoop }
  readonly least: number
  readonly mark: string
}

const loop = { name: 'git verify-commit loop', measure: verifyCommitLoop }
const log = { name: 'git log --format=%G?', measure: logFormat }

/** The whole process, policy and findings on, against git. */
const comparisons: readonly Comparison[] = [
  {
    name: 'signatures',
    kind: { format: 'ssh', key: 'ed25519' },
    peer: loop,
    least: 20,
    mark: '≥ 20× the loop, 30× wanted',
  },
  {
    name: 'signatures-log',
    kind: { format: 'ssh', key: 'ed25519' },
    peer: log,
    least: 15,
    mark: '≥ 15× git log',
  },
  {
    name: 'signatures-openpgp',
    kind: { format: 'openpgp', key: 'ed25519' },
    peer: loop,
    least: 12,
    mark: '≥ 12× the loop',
  },
]

const compared = ({ name, kind, peer, least, mark }: Comparison): Figure => ({
  name,
  what: `${COMMITS} ${kind.format}-signed commits (${kind.key}), whole process`,
  async measure() {
    await using home = await temporaryDirectory()
    const stand = await buildStand(home.path, kind, COMMITS)
    const runs: number[] = []
    for (let run = 0; run < RUNS; run += 1) runs.push((await timeVerify(stand, COMMITS)).seconds)
    const measured = COMMITS / median(runs)
    const value = await peer.measure(stand, await gitTrust(home.path, kind.format, stand))
    return {
      measured,
      unit: 'commits/s',
      peer: { name: peer.name, value },
      ratio: measured / value,
      mark,
      holds: measured / value >= least,
      notes: [`median of ${RUNS} runs: ${median(runs).toFixed(3)} s a process`],
    }
  },
})

interface Steady {
  readonly name: string
  readonly kind: SignerKind
  readonly openssl: 'ed25519' | 'rsa2048'
  readonly least: number
}

const LONG = 20_000

const steadies: readonly Steady[] = [
  {
    name: 'signatures-steady-ssh-ed25519',
    kind: { format: 'ssh', key: 'ed25519' },
    openssl: 'ed25519',
    least: 4_000,
  },
  {
    name: 'signatures-steady-ssh-rsa',
    kind: { format: 'ssh', key: 'rsa-2048' },
    openssl: 'rsa2048',
    least: 8_000,
  },
  {
    name: 'signatures-steady-openpgp-ed25519',
    kind: { format: 'openpgp', key: 'ed25519' },
    openssl: 'ed25519',
    least: 4_000,
  },
  {
    name: 'signatures-steady-openpgp-rsa',
    kind: { format: 'openpgp', key: 'rsa-2048' },
    openssl: 'rsa2048',
    least: 8_000,
  },
]

/** What one commit more costs on one core, git included: a long range less a short one. */
const steady = ({ name, kind, openssl, least }: Steady): Figure => ({
  name,
  what: `${LONG} ${kind.format}-signed commits (${kind.key}), steady state, one core`,
  async measure() {
    await using home = await temporaryDirectory()
    const stand = await buildStand(home.path, kind, LONG)
    const pin = await oneCore()
    const runs: number[] = []
    for (let run = 0; run < 3; run += 1) {
      const short = await timeVerify(stand, 1, pin)
      const long = await timeVerify(stand, LONG, pin)
      runs.push((LONG - 1) / (long.seconds - short.seconds))
    }
    const all = await timeVerify(stand, LONG)
    const measured = median(runs)
    const value = await opensslSpeed(openssl)
    return {
      measured,
      unit: 'commits/s',
      peer:
        value === undefined ? null : { name: `openssl speed ${openssl}, the bare limit`, value },
      ratio: value === undefined ? null : measured / value,
      mark: `≥ ${least} a second`,
      holds: measured >= least,
      notes: [
        ...(pin.length === 0
          ? ['this system cannot pin a process to one core: all were used']
          : []),
        `all cores, process start included: ${(LONG / all.seconds).toFixed(0)} a second`,
      ],
    }
  },
})

const VERY_LONG = 100_000
const MOST_MEGABYTES = 150

const memory: Figure = {
  name: 'signatures-memory',
  what: `peak memory of ${VERY_LONG} SSH-signed commits, against ${LONG}`,
  async measure() {
    await using home = await temporaryDirectory()
    const stand = await buildStand(home.path, { format: 'ssh', key: 'ed25519' }, VERY_LONG)
    const long = await timeVerify(stand, LONG)
    const veryLong = await timeVerify(stand, VERY_LONG)
    return {
      measured: veryLong.megabytes,
      unit: 'MB',
      peer: { name: `the same for ${LONG}`, value: long.megabytes },
      ratio: veryLong.megabytes / long.megabytes,
      mark: `≤ ${MOST_MEGABYTES} MB`,
      holds: veryLong.megabytes <= MOST_MEGABYTES,
      notes: [`${(VERY_LONG / veryLong.seconds).toFixed(0)} commits a second`],
    }
  },
}

export const signatures: readonly Figure[] = [
  ...comparisons.map(compared),
  ...steadies.map(steady),
  memory,
]
