import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { succeed } from './command.ts'

export type SshKeyType =
  | 'ed25519'
  | 'ecdsa-256'
  | 'ecdsa-384'
  | 'ecdsa-521'
  | 'rsa-2048'
  | 'rsa-3072'

/** Somebody with an SSH key made by the real `ssh-keygen`. */
export interface Person {
  readonly name: string
  readonly email: string
  /** Path of the private key, without a passphrase. */
  readonly keyFile: string
  /** `TYPE BASE64`, as allowed_signers and authorized_keys want it. */
  readonly publicKey: string
}

/** Makes a person whose key lies in `directory`. */
export async function makePerson(
  name: string,
  directory: string,
  keyType: SshKeyType = 'ed25519',
): Promise<Person> {
  const slug = name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')
  const keyFile = join(directory, `${slug}.key`)
  const [type, bits] = keyType.split('-')
  const size = bits === undefined ? [] : ['-b', bits]
  await succeed(
    ['ssh-keygen', '-q', '-t', type ?? 'ed25519', ...size, '-N', '', '-C', slug, '-f', keyFile],
    { cwd: directory },
  )
  const [kind, blob] = (await readFile(`${keyFile}.pub`, 'utf8')).split(' ')
  return { name, email: `${slug}@example.test`, keyFile, publicKey: `${kind} ${blob}` }
}

/** One line of git's allowed_signers file that lets each person sign for their own email. */
export const allowedSigners = (people: readonly Person[]): string =>
  people.map((person) => `${person.email} namespaces="git" ${person.publicKey}\n`).join('')
