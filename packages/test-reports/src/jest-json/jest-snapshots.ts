import { readShape, shapeOf } from '../json/json-shape.ts'
import type { ReasonCode } from '@bulkhead/vocabulary'
import type { Remarks } from '../remarks.ts'

const SNAPSHOT = shapeOf({
  added: 'number',
  didUpdate: 'boolean',
  failure: 'boolean',
  filesAdded: 'number',
  filesRemoved: 'number',
  filesRemovedList: 'array absent',
  filesUnmatched: 'number',
  filesUpdated: 'number',
  matched: 'number',
  total: 'number',
  unchecked: 'number',
  uncheckedKeysByFile: 'array absent',
  unmatched: 'number',
  updated: 'number',
})
/** What each counter means when it is not 0. */
const MEANINGS: readonly (readonly [ReasonCode, string, readonly string[]])[] = [
  ['test/suite-error', 'snapshots did not match', ['unmatched', 'filesUnmatched']],
  [
    'test/no-assertions',
    'snapshots were written instead of compared (run with `--ci`)',
    ['added', 'updated', 'filesAdded', 'filesUpdated'],
  ],
  [
    'test/incomplete',
    'snapshots are stored that no test was compared with (remove them, or run their tests)',
    ['unchecked', 'filesRemoved'],
  ],
]

/** Judges what jest or vitest says of snapshots: each is an assertion of which no test tells. */
export function judgeSnapshots(value: unknown, remarks: Remarks): void {
  const snapshot = readShape(value, SNAPSHOT, remarks, 'snapshot')
  for (const [code, meaning, counters] of MEANINGS)
    for (const counter of counters) {
      const count = snapshot.number(counter)
      if (count !== 0) remarks.add(code, `snapshot.${counter}`, `${count} ${meaning}`)
    }
  if (snapshot.flag('failure')) remarks.add('test/suite-error', 'snapshot', 'snapshots failed')
  if (snapshot.flag('didUpdate'))
    remarks.add('test/no-assertions', 'snapshot', 'snapshots were written instead of compared')
  for (const list of ['filesRemovedList', 'uncheckedKeysByFile'])
    if (snapshot.list(list).length > 0)
      remarks.add('test/incomplete', `snapshot.${list}`, 'stored snapshots were not compared')
  const parts = ['added', 'matched', 'unmatched', 'updated']
  const sum = parts.reduce((total, part) => total + snapshot.number(part), 0)
  if (snapshot.number('total') === sum) return
  const message = `total is ${snapshot.number('total')}, but its parts are ${sum}`
  remarks.add('test/counter-mismatch', 'snapshot', message)
}
