/** The target does otherwise than the interface says. */
export class Disagreement extends Error {
  override readonly name = 'Disagreement'
}

/** @throws Disagreement */
export function agree(holds: boolean, otherwise: string): asserts holds {
  if (!holds) throw new Disagreement(otherwise)
}

/** A check that cannot be made on this bed. */
export class NotHere extends Error {
  override readonly name = 'NotHere'
}
