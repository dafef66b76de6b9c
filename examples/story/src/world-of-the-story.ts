import { cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { generateKeyPair } from '@bulkhead/envelope'
import {
  type GitFixture,
  type Person,
  allowedSigners,
  makePerson,
  makeRepository,
} from '@bulkhead/testkit'

const EXAMPLE = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'tenant-app')

/** Name of the story's repository in its directory. */
export const REPOSITORY = 'tenant-app'

/** Who signs what in the story. Private keys stay in this process: they go to commands on stdin. */
const ROLES = ['voucher', 'builder', 'gate', 'ledger'] as const
export type RoleKeys = Readonly<Record<(typeof ROLES)[number], string>>

/** Two maintainers whom the repository trusts, two more who may approve, and a stranger. */
export interface People {
  readonly ada: Person
  readonly grace: Person
  readonly hedy: Person
  readonly radia: Person
  readonly mallory: Person
}

export interface StoryRepository {
  readonly repository: GitFixture
  readonly people: People
  readonly keys: RoleKeys
}

export interface StoryPorts {
  readonly database: number
  readonly proxy: number
}

/** A repository of the example service, with a policy, trusted signers and keys, and one signed commit. */
export async function prepareRepository(
  directory: string,
  ports: StoryPorts,
): Promise<StoryRepository> {
  const people = await makePeople(join(directory, 'people'))
  const repository = await makeRepository(join(directory, REPOSITORY))
  await copyExample(repository.path)
  const { keys, publicKeys } = makeKeys()
  const commit = await repository.commit({
    by: people.ada,
    message: 'Adopt Bulkhead',
    files: {
      'bulkhead.yml': await policyText(ports),
      '.bulkhead/allowed_signers':
        allowedSigners([people.ada, people.grace]) +
        approvers([people.grace, people.hedy, people.radia]),
      ...Object.fromEntries(ROLES.map((role) => [`.bulkhead/keys/${role}.pub`, publicKeys[role]])),
    },
  })
  await repository.git('config', 'bulkhead.genesis', commit)
  await repository.git('config', 'user.email', people.ada.email)
  return { repository, people, keys }
}

async function makePeople(home: string): Promise<People> {
  await mkdir(home, { recursive: true })
  const one = (name: string) => makePerson(name, home)
  const [ada, grace, hedy, radia, mallory] = await Promise.all([
    one('Ada'),
    one('Grace'),
    one('Hedy'),
    one('Radia'),
    one('Mallory'),
  ])
  return { ada, grace, hedy, radia, mallory }
}

/** They may agree to a hotfix. */
const approvers = (people: readonly Person[]): string =>
  people
    .map(({ email, publicKey }) => `${email} namespaces="bulkhead-approval" ${publicKey}\n`)
    .join('')

/** The example as its authors would have it: sources of their own, dependencies installed beside. */
async function copyExample(to: string): Promise<void> {
  const skipped = new Set(['node_modules', 'dist', 'reports'])
  await cp(EXAMPLE, to, {
    recursive: true,
    filter: (source) => !skipped.has(source.slice(EXAMPLE.length + 1).split('/')[0] ?? ''),
  })
  await symlink(join(EXAMPLE, 'node_modules'), join(to, 'node_modules'), 'junction')
}

function makeKeys(): { readonly keys: RoleKeys; readonly publicKeys: RoleKeys } {
  const pairs = Object.fromEntries(ROLES.map((role) => [role, generateKeyPair()]))
  const pick = (half: 'privateKey' | 'publicKey') => {
    const of = (role: string) => pairs[role]?.[half] ?? ''
    return {
      voucher: of('voucher'),
      builder: of('builder'),
      gate: of('gate'),
      ledger: of('ledger'),
    }
  }
  return { keys: pick('privateKey'), publicKeys: pick('publicKey') }
}

/** The example's own policy, with the ports of this run filled in. */
async function policyText(ports: StoryPorts): Promise<string> {
  const text = await readFile(join(EXAMPLE, 'bulkhead.yml'), 'utf8')
  return text
    .replaceAll('127.0.0.1:5432', `127.0.0.1:${ports.database}`)
    .replaceAll('127.0.0.1:8080', `127.0.0.1:${ports.proxy}`)
}

/** An edit of the example that a scene plays; `examples/tenant-app/scenes.json` has them all. */
interface SceneEdit {
  readonly subject: string
  readonly file: string
  readonly find: string
  readonly replace: string
}

/**
 * Makes one of the example's own edits in the work tree. @returns the subject of the commit that an
 * author would write. @throws Error when its passage is not there exactly once
 */
export async function makeEdit(repository: GitFixture, name: string): Promise<string> {
  const edits = JSON.parse(await readFile(join(EXAMPLE, 'scenes.json'), 'utf8')) as Readonly<
    Record<string, SceneEdit>
  >
  const edit = edits[name]
  if (edit === undefined) throw new Error(`the example knows no edit called ${name}`)
  const file = join(repository.path, edit.file)
  const text = await readFile(file, 'utf8')
  if (text.split(edit.find).length !== 2)
    throw new Error(`${edit.file} does not hold this passage exactly once: ${edit.find}`)
  await writeFile(
    file,
    text.replace(edit.find, () => edit.replace),
  )
  return edit.subject
}
