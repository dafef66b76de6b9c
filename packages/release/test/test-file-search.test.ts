import { describe, expect, it } from 'vitest'
import { findTestFiles } from '../src/test-file-search.ts'

const FILES = [
  'README.md',
  'src/projects.ts',
  'src/tests/projects.ts',
  'app/test/isolation.test.ts',
  'other/test/isolation.test.ts',
  'java/src/test/java/com/acme/IsolationTest.java',
  'python/tests/test_isolation.py',
  'go/isolation_test.go',
]
const find = (file: string, className = '', near = 'app/.bulkhead/inventory/s.json') => {
  const id = { file, className, name: 'n' }
  const found = findTestFiles([id], { files: FILES, root: '/work/app', near })
  return [...found.files].sort()
}

describe('the file that a test is made of', () => {
  it.each([
    ['a path from the top', 'app/test/isolation.test.ts', ''],
    ['an absolute path below the top', '/work/app/app/test/isolation.test.ts', ''],
    ['a path from the folder of the suite', 'test/isolation.test.ts', ''],
    ['a path with ./ in front', './test/isolation.test.ts', ''],
    ['a path with backslashes', 'test\\isolation.test.ts', ''],
    ['a path in place of a class', '', 'test/isolation.test.ts'],
  ])('is found by %s', (_, file, className) => {
    expect(find(file, className)).toEqual(['app/test/isolation.test.ts'])
  })

  it('is the nearest of several that fit, and all of them when none is nearer', () => {
    expect(find('test/isolation.test.ts', '', 'other/list.json')).toEqual([
      'other/test/isolation.test.ts',
    ])
    expect(find('test/isolation.test.ts', '', 'list.json')).toEqual([
      'app/test/isolation.test.ts',
      'other/test/isolation.test.ts',
    ])
  })

  it.each([
    ['com.acme.IsolationTest', 'java/src/test/java/com/acme/IsolationTest.java'],
    ['com.acme.IsolationTest$Nested', 'java/src/test/java/com/acme/IsolationTest.java'],
    ['tests.test_isolation.TestRows', 'python/tests/test_isolation.py'],
    ['tests.test_isolation', 'python/tests/test_isolation.py'],
  ])('is found by the dotted class %s', (className, file) => {
    expect(find('', className)).toEqual([file])
  })

  it('is never a file of the product that a class happens to be called after', () => {
    expect(find('', 'projects')).toEqual(['src/tests/projects.ts'])
    expect(find('', 'README')).toEqual([])
  })

  it('is said to be unknown where the id says nothing of the repository', () => {
    const ids = ['', 'nowhere.ts', '/etc/passwd', 'all tests'].map((file) => ({
      file,
      className: '',
      name: 'n',
    }))
    const { files, without } = findTestFiles(ids, { files: FILES, root: '/work/app', near: '' })
    expect([...files]).toEqual([])
    expect(without).toEqual(ids)
  })
})
