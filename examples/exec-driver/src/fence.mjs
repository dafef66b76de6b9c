// The newest token that ever acted here, as the greatest name in a directory. Where your engine has
// compare-and-swap (a resource version, a conditional write), use that instead.
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

const directory = join(process.env.FLEET_DIRECTORY, 'tokens')

export async function newestToken() {
  await mkdir(directory, { recursive: true })
  return Math.max(0, ...(await readdir(directory)).map(Number))
}

/** Whether the holder of this token may act; it is on record before anything is done in its name. */
export async function admit(token) {
  if ((await newestToken()) > token) return false
  await writeFile(join(directory, String(token)), '', { flush: true })
  return (await newestToken()) === token
}
