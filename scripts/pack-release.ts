// Packs what a release is: one archive for each action, the bill of materials, and the digests of all.
import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { runProcess } from '../packages/world/src/index.ts'
import { mirrorFiles } from './mirrors/mirror-files.ts'
import { billOfMaterials } from './release/bill-of-materials.ts'

const HELP = `usage: npm run bulkhead-dev -- pack-release --to DIR

Writes NAME.tar.gz for each action, bulkhead.cdx.json and SHA256SUMS into DIR, which must not exist
yet. Same sources, same bytes, wherever the checkout lies and whatever the umask is.
`

const { values } = parseArgs({
  options: { to: { type: 'string', default: '' }, help: { type: 'boolean', default: false } },
})
const root = dirname(dirname(fileURLToPath(import.meta.url)))

/** Order, times, owners and modes are fixed: they would tell of the machine. */
const TAR = ['--sort=name', '--mtime=@0', '--owner=0', '--group=0', '--numeric-owner'] as const

async function packAction(action: string, to: string): Promise<void> {
  const scratch = await mkdtemp(join(tmpdir(), 'bulkhead-pack-'))
  try {
    const home = 'https://github.com/OWNER/bulkhead'
    for (const [path, bytes] of await mirrorFiles({ root, action, home, commit: 'HEAD' })) {
      await mkdir(dirname(join(scratch, path)), { recursive: true })
      await writeFile(join(scratch, path), bytes)
    }
    const { end, stderr } = await runProcess({
      argv: [
        'tar',
        ...TAR,
        '--mode=u=rwX,go=rX',
        '--use-compress-program=gzip -n',
        '-cf',
        join(to, `${action}.tar.gz`),
        '.',
      ],
      cwd: scratch,
    })
    if (end.kind !== 'exited' || end.code !== 0) throw new Error(`tar: ${stderr.toString()}`)
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}

async function packRelease(to: string): Promise<void> {
  await mkdir(to)
  const entries = await readdir(join(root, 'actions'), { withFileTypes: true })
  for (const entry of entries.filter((found) => found.isDirectory()))
    await packAction(entry.name, to)
  const { version } = JSON.parse(
    await readFile(join(root, 'packages', 'cli', 'package.json'), 'utf8'),
  ) as { readonly version: string }
  const lockfile = await readFile(join(root, 'pnpm-lock.yaml'), 'utf8')
  await writeFile(join(to, 'bulkhead.cdx.json'), billOfMaterials(lockfile, version))
  const lines = await Promise.all(
    (await readdir(to)).sort().map(async (name) => {
      const digest = createHash('sha256').update(await readFile(join(to, name)))
      return `${digest.digest('hex')}  ${name}\n`
    }),
  )
  await writeFile(join(to, 'SHA256SUMS'), lines.join(''))
}

if (values.help || values.to === '') {
  process[values.help ? 'stdout' : 'stderr'].write(HELP)
  process.exitCode = values.help ? 0 : 2
} else {
  try {
    await packRelease(resolve(values.to))
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
    process.exitCode = 3
  }
}
