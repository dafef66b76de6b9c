import { PassThrough } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import archiver from 'archiver'

/** Zips files as `actions/upload-artifact` does, with the library that it uses. */
export function zipFiles(files: Readonly<Record<string, Buffer | string>>): Promise<Buffer> {
  return zipWith((archive) => {
    for (const [name, content] of Object.entries(files)) archive.append(content, { name })
  })
}

/** Zips what is in a folder, by its path below it. */
export const zipFolder = (folder: string): Promise<Buffer> =>
  zipWith((archive) => {
    archive.directory(folder, false)
  })

async function zipWith(fill: (archive: archiver.Archiver) => void): Promise<Buffer> {
  const archive = archiver('zip', { zlib: { level: 6 } })
  const whole = buffer(archive.pipe(new PassThrough()))
  fill(archive)
  await archive.finalize()
  return whole
}
