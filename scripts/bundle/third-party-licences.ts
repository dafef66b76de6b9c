import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Plugin } from 'rolldown'

/** `…/node_modules/NAME/` of a module, with a scope where there is one; the last one counts. */
const PACKAGE = new RegExp(
  `^.*[\\\\/]node_modules[\\\\/](?:@[^\\\\/]+[\\\\/])?[^\\\\/]+(?=[\\\\/])`,
)

/** Writes the licences of all libraries that are in the bundle beside it, as each of them asks. */
export function thirdPartyLicences(): Plugin {
  return {
    name: 'third-party-licences',
    async generateBundle(_options, bundle) {
      const folders = new Set<string>()
      for (const chunk of Object.values(bundle)) {
        if (chunk.type !== 'chunk') continue
        for (const id of chunk.moduleIds) {
          const folder = PACKAGE.exec(id)?.[0]
          if (folder !== undefined) folders.add(folder)
        }
      }
      const texts = await Promise.all([...folders].map(licenceOf))
      const source = texts.sort().join(`\n${'-'.repeat(80)}\n\n`)
      if (texts.length > 0)
        this.emitFile({ type: 'asset', fileName: 'THIRD-PARTY-LICENCES.txt', source })
    },
  }
}

interface Manifest {
  readonly name: string
  readonly version: string
  readonly license?: string
  readonly author?: string | { readonly name?: string }
}

async function licenceOf(folder: string): Promise<string> {
  const manifest = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as Manifest
  const { name, version, license, author } = manifest
  const file = (await readdir(folder)).find((entry) => /^(?:licen[cs]e|copying)/i.test(entry))
  if (file === undefined && license === undefined) throw new Error(`${name} states no licence`)
  const by = typeof author === 'string' ? author : (author?.name ?? 'its authors')
  const text =
    file === undefined
      ? `By ${by}. The package brings no text of its licence.`
      : (await readFile(join(folder, file), 'utf8')).trim()
  return `${name} ${version} (${license ?? 'see below'})\n\n${text}\n`
}
