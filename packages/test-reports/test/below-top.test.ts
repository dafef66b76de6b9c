import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { namedBelowTop } from '../src/index.ts'

const fileOf = (file: string, root: string) =>
  namedBelowTop(
    {
      cases: [{ id: { file, className: 'c', name: 'n' }, status: 'passed', detail: '' }],
      duplicates: [],
    },
    root,
  ).cases[0]?.id.file

describe('the file of an id', () => {
  it.each([
    ['/work/app/test/a.mjs', '/work/app', 'test/a.mjs'],
    ['/work/app/test/a.mjs', '/work/app/', 'test/a.mjs'],
    ['file:///work/app/test/a.mjs', '/work/app', 'test/a.mjs'],
    ['C:\\app\\test\\a.mjs', 'C:\\app', 'test/a.mjs'],
  ])('%s below %s is %s', (file, root, below) => {
    expect(fileOf(file, root)).toBe(below)
  })

  it.each([
    ['test/a.mjs', '/work/app'],
    ['/work/application/a.mjs', '/work/app'],
    ['/work/app', '/work/app'],
    ['/work/app/', '/work/app'],
    ['/work/app/../other/a.mjs', '/work/app'],
    ['/etc/a.mjs', ''],
    ['', '/work/app'],
  ])('%s stays as it is below %s', (file, root) => {
    expect(fileOf(file, root)).toBe(file)
  })

  it('is the same wherever the work tree lies', () => {
    const part = fc.stringMatching(/^[a-z0-9_-]{1,8}$/)
    const path = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'))
    fc.assert(
      fc.property(path, path, path, (file, one, other) => {
        expect(fileOf(`/${one}/${file}`, `/${one}`)).toBe(fileOf(`/${other}/${file}`, `/${other}`))
      }),
    )
  })
})
