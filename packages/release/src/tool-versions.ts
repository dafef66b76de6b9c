import { arch, release } from 'node:os'

/** What a run record says of the tools that made it: ourselves, our runtime, the system beneath. */
export const toolVersions = (version?: string): Readonly<Record<string, string>> => ({
  ...(version === undefined ? {} : { bulkhead: version }),
  node: process.versions.node,
  system: `${process.platform} ${release()} ${arch()}`,
})
