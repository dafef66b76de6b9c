import type { Remarks } from '../remarks.ts'
import type { JsonKind } from './json-prover.ts'
import { JsonRecord, type JsonShape, judgeAbsent, judgeMember } from './json-shape.ts'
import type { JsonChoice, JsonVisitor } from './json-visitor.ts'

interface ObjectPlan {
  readonly shape: JsonShape
  readonly remarks: Remarks
  /** The place that a finding names. */
  readonly where: string
  /**
   * Members that are not kept: read piece by piece, or passed over.
   *
   * @param before what stands in front of it
   */
  readonly within?: Readonly<Record<string, (before: JsonRecord) => JsonChoice>>
  /** Gets the object without those members, when it has ended. */
  readonly done: (record: JsonRecord) => void
}

/** Sees an object of a known shape (see `readShape`) whose large members are read piece by piece. */
class ShapedObject implements JsonVisitor {
  readonly #plan: ObjectPlan
  readonly #members: Record<string, unknown> = {}

  constructor(plan: ObjectPlan) {
    this.#plan = plan
  }

  begin(key: string, kind: JsonKind): JsonChoice {
    const { shape, remarks, where, within = {} } = this.#plan
    if (!judgeMember(key, kind, shape, remarks, where)) return 'pass-over'
    const isWhole = kind === 'array' || kind === 'object'
    const enter = isWhole && Object.hasOwn(within, key) ? within[key] : undefined
    if (enter === undefined) return 'keep'
    const choice = enter(new JsonRecord(this.#members))
    this.#members[key] = undefined
    return choice
  }

  take(key: string, value: unknown): void {
    this.#members[key] = value
  }

  end(): void {
    const { shape, remarks, where, done } = this.#plan
    judgeAbsent(this.#members, shape, remarks, where)
    done(new JsonRecord(this.#members))
  }
}

export const shapedObject = (plan: ObjectPlan): JsonVisitor => new ShapedObject(plan)

/**
 * Sees a list whose items are built one by one.
 *
 * @param where how findings name the list: `suites` for its item `suites[0]`
 */
export function keptItems(
  where: string,
  item: (value: unknown, where: string) => void,
): JsonVisitor {
  let count = 0
  return {
    begin: () => 'keep',
    take(_, value) {
      item(value, `${where}[${count}]`)
      count += 1
    },
    end: () => undefined,
  }
}

/** Sees a list of objects each of which is read piece by piece. */
export function visitedItems(
  where: string,
  remarks: Remarks,
  item: (where: string) => JsonVisitor,
): JsonVisitor {
  let count = 0
  return {
    begin(_, kind) {
      const place = `${where}[${count}]`
      if (kind !== 'object')
        throw remarks.refusal('test/unparseable', place, 'a JSON object should stand here')
      count += 1
      return item(place)
    },
    take: () => undefined,
    end: () => undefined,
  }
}

/** Sees a report that must be one value of this kind. */
export const documentOf = (
  kind: 'object' | 'array',
  remarks: Remarks,
  visitor: JsonVisitor,
): JsonVisitor => ({
  begin(_, found) {
    if (found === kind) return visitor
    throw remarks.refusal('test/unparseable', '', `the report is ${found}, not ${kind}`)
  },
  take: () => undefined,
  end: () => undefined,
})
