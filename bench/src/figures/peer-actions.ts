import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'

/** A report action of somebody else, built, in a folder of its name. */
export interface PeerAction {
  readonly name: string
  readonly entry: string
  /** Its scripts, without source maps and licences. */
  readonly bytes: number
}

const VARIABLE = 'BULKHEAD_PEER_ACTIONS'
export const NO_PEERS = `no report actions of others here: name a folder of NAME/dist/index.js with ${VARIABLE}`

/** The actions in the folder that the caller names; nothing is fetched for a bench. */
export async function peerActions(): Promise<readonly PeerAction[]> {
  const folder = process.env[VARIABLE]
  if (folder === undefined) return []
  const names = (await readdir(folder)).toSorted()
  return Promise.all(
    names.map(async (name) => {
      const dist = join(folder, name, 'dist')
      const scripts = (await readdir(dist)).filter((file) => /\.[cm]?js$/.test(file))
      const sizes = await Promise.all(
        scripts.map(async (file) => (await stat(join(dist, file))).size),
      )
      return {
        name,
        entry: join(dist, 'index.js'),
        bytes: sizes.reduce((sum, size) => sum + size, 0),
      }
    }),
  )
}
