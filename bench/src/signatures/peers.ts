import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { succeed } from '@bulkhead/testkit'
import { runProcess } from '@bulkhead/world'
import { timeProcess } from '../child.ts'
import type { Stand } from './stand.ts'

/** Commits that a peer of a hundred a second is timed on; its rate does not depend on the number. */
const SAMPLE = 100

/** Configuration under which git itself accepts the commits of a stand. */
export async function gitTrust(home: string, format: 'ssh' | 'openpgp', stand: Stand) {
  if (format === 'ssh') return ['-c', `gpg.ssh.allowedSignersFile=${stand.allowedSigners}`]
  const folder = join(home, 'gnupg')
  await mkdir(folder, { mode: 0o700 })
  await succeed(['gpg', '--homedir', folder, '--batch', '--quiet', '--import', stand.certificate], {
    cwd: home,
  })
  const program = join(home, 'gpg.sh')
  const line = `exec gpg --homedir '${folder}' --trust-model always "$@"`
  await writeFile(program, `#!/bin/sh\n${line}\n`, { mode: 0o755 })
  return ['-c', `gpg.program=${program}`]
}

/** Commits per second of one `git verify-commit` per commit. */
export async function verifyCommitLoop({ repository, head }: Stand, trust: readonly string[]) {
  const list = await succeed(['git', 'rev-list', `--max-count=${SAMPLE}`, head], {
    cwd: repository,
  })
  const ids = list.trim().split('\n')
  const from = performance.now()
  for (const id of ids) await timeProcess(['git', ...trust, 'verify-commit', id], repository)
  return (ids.length / (performance.now() - from)) * 1_000
}

/** Commits per second of `git log --format=%G?`. */
export async function logFormat({ repository, head }: Stand, trust: readonly string[]) {
  const range = `${head}~${SAMPLE}..${head}`
  const { seconds, stdout } = await timeProcess(
    ['git', ...trust, 'log', '--format=%G?', range],
    repository,
  )
  if (stdout !== 'G\n'.repeat(SAMPLE)) throw new Error(`git does not accept the commits: ${stdout}`)
  return SAMPLE / seconds
}

/** Verifications per second of `openssl speed` on one core; undefined without openssl. */
export async function opensslSpeed(algorithm: 'ed25519' | 'rsa2048'): Promise<number | undefined> {
  const argv = ['openssl', 'speed', '-seconds', '2', algorithm] as const
  const { end, stdout } = await runProcess({ argv, cwd: '.' })
  const rate = Number(stdout.toString().trim().split(/\s+/).at(-1))
  return end.kind === 'exited' && end.code === 0 && Number.isFinite(rate) ? rate : undefined
}

/** Words that keep a process on one core, where the system can. */
export async function oneCore(): Promise<readonly string[]> {
  const { end } = await runProcess({ argv: ['taskset', '-c', '0', 'true'], cwd: '.' })
  return end.kind === 'exited' && end.code === 0 ? ['taskset', '-c', '0'] : []
}
