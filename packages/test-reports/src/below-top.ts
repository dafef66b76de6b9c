import type { TestId, TestReport } from './test-run.ts'

/**
 * A report with the files of its ids named from the top of the repository, where it names them by
 * absolute paths below `root`, as node:test does. An id is to be the same on every machine. Every other
 * text stays as the report has it.
 * @param root top of the work tree in which the tests ran, as the run record vouches for it
 */
export function namedBelowTop<Report extends Pick<TestReport, 'cases' | 'duplicates'>>(
  report: Report,
  root: string,
): Report {
  const place = (id: TestId): TestId => {
    const file = belowTop(id.file, root)
    return file === id.file ? id : { ...id, file }
  }
  return {
    ...report,
    cases: report.cases.map((test) => {
      const id = place(test.id)
      return id === test.id ? test : { ...test, id }
    }),
    duplicates: report.duplicates.map(place),
  }
}

/** Windows writes backslashes; a path that leads out of the top again stays as it is. */
function belowTop(file: string, root: string): string {
  const path = file.startsWith('file:///') ? file.slice('file://'.length) : file
  const top = root.endsWith('/') || root.endsWith('\\') ? root.slice(0, -1) : root
  const separator = path.at(top.length)
  if (top === '' || !path.startsWith(top) || (separator !== '/' && separator !== '\\')) return file
  const inside = path.slice(top.length + 1)
  const relative = separator === '\\' ? inside.replaceAll('\\', '/') : inside
  return relative === '' || relative.split('/').includes('..') ? file : relative
}
