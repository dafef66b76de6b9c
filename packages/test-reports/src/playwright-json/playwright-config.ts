import { membersOf } from '../json/json-shape.ts'
import type { Remarks } from '../remarks.ts'

/** Settings under which `toHaveScreenshot` and `toMatchSnapshot` compare with nothing. */
export function judgeConfig(value: unknown, remarks: Remarks): void {
  const config = membersOf(value)
  const update = config?.get('updateSnapshots')
  if (update === 'all' || update === 'changed')
    remarks.add(
      'test/no-assertions',
      'config.updateSnapshots',
      `snapshots were written instead of compared (--update-snapshots=${update})`,
    )
  for (const list of ['projects', 'filteredProjects'])
    for (const project of itemsOf(config?.get(list)))
      if (membersOf(project)?.get('ignoreSnapshots') === true)
        remarks.add('test/no-assertions', `config.${list}`, 'a project ignores snapshots')
}

const itemsOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])
