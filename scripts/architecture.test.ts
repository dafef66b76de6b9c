import { readFile, readdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const root = dirname(dirname(fileURLToPath(import.meta.url)))

/** The house, floor by floor (DESIGN §4). A room may import from floors below its own, never beside or above. */
const FLOORS = [
  ['@bulkhead/vocabulary'],
  ['@bulkhead/world'],
  ['@bulkhead/testkit'],
  ['@bulkhead/git', '@bulkhead/envelope', '@bulkhead/github'],
  ['@bulkhead/policy', '@bulkhead/signers'],
  ['@bulkhead/signatures', '@bulkhead/test-reports', '@bulkhead/ledger', '@bulkhead/rollout'],
  [
    '@bulkhead/gate',
    '@bulkhead/targets',
    '@bulkhead/approvals',
    '@bulkhead/notify',
    '@bulkhead/metrics',
  ],
  ['@bulkhead/attest', '@bulkhead/hotfix'],
  ['@bulkhead/release'],
  ['@bulkhead/action-kit'],
  [
    'bulkhead',
    '@bulkhead/action-test-suite',
    '@bulkhead/action-signed-commits',
    '@bulkhead/action-ledger',
    '@bulkhead/action-release-gate',
    '@bulkhead/action-rolling-deploy',
    '@bulkhead/action-hotfix',
  ],
  ['@bulkhead/story', '@bulkhead/bench', '@bulkhead/tenant-app', '@bulkhead/exec-driver'],
]

const floorOf = new Map(
  FLOORS.flatMap((rooms, floor) => rooms.map((room) => [room, floor] as const)),
)

interface Room {
  readonly name: string
  readonly directory: string
  readonly declared: readonly string[]
}

async function readRooms(): Promise<readonly Room[]> {
  const folders = await Promise.all(
    ['packages', 'actions', 'examples'].map(async (group) =>
      (await readdir(join(root, group), { withFileTypes: true }))
        .filter((entry) => entry.isDirectory())
        .map((entry) => join(root, group, entry.name)),
    ),
  )
  return Promise.all(
    [...folders.flat(), join(root, 'bench')].map(async (directory) => {
      const manifest = JSON.parse(await readFile(join(directory, 'package.json'), 'utf8')) as {
        name: string
        dependencies?: Record<string, string>
        devDependencies?: Record<string, string>
      }
      return {
        name: manifest.name,
        directory,
        declared: Object.keys({ ...manifest.dependencies, ...manifest.devDependencies }),
      }
    }),
  )
}

async function sources(directory: string): Promise<readonly string[]> {
  const entries = await readdir(join(directory, 'src'), {
    recursive: true,
    withFileTypes: true,
  }).catch(() => [])
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath, entry.name))
}

const IMPORT = /(?:from|import)\s*\(?\s*'([^'.][^']*)'/g
const roomOf = (specifier: string) =>
  specifier.startsWith('@')
    ? specifier.split('/').slice(0, 2).join('/')
    : (specifier.split('/')[0] ?? specifier)

/** What breaks the picture: an import that does not point downward, by room, file and import. */
function wrongWay(from: string, specifiers: readonly string[]): readonly string[] {
  const own = floorOf.get(from) ?? -1
  return specifiers
    .map(roomOf)
    .filter((to) => floorOf.has(to) && to !== from && (floorOf.get(to) ?? 0) >= own)
}

describe('the house', () => {
  it('has every room on a floor', async () => {
    expect(
      (await readRooms()).map((room) => room.name).filter((name) => !floorOf.has(name)),
    ).toEqual([])
  })

  it('has imports that point downward only, and are declared', async () => {
    const violations: string[] = []
    for (const room of await readRooms()) {
      for (const file of await sources(room.directory)) {
        const specifiers = [...(await readFile(file, 'utf8')).matchAll(IMPORT)].map(
          (match) => match[1] ?? '',
        )
        violations.push(
          ...wrongWay(room.name, specifiers).map(
            (to) => `${file.slice(root.length + 1)} imports ${to}: not below ${room.name}`,
          ),
        )
        violations.push(
          ...specifiers
            .map(roomOf)
            .filter(
              (to) =>
                to.startsWith('@bulkhead/') && to !== room.name && !room.declared.includes(to),
            )
            .map((to) => `${file.slice(root.length + 1)} imports ${to}: not in its package.json`),
        )
      }
    }
    expect(violations).toEqual([])
  })

  it('would notice an import that points upward or sideways', () => {
    expect(wrongWay('@bulkhead/git', ['@bulkhead/ledger'])).toEqual(['@bulkhead/ledger'])
    expect(wrongWay('@bulkhead/ledger', ['@bulkhead/rollout/plan'])).toEqual(['@bulkhead/rollout'])
    expect(wrongWay('@bulkhead/ledger', ['@bulkhead/git', 'node:fs', './entry.ts'])).toEqual([])
  })
})
