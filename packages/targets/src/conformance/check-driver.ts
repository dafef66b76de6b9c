import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { get } from 'node:http'
import { get as getSecurely } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { type CommitId, type Milliseconds, digest } from '@bulkhead/vocabulary'
import { systemClock } from '@bulkhead/world'
import { ExecTarget } from '../exec/exec-target.ts'
import { artifactUnreadable } from '../refusals.ts'
import type { OfferedRelease } from './bed.ts'
import { type CheckOptions, type CheckResult, checkTarget } from './check-target.ts'
import { driverApply } from './driver-apply.ts'

/** Longest time that one change may take. */
const TIMEOUT_MS = 15 * 60_000
/** Longest wait for the fleet to show what an outcome said. */
const PATIENCE_MS = 60_000
const REQUEST_TIMEOUT_MS = 30_000

export interface DriverCheck extends CheckOptions {
  readonly command: readonly [string, ...string[]]
  /** Two different builds that get healthy, each with its artifact. */
  readonly releases: readonly [BuiltRelease, BuiltRelease]
  /** Newer than any that the driver has seen. */
  readonly firstToken: number
  /** Where users reach the fleet. */
  readonly url?: string
}

export interface BuiltRelease {
  readonly commit: CommitId
  readonly path: string
}

/** Tells whether a driver does what the interface says. @throws WorldError when it cannot be run. */
export async function checkDriver(check: DriverCheck): Promise<readonly CheckResult[]> {
  const directory = await mkdtemp(join(tmpdir(), 'bulkhead-check-'))
  try {
    return await checkIn(directory, check)
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

async function checkIn(directory: string, check: DriverCheck): Promise<readonly CheckResult[]> {
  const [first, second] = check.releases
  const timeout = TIMEOUT_MS as Milliseconds
  const spec = { command: check.command, env: {}, timeout }
  const { url } = check
  return checkTarget(
    {
      target: new ExecTarget(spec, directory),
      releases: [await offer(first), await offer(second)],
      firstToken: check.firstToken,
      clock: systemClock,
      patience: PATIENCE_MS,
      beginApply: driverApply(spec, directory),
      ...(url === undefined ? {} : { request: () => request(url) }),
    },
    check,
  )
}

async function offer({ commit, path }: BuiltRelease): Promise<OfferedRelease> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path), hash).catch((error: unknown) => {
    throw artifactUnreadable(path, error)
  })
  const artifact = digest(`sha256:${hash.digest('hex')}`)
  return { release: { commit, artifact }, artifact: { path, digest: artifact } }
}

/** One user's request, over a connection of its own; anything but a whole answer below 500 fails. */
function request(url: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const begin = url.startsWith('https:') ? getSecurely : get
    const sent = begin(url, { agent: false, timeout: REQUEST_TIMEOUT_MS }, (response) => {
      const status = response.statusCode ?? 0
      response.resume()
      response.once('error', reject)
      response.once('end', () =>
        status < 500 ? resolve() : reject(new Error(`answered ${status}`)),
      )
    })
    sent.once('timeout', () => sent.destroy(new Error('no answer in time')))
    sent.once('error', reject)
  })
}
