import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'

/** Path in the mirror → bytes. */
export type MirrorFiles = ReadonlyMap<string, Buffer>

export interface MirrorSource {
  readonly root: string
  readonly action: string
  /** Where this repository is for readers, without a slash at the end. */
  readonly home: string
  /** The commit of this repository that is released. */
  readonly commit: string
}

/**
 * What the repository of one action holds: manifest, page, licence and bundle, at its top, as the
 * marketplace wants it.
 * @throws Error when something of it is missing: a mirror without a bundle would fail at every user's
 */
export async function mirrorFiles(source: MirrorSource): Promise<MirrorFiles> {
  const { root, action } = source
  const from = (...parts: readonly string[]) => readFile(join(root, ...parts))
  const bundle = (await readdir(join(root, 'actions', action, 'dist'))).sort()
  if (!bundle.includes('main.mjs')) throw new Error(`actions/${action}/dist has no main.mjs`)
  const dist = await Promise.all(
    bundle.map(
      async (name) => [`dist/${name}`, await from('actions', action, 'dist', name)] as const,
    ),
  )
  const page = (await from('actions', action, 'README.md')).toString()
  return new Map([
    ['LICENSE', await from('LICENSE')],
    ['README.md', Buffer.from(mirrorPage(page, source))],
    ['action.yml', await from('actions', action, 'action.yml')],
    ...dist,
  ])
}

/** The page with its links to this repository, at the commit of the release, and the mirror's own name. */
export function mirrorPage(page: string, { action, home, commit }: MirrorSource): string {
  return page
    .replaceAll(`OWNER/bulkhead/actions/${action}@`, `OWNER/bulkhead-${action}@`)
    .replaceAll(/\]\((\.\.?\/[^)\s]+)\)/g, (_, link: string) => {
      const { pathname } = new URL(link, `https://x/actions/${action}/README.md`)
      return `](${home}/blob/${commit}${pathname})`
    })
}
