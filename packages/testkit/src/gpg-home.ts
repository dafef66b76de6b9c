import { spawnSync } from 'node:child_process'
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { succeed } from './command.ts'

/** Keys of the real gpg in a folder of their own, with a clock of their own. */
export interface GpgHome extends AsyncDisposable {
  /** Runs gpg without questions. `at` is its clock, e.g. `20200101T000000`. */
  gpg(args: readonly string[], options?: GpgOptions): Promise<string>
  /** A new primary key; its fingerprint in lower-case hex. */
  makeKey(request: GpgKeyRequest): Promise<string>
  /** A new subkey; its fingerprint in lower-case hex. */
  addKey(
    primary: string,
    algorithm: string,
    usage: string,
    options?: GpgSubkeyOptions,
  ): Promise<string>
  /** Revokes a primary key: `none` and `compromised` are hard, `retired` is soft. */
  revoke(fingerprint: string, reason: RevocationReason, options?: GpgOptions): Promise<void>
  /** The armored certificate. */
  exportKey(fingerprint: string): Promise<string>
  /** A program for git's `gpg.program` that uses this folder, at a clock of its own. */
  program(at?: string): Promise<string>
  /** An armored detached signature, by exactly this key. */
  sign(payload: string, fingerprint: string, options?: GpgSignOptions): Promise<string>
}

export interface GpgOptions {
  readonly at?: string
  readonly input?: Buffer
}

export interface GpgSignOptions extends GpgOptions {
  readonly extra?: readonly string[]
}

export interface GpgSubkeyOptions extends GpgOptions {
  readonly expires?: string
}

export interface GpgKeyRequest extends GpgSubkeyOptions {
  readonly name: string
  /** As gpg names it, e.g. `ed25519` or `rsa2048`. */
  readonly algorithm: string
  readonly usage?: string
}

export type RevocationReason = 'none' | 'compromised' | 'superseded' | 'retired'

const REASONS: Readonly<Record<RevocationReason, string>> = {
  none: '0',
  compromised: '1',
  superseded: '2',
  retired: '3',
}

const GPG = 'gpg'

/** Whether gpg can be run here. */
export const gpgIsInstalled = (): boolean => spawnSync(GPG, ['--version']).status === 0

export async function makeGpgHome(folder: string): Promise<GpgHome> {
  const home = join(folder, 'gpg')
  await mkdir(home, { mode: 0o700 })
  const base = [
    'gpg',
    '--homedir',
    home,
    '--no-tty',
    '--pinentry-mode',
    'loopback',
    '--passphrase',
    '',
  ]
  const run = (args: readonly string[], { at, input }: GpgOptions = {}) =>
    succeed([...base, ...clockOf(at), ...args] as ['gpg', ...string[]], {
      cwd: folder,
      ...(input === undefined ? {} : { input }),
    })
  const gpg: GpgHome['gpg'] = (args, options) => run(['--batch', '--quiet', ...args], options)
  const fingerprints = async (name: string) =>
    [
      ...(await gpg(['--with-colons', '--list-keys', name])).matchAll(/^fpr:+([0-9A-F]{40}):/gm),
    ].map(([, found = '']) => found.toLowerCase())
  return {
    gpg,
    makeKey: async ({ name, algorithm, usage = 'sign', expires = 'never', ...options }) => {
      await gpg(['--quick-generate-key', name, algorithm, usage, expires], options)
      return (await fingerprints(name)).at(0) ?? ''
    },
    addKey: async (primary, algorithm, usage, { expires = 'never', ...options } = {}) => {
      await gpg(['--quick-add-key', primary, algorithm, usage, expires], options)
      return (await fingerprints(primary)).at(-1) ?? ''
    },
    revoke: async (fingerprint, reason, options = {}) => {
      const file = join(folder, `${fingerprint}.rev`)
      const answers = Buffer.from(`y\n${REASONS[reason]}\n\ny\n`)
      await run(['--command-fd', '0', '--output', file, '--gen-revoke', fingerprint], {
        ...options,
        input: answers,
      })
      await gpg(['--import'], { ...options, input: await readFile(file) })
    },
    exportKey: (fingerprint) => gpg(['--armor', '--export', fingerprint]),
    program: async (at) => {
      const file = join(folder, `gpg-${at ?? 'now'}`)
      await writeFile(
        file,
        `#!/bin/sh\nexec ${[...base.slice(0, 4), ...clockOf(at)].join(' ')} "$@"\n`,
      )
      await chmod(file, 0o755)
      return file
    },
    sign: (payload, fingerprint, { extra = [], ...options } = {}) =>
      gpg([...extra, '--armor', '--local-user', `${fingerprint}!`, '--detach-sign'], {
        ...options,
        input: Buffer.from(payload, 'latin1'),
      }),
    async [Symbol.asyncDispose]() {
      await succeed(['gpgconf', '--homedir', home, '--kill', 'gpg-agent'], { cwd: folder })
    },
  }
}

/** gpg lets time go on from there. */
const clockOf = (at: string | undefined): readonly string[] =>
  at === undefined ? [] : ['--faked-system-time', at]
