import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { type LoadedPolicy, withPrincipal } from '@bulkhead/policy'
import { parseAllowedSigners, parseOpenPgpCertificates } from '@bulkhead/signatures'
import { InputError } from '@bulkhead/vocabulary'
import { readRegularFile } from '@bulkhead/world'
import { worktreePolicy } from './working-policy.ts'
import type { Workspace } from './workspace.ts'

export interface AddSignerRequest {
  /** The committer whom the keys sign for. */
  readonly email: string
  /** As the policy is to call them; default: what stands before the `@`. */
  readonly name?: string | undefined
  readonly role: 'person' | 'bot' | 'forge'
  /** `TYPE BASE64`, with or without a comment. */
  readonly ssh: readonly string[]
  /** Armored OpenPGP certificates. */
  readonly openpgp: readonly string[]
}

export interface AddedSigner {
  /** Paths that were written, below the top of the repository. */
  readonly written: readonly string[]
  /** Keys that were there already are not added again. */
  readonly added: number
}

const EMAIL = /^(?!.*[<>,"*?])[!-~]+@[!-~]+$/

/**
 * Adds keys to the allowed signers of the work tree. Nothing is written unless all of it would be read
 * back: a half-added signer could stop every release. Committing it stays with a person.
 * @throws InputError
 */
export async function addSigner(
  workspace: Workspace,
  request: AddSignerRequest,
): Promise<AddedSigner> {
  const { email, ssh, openpgp } = request
  if (!EMAIL.test(email))
    throw usage(email, 'is no email address', 'write it as in the commits: NAME@HOST')
  if (ssh.length + openpgp.length === 0)
    throw usage(
      email,
      'no key was given',
      'give one: `--key FILE.pub`, `--openpgp FILE.asc` or `--github USER`',
    )
  const policy = await worktreePolicy(workspace)
  const { root } = workspace.repository
  const files = new Map<string, string>()
  const sshAdded = await addSshKeys(policy, request, files)
  const openPgpAdded = await addCertificates(policy, request, files, root)
  for (const [path, text] of files) {
    await mkdir(dirname(join(root, path)), { recursive: true })
    await writeFile(join(root, path), text)
  }
  return { written: [...files.keys()], added: sshAdded + openPgpAdded }
}

async function addSshKeys(
  { policy, files: named }: LoadedPolicy,
  { email, ssh }: AddSignerRequest,
  files: Map<string, string>,
): Promise<number> {
  if (ssh.length === 0) return 0
  const path = policy.signers
  if (path === undefined) {
    throw usage(
      email,
      'the policy has no file of SSH signers',
      'add `signers: .bulkhead/allowed_signers` to bulkhead.yml and make that file',
    )
  }
  const before = named.get(path)?.toString('utf8') ?? ''
  const present = before.split('\n')
  const isThere = (key: string) =>
    present.some(
      (line) => line.includes(key) && line.split(/[ \t]/, 1).join('').split(',').includes(email),
    )
  const fresh = ssh.map(plainKey).filter((key) => !isThere(key))
  const lines = fresh.map((key) => `${email} namespaces="git,bulkhead-approval" ${key}\n`)
  const text = `${before}${before === '' || before.endsWith('\n') ? '' : '\n'}${lines.join('')}`
  parseAllowedSigners(Buffer.from(text), path)
  if (fresh.length > 0) files.set(path, text)
  return fresh.length
}

/** Type and key, without comment and options: a line of `authorized_keys` may carry both. */
function plainKey(text: string): string {
  const [type, blob] = text.trim().split(/[ \t]+/)
  if (type !== undefined && blob !== undefined && /^(?:ssh|ecdsa|sk)-/.test(type))
    return `${type} ${blob}`
  throw usage(text.slice(0, 80), 'is no SSH public key', 'give the file that ends with .pub')
}

async function addCertificates(
  { policy }: LoadedPolicy,
  { email, name = nameOf(email), role, openpgp }: AddSignerRequest,
  files: Map<string, string>,
  root: string,
): Promise<number> {
  if (openpgp.length === 0) return 0
  const known = Object.entries(policy.signing.principals)
  const owner = known.find(([, { committers }]) => committers.includes(email))?.[0] ?? name
  const paths: string[] = []
  for (const armor of openpgp) {
    const [certificate] = await parseOpenPgpCertificates(Buffer.from(armor), `the key of ${email}`)
    if (certificate === undefined)
      throw usage(email, 'the file holds no OpenPGP key', 'export it: `gpg --armor --export EMAIL`')
    const path = `.bulkhead/openpgp/${owner}-${certificate.fingerprint.slice(-16)}.asc`
    paths.push(path)
    files.set(path, armor.endsWith('\n') ? armor : `${armor}\n`)
  }
  const source = await readFile(join(root, 'bulkhead.yml'), 'utf8')
  const declared = { name: owner, role, committers: [email], openpgp: paths }
  files.set('bulkhead.yml', withPrincipal(source, declared))
  return paths.length
}

const nameOf = (email: string): string =>
  email
    .split('@', 1)
    .join('')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 63)

const usage = (subject: string, message: string, remedy: string): InputError =>
  new InputError({ code: 'usage/invalid-option', subject, message, remedy })

/** A key file that the user named. @throws InputError `usage/unreadable-file` */
export async function readKeyFile(path: string): Promise<string> {
  const bytes = await readRegularFile(path, 1024 * 1024).catch(() => undefined)
  if (bytes !== undefined) return bytes.toString('utf8')
  throw new InputError({
    code: 'usage/unreadable-file',
    subject: path,
    message: 'is no readable file of up to 1 MiB',
    remedy: 'name the public key: `~/.ssh/id_ed25519.pub`, or what `gpg --armor --export` wrote',
  })
}
