import { createHash, randomBytes } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { chmod, mkdir, readdir, rename, rm, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { type Digest, WorldError, digest, hexOf } from '@bulkhead/vocabulary'
import { wrongBytes } from '../refusals.ts'
import { SerialQueue } from '../serial-queue.ts'

/** Larger artifacts are refused. */
const MOST_BYTES = 4 * 1024 ** 3

/**
 * Artifacts by content: `sha256-<hex>/<basename>`. The digest is proven on the bytes when they come
 * in and again each time somebody wants to start them: what lies on a disk can change.
 */
export class ArtifactStore {
  readonly #root: string
  readonly #queue = new SerialQueue()

  constructor(root: string) {
    this.#root = root
  }

  /** Copies the file at `path` in. Does nothing when its bytes are here. @throws WorldError */
  stage(path: string, wanted: Digest): Promise<void> {
    return this.#queue.run(async () => {
      if ((await this.prove(wanted)) !== undefined) return
      await this.#copyIn(path, wanted)
    })
  }

  /** The path of the artifact when it is here byte for byte, else undefined. */
  async prove(wanted: Digest): Promise<string | undefined> {
    const folder = this.#folder(wanted)
    const [name, ...more] = await readdir(folder).catch(() => [])
    if (name === undefined || more.length > 0) return undefined
    const path = join(folder, name)
    const found = await digestOf(path).catch(() => undefined)
    return found === wanted ? path : undefined
  }

  #folder(wanted: Digest): string {
    return join(this.#root, `sha256-${hexOf(wanted)}`)
  }

  async #copyIn(path: string, wanted: Digest): Promise<void> {
    const incoming = join(this.#root, `.incoming-${randomBytes(8).toString('hex')}`)
    await mkdir(incoming, { mode: 0o700 })
    try {
      const copy = join(incoming, basename(path))
      await copyFile(path, copy)
      // On the copy: the file at `path` may be exchanged at any moment, the copy is ours.
      const found = await digestOf(copy)
      if (found !== wanted) throw wrongBytes(path, wanted, found)
      await rm(this.#folder(wanted), { recursive: true, force: true })
      await rename(incoming, this.#folder(wanted))
    } finally {
      await rm(incoming, { recursive: true, force: true })
    }
  }
}

async function copyFile(from: string, to: string): Promise<void> {
  const source = await stat(from).catch((error: unknown) => {
    throw unreadable(from, 'it cannot be read', error)
  })
  if (!source.isFile()) throw unreadable(from, 'it is not a file')
  if (source.size > MOST_BYTES) throw unreadable(from, `it is larger than ${MOST_BYTES} bytes`)
  await pipeline(
    createReadStream(from, { end: MOST_BYTES }),
    createWriteStream(to, { flags: 'wx', mode: 0o600 }),
  ).catch((error: unknown) => {
    throw unreadable(from, 'it cannot be copied', error)
  })
  // Read-only, and executable when the original is: a unit's command may be the artifact itself.
  await chmod(to, (source.mode & 0o111) === 0 ? 0o400 : 0o500)
}

async function digestOf(path: string): Promise<Digest> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path), hash)
  return digest(`sha256:${hash.digest('hex')}`)
}

const unreadable = (path: string, why: string, cause?: unknown) =>
  new WorldError(
    {
      code: 'rollout/target-failed',
      subject: path,
      message: `the artifact was not staged: ${why}`,
      remedy: 'Build the artifact again (`bulkhead build`) and check its path in bulkhead.yml.',
    },
    { cause },
  )
