import { expect, it } from 'vitest'
import { startGithub } from '../src/index.ts'

it('takes of a deployment what GitHub takes, and names what it does not', async () => {
  await using github = await startGithub()
  const post = async (path: string, body: unknown) => {
    const response = await fetch(`${github.url}/api/v3/repos/octo/app/deployments${path}`, {
      method: 'POST',
      headers: { authorization: 'Bearer ghs_example' },
      body: JSON.stringify(body),
    })
    return response.status
  }
  expect(await post('', { ref: 'main' })).toBe(201)
  expect(await post('/4200/statuses', { state: 'success' })).toBe(201)
  expect(await post('/4200/statuses', { state: 'success', description: 'x'.repeat(141) })).toBe(422)
  expect(await post('/4201/statuses', { state: 'success' })).toBe(422)
  expect(github.violations).toEqual([])
  expect(await post('', { ref: 'main', environmnet: 'x' })).toBe(422)
  expect(await post('/4200/statuses', { state: 'done' })).toBe(422)
  expect(github.violations).toEqual([
    '/repos/{owner}/{repo}/deployments knows no environmnet',
    expect.stringContaining('/state'),
  ])
})
