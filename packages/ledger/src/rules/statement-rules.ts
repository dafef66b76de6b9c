import { count, objectOf, readShape, text } from '@bulkhead/envelope'
import type { Rule } from './rule.ts'

/** What may be said of anything at any time. */
export const always: Rule = () => undefined

const annotationShape = objectOf({ about: count, text })

/** A note about an entry before it. It adds; what it is about stays as it was. */
export const annotate: Rule = ({ index, data }) => {
  const read = readShape(annotationShape, data)
  if (read.kind === 'refused') return `its data are not those of an annotation: ${read.reason}`
  return read.value.about < index ? undefined : 'it is about an entry that is not before it'
}

export const giveVerdict: Rule = ({ release, data }) => {
  if (release === undefined) return 'a verdict names its commit'
  return data['outcome'] === 'PASS' || data['outcome'] === 'BLOCK'
    ? undefined
    : 'a verdict is PASS or BLOCK'
}
