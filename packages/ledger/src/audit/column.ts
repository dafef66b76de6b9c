/** What the entries of a batch have in one place: each value once, and where it stands. */
export interface PackedColumn<T> {
  readonly values: readonly T[]
  readonly places: Uint32Array<ArrayBuffer>
}

/** Gathers a column. Values are told apart as a Map does: texts by what they say, objects by identity. */
export class Column<T> {
  readonly #known = new Map<T, number>()
  readonly #places: number[] = []
  #newest: { readonly value: T; readonly place: number } | undefined

  add(value: T): void {
    // Nearly always that of the entry before it, and to compare is quicker than to look up.
    if (this.#newest?.value !== value) this.#newest = { value, place: this.#placeOf(value) }
    this.#places.push(this.#newest.place)
  }

  #placeOf(value: T): number {
    const place = this.#known.get(value) ?? this.#known.size
    this.#known.set(value, place)
    return place
  }

  pack(): PackedColumn<T> {
    return { values: [...this.#known.keys()], places: Uint32Array.from(this.#places) }
  }
}

/** @throws TypeError for a row that the column does not have */
export function valueAt<T>({ values, places }: PackedColumn<T>, row: number): T {
  const value = values[places[row] ?? values.length]
  if (value === undefined) throw new TypeError(`a column without row ${row}`)
  return value
}
