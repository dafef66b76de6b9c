import { execFileSync, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { createConnection } from 'node:net'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { temporaryDirectory } from '@bulkhead/testkit'
import { describe, expect, it } from 'vitest'
import { WHERE_ENGINES_ARE, isInstalled } from './engines.ts'
import { build, eventually, hand, stagesOf } from './fleet-bed.ts'
import { freePorts, haproxyIsInstalled, makeHaproxyBed } from './haproxy-bed.ts'

// Units behind a real OpenSSH server: the command of the policy runs on their host and not here.

const REGIONS = { 'eu-1': { a: 1, b: 1 } }
const sshdIsInstalled = isInstalled('which', 'sshd')

/** A server on loopback for the user who runs the tests, and how a client comes to it. */
async function startSshd() {
  const directory = await temporaryDirectory('bulkhead-ssh-')
  const at = (name: string) => join(directory.path, name)
  const [port = 0] = await freePorts(1)
  for (const key of ['host', 'deployer'])
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', at(key)])
  const publicKey = (name: string) => readFileSync(at(`${name}.pub`), 'utf8')
  await writeFile(at('authorized_keys'), publicKey('deployer'), { mode: 0o600 })
  await writeFile(at('known_hosts'), `[127.0.0.1]:${port} ${publicKey('host')}`)
  await writeFile(
    at('sshd_config'),
    `ListenAddress 127.0.0.1:${port}
HostKey ${at('host')}
AuthorizedKeysFile ${at('authorized_keys')}
PidFile none
StrictModes no
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
`,
  )
  await writeFile(
    at('ssh_config'),
    `Host unit-host
  HostName 127.0.0.1
  Port ${port}
  User ${userInfo().username}
  IdentityFile ${at('deployer')}
  IdentitiesOnly yes
  UserKnownHostsFile ${at('known_hosts')}
  GlobalKnownHostsFile /dev/null
  StrictHostKeyChecking yes
  BatchMode yes
`,
  )
  const env = { PATH: WHERE_ENGINES_ARE }
  const sshd = execFileSync('which', ['sshd'], { env }).toString().trim()
  const guard = fileURLToPath(new URL('fixtures/guarded.mjs', import.meta.url))
  const child = spawn(process.execPath, [guard, sshd, '-D', '-f', at('sshd_config')], {
    stdio: ['pipe', 'ignore', 'ignore'],
    env,
  })
  await eventually(() => answers(port), Boolean)
  return {
    reach: ['ssh', '-F', at('ssh_config'), 'unit-host'] as const,
    /** The client no longer knows whom it speaks to. */
    forgetHost: () => writeFile(at('known_hosts'), ''),
    async [Symbol.asyncDispose]() {
      const gone = new Promise((resolve) => child.once('exit', resolve))
      child.stdin.end()
      await gone
      await directory[Symbol.asyncDispose]()
    },
  }
}

const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = createConnection(port, '127.0.0.1', () => resolve(true))
    socket.once('error', () => resolve(false))
    socket.once('close', () => resolve(false))
    socket.once('data', () => socket.destroy())
  })

describe.skipIf(!haproxyIsInstalled || !sshdIsInstalled)('units reached by ssh', () => {
  it('are replaced on their host; a host that is not the known one gets nothing', async () => {
    await using server = await startSshd()
    await using bed = await makeHaproxyBed({ regions: REGIONS, reach: server.reach })
    const release = await bed.ship(2, 2)
    const [first, second] = stagesOf(REGIONS)
    if (first === undefined || second === undefined) throw new Error('a bed of two zones')
    expect(await bed.target.apply(first, release, hand(2))).toMatchObject({ kind: 'applied' })
    await server.forgetHost()
    expect(await bed.target.apply(second, release, hand(2))).toMatchObject({
      kind: 'failed',
      unit: 'eu-1/b/1',
      reason: expect.stringContaining('Host key verification failed'),
    })
    // What runs there is still the old build: nobody who is not known was told anything.
    const { units } = await bed.target.observe()
    expect(units.map(({ version }) => version)).toEqual([build(2), build(1)])
    expect(bed.pids()).toHaveLength(3)
  }, 60_000)
})
