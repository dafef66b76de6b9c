import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import {
  type SshKeyType,
  makeRepository,
  makeSshSigner,
  signedHistory,
  temporaryDirectory,
} from '../src/index.ts'

it.each(['sha1', 'sha256'] as const)(
  'writes %s commits that git itself accepts',
  async (format) => {
    await using home = await temporaryDirectory()
    const fixture = await makeRepository(join(home.path, 'r'), { objectFormat: format })
    const kinds: SshKeyType[] = ['ed25519', 'ecdsa-256', 'ecdsa-384', 'ecdsa-521', 'rsa-2048']
    const [first = makeSshSigner('A'), ...others] = kinds.map((kind) => makeSshSigner(kind, kind))
    const signers = [first, ...others] as const
    const unsigned = new Set([2])
    const { base, head, commits } = await signedHistory({
      path: fixture.path,
      commits: 6,
      signers,
      unsigned,
    })
    const allowed = join(home.path, 'allowed')
    await writeFile(allowed, signers.map((s) => `${s.email} ${s.publicKey}\n`).join(''))
    await fixture.git('config', 'gpg.ssh.allowedSignersFile', allowed)
    const log = await fixture.git('log', '--reverse', '--format=%H %G?', `${base}..main`)
    const expected = commits.map((id, index) => `${id} ${index === 2 ? 'N' : 'G'}\n`)
    expect(log).toBe(expected.join(''))
    expect(commits.at(-1)).toBe(head)
    await fixture.git('fsck', '--strict')
  },
)
