import type { JsonKind } from './json-prover.ts'

/**
 * What becomes of a value that begins: it is built and handed on, it is proven and then forgotten, or
 * (if it is an object or array) a visitor sees what is in it.
 */
export type JsonChoice = 'keep' | 'pass-over' | JsonVisitor

/** Sees the members of one object, or the items of one array, as they come. */
export interface JsonVisitor {
  /**
   * @param key of the member; '' for an item
   * @throws Refusal when no such value may stand there
   */
  begin(key: string, kind: JsonKind): JsonChoice
  /** Gets what was to be kept, once it has ended. */
  take(key: string, value: unknown): void
  /** The object or array has ended. */
  end(): void
}
