import { readFile, readdir, realpath } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import type { Plugin } from 'rolldown'

/**
 * Keeps a library out of the bundle: its own file, byte for byte, and its licence lie beside the chunks
 * that load it. So whoever wants to may replace it, as the LGPL asks.
 * @param name of the package
 * @param file the module of it that is loaded, by its path in the package
 * @param within folder of the package that depends on it
 */
export function separateLibrary(name: string, file: string, within: string): Plugin {
  const beside = basename(file)
  let isUsed = false
  return {
    name: `separate-${name}`,
    resolveId(id) {
      if (id !== name) return null
      isUsed = true
      return { id: `./${beside}`, external: true }
    },
    async generateBundle() {
      if (!isUsed) return
      const folder = await folderOf(name, within)
      const licence = (await readdir(folder)).find((entry) => /^licen[cs]e/i.test(entry))
      if (licence === undefined) throw new Error(`${name} comes without its licence`)
      for (const [fileName, path] of [
        [beside, file],
        [`${name}.LICENSE.txt`, licence],
      ] as const)
        this.emitFile({ type: 'asset', fileName, source: await readFile(join(folder, path)) })
    },
  }
}

async function folderOf(name: string, within: string): Promise<string> {
  const { resolve } = createRequire(join(within, 'package.json'))
  const entry = await realpath(resolve(name))
  const end = entry.indexOf(join('node_modules', name)) + join('node_modules', name).length
  return entry.slice(0, end) || dirname(entry)
}
