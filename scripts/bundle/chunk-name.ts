/** Clients of cloud services, and what only they bring: loaded when a policy names such a signer. */
const CLOUD =
  /[\\/]node_modules[\\/](?:@aws-sdk|@aws-crypto|@aws|@smithy|@sigstore|@npmcli|bowser|cacache|make-fetch-happen|p-map|minipass[^\\/]*)[\\/]/
const THIRD_PARTY = /[\\/]node_modules[\\/]/

/**
 * How a chunk is called: `cloud-…` when it holds clients of cloud services and nothing of our own, so that
 * everybody can see which files are read on every way and which on one alone. A chunk that only passes on
 * what another exports holds no module; it is called by the one that it stands for.
 */
export function chunkName({
  moduleIds,
  facadeModuleId = null,
}: {
  readonly moduleIds: readonly string[]
  readonly facadeModuleId?: string | null | undefined
}): string {
  const held = moduleIds.filter((id) => /[\\/]/.test(id))
  const modules = held.length === 0 && facadeModuleId !== null ? [facadeModuleId] : held
  const isCloud =
    modules.some((id) => CLOUD.test(id)) && modules.every((id) => THIRD_PARTY.test(id))
  return isCloud ? 'cloud-[name]-[hash].mjs' : '[name]-[hash].mjs'
}
