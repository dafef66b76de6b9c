import { createHash } from 'node:crypto'
import { deflateSync } from 'node:zlib'
import { type CommitId, commitId } from '@bulkhead/vocabulary'
import { succeed } from './command.ts'

/** Whoever signs in this process, in whatever format. */
interface CommitSigner {
  readonly email: string
  /** An armored signature over `payload`. */
  sign(payload: Uint8Array): string
}

export interface SignedHistoryRequest {
  /** A repository on disk; its object format is found out. */
  readonly path: string
  readonly commits: number
  /** They take turns. */
  readonly signers: readonly [CommitSigner, ...CommitSigner[]]
  /** The branch that is set to the last commit. */
  readonly ref?: string
  /** Signs each commit but these (by index), to plant what must be found. */
  readonly unsigned?: ReadonlySet<number>
}

export interface SignedHistory {
  /** An unsigned root before the first signed commit. */
  readonly base: CommitId
  readonly head: CommitId
  /** Oldest first, without the base. */
  readonly commits: readonly CommitId[]
}

interface StoredObject {
  readonly type: 'commit' | 'tree'
  readonly bytes: Buffer
}

type Format = 'sha1' | 'sha256'

const PACK_TYPE = { commit: 1, tree: 2 } as const
const FIRST_SECOND = 1_750_000_000

/**
 * Writes a line of signed commits as one pack: thousands a second, since nobody starts ssh-keygen or
 * git per commit. Each is signed in full, as git would sign it.
 */
export async function signedHistory(request: SignedHistoryRequest): Promise<SignedHistory> {
  const { path, commits, signers, ref = 'refs/heads/main', unsigned = new Set() } = request
  const shown = await succeed(['git', 'rev-parse', '--show-object-format'], { cwd: path })
  const format: Format = shown.trim() === 'sha256' ? 'sha256' : 'sha1'
  const tree: StoredObject = { type: 'tree', bytes: Buffer.alloc(0) }
  const objects = [tree]
  const ids: CommitId[] = []
  for (let index = -1; index < commits; index += 1) {
    const signer = signers[Math.max(index, 0) % signers.length] ?? signers[0]
    const signs = index >= 0 && !unsigned.has(index)
    const links = { tree: idOf(tree, format), parent: ids.at(-1), index }
    const bytes = Buffer.from(signs ? signed(links, signer, format) : plain(links, signer).join(''))
    const object: StoredObject = { type: 'commit', bytes }
    objects.push(object)
    ids.push(commitId(idOf(object, format)))
  }
  await succeed(['git', 'index-pack', '--stdin'], { cwd: path, input: packOf(objects, format) })
  const [base, ...rest] = ids
  const head = ids.at(-1)
  if (base === undefined || head === undefined) throw new Error('no commits')
  await succeed(['git', 'update-ref', ref, head], { cwd: path })
  return { base, head, commits: rest }
}

interface Links {
  readonly tree: string
  readonly parent: string | undefined
  readonly index: number
}

/** Headers and message, apart: the signature goes between. */
function plain({ tree, parent, index }: Links, { email }: CommitSigner): readonly [string, string] {
  const who = `Signer <${email}> ${FIRST_SECOND + index} +0000`
  const parents = parent === undefined ? '' : `parent ${parent}\n`
  const headers = `tree ${tree}\n${parents}author ${who}\ncommitter ${who}\n`
  return [headers, `\nChange ${index}\n\nA body of the length that people write, to be hashed.\n`]
}

function signed(links: Links, signer: CommitSigner, format: Format): string {
  const [headers, message] = plain(links, signer)
  const armor = signer.sign(Buffer.from(headers + message)).trimEnd()
  const name = format === 'sha1' ? 'gpgsig' : 'gpgsig-sha256'
  return `${headers}${name} ${armor.replaceAll('\n', '\n ')}\n${message}`
}

const idOf = ({ type, bytes }: StoredObject, format: Format): string =>
  createHash(format).update(`${type} ${bytes.length}\0`).update(bytes).digest('hex')

/** gitformat-pack(5), version 2, every object whole. */
function packOf(objects: readonly StoredObject[], format: Format): Buffer {
  const header = Buffer.alloc(12)
  header.write('PACK')
  header.writeUInt32BE(2, 4)
  header.writeUInt32BE(objects.length, 8)
  const entries = objects.flatMap((object) => [entryHeader(object), deflateSync(object.bytes)])
  const body = Buffer.concat([header, ...entries])
  return Buffer.concat([body, createHash(format).update(body).digest()])
}

/** Type and size: four bits of the size in the first byte, seven in each one after. */
function entryHeader({ type, bytes }: StoredObject): Buffer {
  const header = [(PACK_TYPE[type] << 4) | (bytes.length & 0x0f)]
  for (let rest = bytes.length >>> 4; rest > 0; rest >>>= 7) {
    header[header.length - 1] = (header.at(-1) ?? 0) | 0x80
    header.push(rest & 0x7f)
  }
  return Buffer.from(header)
}
