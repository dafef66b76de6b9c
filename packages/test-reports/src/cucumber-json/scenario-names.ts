import { idKey } from '../test-identity.ts'
import type { TestId } from '../test-run.ts'

/**
 * Tells the rows of an outline apart. They share one name and differ in their line, which is no part
 * of an id because it moves with every edit: the second row is called `name (2)`, and so on. What
 * comes again in the same line is another try of the same scenario and keeps its id.
 */
export class ScenarioNames {
  readonly #places = new Map<string, Map<string, number>>()

  idOf(id: TestId, place: string): TestId {
    const key = idKey(id)
    const places = this.#places.get(key) ?? new Map<string, number>()
    this.#places.set(key, places)
    const ordinal = places.get(place) ?? places.size + 1
    places.set(place, ordinal)
    return ordinal === 1 ? id : { ...id, name: `${id.name} (${ordinal})` }
  }
}
