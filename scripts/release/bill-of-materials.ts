import { parse } from 'yaml'

interface Lockfile {
  readonly importers: Readonly<
    Record<
      string,
      { readonly dependencies?: Readonly<Record<string, { readonly version: string }>> }
    >
  >
  readonly packages: Readonly<
    Record<string, { readonly resolution?: { readonly integrity?: string } }>
  >
  readonly snapshots: Readonly<
    Record<
      string,
      {
        readonly dependencies?: Readonly<Record<string, string>>
        readonly optionalDependencies?: Readonly<Record<string, string>>
      }
    >
  >
}

/**
 * What the actions are made of besides our own sources, as CycloneDX 1.6 in JSON: every package that an
 * action can reach by its run-time dependencies, with the hash that the lockfile pins. No time and no
 * random serial number, so that the same lockfile gives the same bytes.
 * @param lockfile text of `pnpm-lock.yaml`, version 9
 */
export function billOfMaterials(lockfile: string, version: string): string {
  const lock = parse(lockfile) as Lockfile
  const components = [...reachable(lock)].sort().map((key) => componentOf(key, lock))
  const bill = {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: { component: { type: 'application', name: 'bulkhead', version } },
    components,
  }
  return `${JSON.stringify(bill, null, 2)}\n`
}

/** Keys of `snapshots` that the actions reach, through our own rooms. */
function reachable({ importers, snapshots }: Lockfile): ReadonlySet<string> {
  const rooms = Object.keys(importers).filter((path) => path.startsWith('actions/'))
  const seenRooms = new Set<string>()
  const seen = new Set<string>()
  const packages: string[] = []
  for (let room = rooms.pop(); room !== undefined; room = rooms.pop()) {
    if (seenRooms.has(room)) continue
    seenRooms.add(room)
    for (const [name, { version }] of Object.entries(importers[room]?.dependencies ?? {}))
      if (version.startsWith('link:'))
        rooms.push(new URL(version.slice('link:'.length), `file:///${room}/`).pathname.slice(1))
      else packages.push(`${name}@${version}`)
  }
  for (let key = packages.pop(); key !== undefined; key = packages.pop()) {
    if (seen.has(key)) continue
    seen.add(key)
    const { dependencies = {}, optionalDependencies = {} } = snapshots[key] ?? {}
    for (const [name, found] of Object.entries({ ...dependencies, ...optionalDependencies }))
      packages.push(`${name}@${found}`)
  }
  return seen
}

function componentOf(key: string, { packages }: Lockfile) {
  const plain = key.replace(/\(.*$/, '')
  const at = plain.lastIndexOf('@')
  const [name, version] = [plain.slice(0, at), plain.slice(at + 1)]
  const integrity = packages[plain]?.resolution?.integrity ?? ''
  if (!integrity.startsWith('sha512-')) throw new Error(`${plain} has no sha512 in the lockfile`)
  const content = Buffer.from(integrity.slice('sha512-'.length), 'base64').toString('hex')
  return {
    type: 'library',
    name,
    version,
    purl: `pkg:npm/${name.replace('@', '%40')}@${version}`,
    hashes: [{ alg: 'SHA-512', content }],
  }
}
