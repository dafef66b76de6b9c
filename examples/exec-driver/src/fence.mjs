// The newest token that ever acted in a region, as the greatest name in a directory of its own: two
// releases may be under way in two regions. Where your engine has compare-and-swap (a resource version,
// a conditional write), use that instead.
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

const directoryOf = (region) => join(process.env.FLEET_DIRECTORY, 'tokens', region)

export async function newestToken(region) {
  await mkdir(directoryOf(region), { recursive: true })
  return Math.max(0, ...(await readdir(directoryOf(region))).map(Number))
}

/** Whether the holder of this token may act; it is on record before anything is done in its name. */
export async function admit(region, token) {
  if ((await newestToken(region)) > token) return false
  await writeFile(join(directoryOf(region), String(token)), '', { flush: true })
  return (await newestToken(region)) === token
}
