import { createHash } from 'node:crypto'
import type { Principal } from '@bulkhead/signatures'

/**
 * GitHub's private addresses, `ID+LOGIN@users.noreply.github.com`: the number stays when the name changes.
 */
const NOREPLY = /^(?:(\d{1,20})\+)?([^@]+)@users\.noreply\.github\.com$/

/** Everything by which one name or address could be met again. */
export function handlesOf(name: string): readonly string[] {
  const plain = name.trim().toLowerCase()
  const [, id, login] = NOREPLY.exec(plain) ?? []
  return [
    plain,
    ...(id === undefined ? [] : [`github:${id}`]),
    ...(login === undefined ? [] : [`${login}@users.noreply.github.com`]),
  ]
}

/** Everything by which a principal could be met. */
export const handlesOfPrincipal = ({ name, committers }: Principal): ReadonlySet<string> =>
  new Set([name, ...committers].flatMap(handlesOf))

export const shareHandle = (one: ReadonlySet<string>, other: ReadonlySet<string>): boolean =>
  [...one].some((handle) => other.has(handle))

/** How the ledger calls whoever acts from a clone: it cannot forget, so it holds no address. */
export const pseudonymOf = (email: string): string =>
  createHash('sha256').update(email).digest('hex').slice(0, 16)

/** Of an actor `provider:id` on record, the principal behind it; undefined when nobody knows them. */
export function principalBehind(
  actor: string,
  principals: readonly Principal[],
): Principal | undefined {
  return principals.find(({ name, committers }) => {
    const addresses = [name, ...committers]
    return addresses.some(
      (address) =>
        handlesOf(address).includes(actor) ||
        [address, address.toLowerCase()].some((email) => actor === `git:${pseudonymOf(email)}`),
    )
  })
}
