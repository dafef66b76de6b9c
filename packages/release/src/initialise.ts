import { access, mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { generateKeyPair } from '@bulkhead/envelope'
import { initialPolicyText } from '@bulkhead/policy'
import { InputError } from '@bulkhead/vocabulary'
import { guessPolicy } from './guess-policy.ts'
import { KEY_ROLES, type Workspace, keysDirectory } from './workspace.ts'

const SIGNERS = '.bulkhead/allowed_signers'

/** What `init` wrote, and what the user does next. */
export interface Initialised {
  readonly written: readonly string[]
  readonly signers: number
}

/**
 * Writes a first policy, the keys of every role and the allowed signers. Nothing that is there already
 * is overwritten. Private keys go into the git directory: they are never part of a commit.
 * @throws InputError `usage/already-exists`
 */
export async function initialise(workspace: Workspace): Promise<Initialised> {
  const root = workspace.repository.root
  const signer = await signerLine(workspace)
  const pairs = KEY_ROLES.map((role) => ({ role, ...generateKeyPair() }))
  const files = new Map<string, string>([
    ['bulkhead.yml', initialPolicyText(await guessPolicy(root))],
    [SIGNERS, `${signersHeader}${signer === undefined ? '' : `${signer}\n`}`],
    ...pairs.map(({ role, publicKey }) => [`.bulkhead/keys/${role}.pub`, publicKey] as const),
  ])
  const directory = keysDirectory(workspace.repository)
  const keys = pairs.map(
    ({ role, privateKey }) => [join(directory, `${role}.pem`), privateKey] as const,
  )
  await refuseToOverwrite(root, [...files.keys(), ...keys.map(([path]) => path)])
  await mkdir(directory, { recursive: true, mode: 0o700 })
  for (const [path, text] of keys) await writeFile(path, text, { mode: 0o600, flag: 'wx' })
  for (const [path, text] of files) {
    await mkdir(dirname(join(root, path)), { recursive: true })
    await writeFile(join(root, path), text)
  }
  return { written: [...files.keys()], signers: signer === undefined ? 0 : 1 }
}

const signersHeader =
  '# Who may sign for which committer: git allowed_signers syntax.\n# EMAIL namespaces="git,bulkhead-approval" KEYTYPE BASE64\n'

async function refuseToOverwrite(root: string, paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    const exists = await access(resolve(root, path)).then(
      () => true,
      () => false,
    )
    if (!exists) continue
    throw new InputError({
      code: 'usage/already-exists',
      subject: path,
      message: 'is there already; nothing was changed',
      remedy: `edit ${path} by hand, or move it away first`,
    })
  }
}

/** The user's own signing key, when git is set up to sign with SSH: the first allowed signer. */
async function signerLine({ repository }: Workspace): Promise<string | undefined> {
  const email = await repository.configValue('user.email')
  const key = await repository.configValue('user.signingkey')
  if (email === undefined || key === undefined) return undefined
  const literal = key.replace(/^key::/, '')
  const text = literal.includes(' ')
    ? literal
    : await readFile(literal.endsWith('.pub') ? literal : `${literal}.pub`, 'utf8').catch(() => '')
  const [type, blob] = text.trim().split(/\s+/)
  return type !== undefined && blob !== undefined && /^(ssh|ecdsa|sk)-/.test(type)
    ? `${email} namespaces="git,bulkhead-approval" ${type} ${blob}`
    : undefined
}
