import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { temporaryDirectory } from '@bulkhead/testkit'
import { rolldown } from 'rolldown'

const SOURCE = fileURLToPath(new URL('writing-process.ts', import.meta.url))

/** `writing-process.ts` as a program that starts quickly. */
export async function writingProgram() {
  const home = await temporaryDirectory()
  const bundle = await rolldown({ input: SOURCE, platform: 'node', external: ['pg-native'] })
  await bundle.write({ dir: home.path, format: 'esm', entryFileNames: 'program.mjs' })
  await bundle.close()
  return {
    path: join(home.path, 'program.mjs'),
    [Symbol.asyncDispose]: () => home[Symbol.asyncDispose](),
  }
}
