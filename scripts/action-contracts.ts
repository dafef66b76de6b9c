import { readFile, readdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ActionDefinition } from '../packages/action-kit/src/index.ts'
import { contractText } from '../packages/action-kit/src/testing/contract-text.ts'

const root = dirname(dirname(fileURLToPath(import.meta.url)))

/** `action.yml` and README of every action, with the inputs and outputs that its code declares. */
export async function actionContracts(): Promise<readonly (readonly [string, string])[]> {
  const entries = await readdir(join(root, 'actions'), { withFileTypes: true })
  const names = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name)
  const files = await Promise.all(
    names.sort().map(async (name) => {
      const read = (file: string) => readFile(join(root, 'actions', name, file), 'utf8')
      const { action } = (await import(`../actions/${name}/src/action.ts`)) as {
        readonly action: ActionDefinition
      }
      const { manifest, readme } = contractText(action, {
        manifest: await read('action.yml'),
        readme: await read('README.md'),
      })
      return [
        [`actions/${name}/action.yml`, manifest],
        [`actions/${name}/README.md`, readme],
      ] as const
    }),
  )
  return files.flat()
}
