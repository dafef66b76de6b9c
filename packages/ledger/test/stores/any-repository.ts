import { join } from 'node:path'
import { makeRepository, temporaryDirectory } from '@bulkhead/testkit'

/** A repository that only has to be there. */
export async function anyRepository() {
  const home = await temporaryDirectory()
  const { path } = await makeRepository(join(home.path, 'repository'))
  return { path, [Symbol.asyncDispose]: () => home[Symbol.asyncDispose]() }
}
