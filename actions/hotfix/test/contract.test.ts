import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { contractOf, exampleDefects, manifestOf } from '@bulkhead/action-kit/testing'
import { action } from '../src/action.ts'

const directory = dirname(dirname(fileURLToPath(import.meta.url)))

it('promises the same in action.yml, README and code', async () => {
  expect(await manifestOf(directory)).toEqual(contractOf(action))
})

it('has an example in its README that gives the inputs that there are', async () => {
  expect(await exampleDefects(action, directory)).toEqual([])
})
