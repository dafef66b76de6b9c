import type { TestId } from '../test-run.ts'

/** Where a name stood first; or, once it stood elsewhere too, its ordinal at each place. */
type Places = string | Map<string, number>

/**
 * Tells the rows of an outline apart. They share one name and differ in their line, which is no part
 * of an id because it moves with every edit: the second row is called `name (2)`, and so on. What
 * comes again in the same line is another try of the same scenario and keeps its id.
 */
export class ScenarioNames {
  /** By the feature, then by the name: a large report has as many of the latter as scenarios. */
  readonly #features = new Map<string, Map<string, Places>>()

  idOf(id: TestId, place: string): TestId {
    const ordinal = this.#ordinalOf(this.#namesOf(id), id.name, place)
    return ordinal === 1 ? id : { ...id, name: `${id.name} (${ordinal})` }
  }

  #namesOf({ file, className }: TestId): Map<string, Places> {
    const key = JSON.stringify([file, className])
    const names = this.#features.get(key) ?? new Map<string, Places>()
    this.#features.set(key, names)
    return names
  }

  #ordinalOf(names: Map<string, Places>, name: string, place: string): number {
    const known = names.get(name)
    if (known === undefined) names.set(name, place)
    if (known === undefined || known === place) return 1
    const places = typeof known === 'string' ? new Map([[known, 1]]) : known
    names.set(name, places)
    const ordinal = places.get(place) ?? places.size + 1
    places.set(place, ordinal)
    return ordinal
  }
}
