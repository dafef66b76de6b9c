import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { temporaryDirectory } from '@bulkhead/testkit'
import { readKeysFile, triggeringActor } from '../src/index.ts'

describe('a keys file', () => {
  it('is read, and hidden from the log before anybody sees it', async () => {
    await using home = await temporaryDirectory()
    const path = join(home.path, 'keys.pem')
    await writeFile(path, 'key\n'.repeat(16_384))
    const masked: string[] = []
    expect(await readKeysFile(path, (text) => masked.push(text))).toHaveLength(65_536)
    expect(masked).toEqual(['key\n'.repeat(16_384)])
  })

  it('of one byte more than any keys need is refused unread', async () => {
    await using home = await temporaryDirectory()
    const path = join(home.path, 'keys.pem')
    await writeFile(path, `${'key\n'.repeat(16_384)}x`)
    await expect(readKeysFile(path, () => undefined)).rejects.toMatchObject({
      findings: [{ code: 'usage/wrong-key', subject: path }],
    })
  })

  it.each([
    ['not there', 'none.pem', 'usage/missing-key'],
    ['a folder', '.', 'usage/wrong-key'],
  ])('that is %s is refused', async (_, name, code) => {
    await using home = await temporaryDirectory()
    await expect(readKeysFile(join(home.path, name), () => undefined)).rejects.toMatchObject({
      findings: [{ code }],
    })
  })
})

describe('who started the workflow', () => {
  it('is the number of the account, and nothing that could be a name', () => {
    expect(triggeringActor({ GITHUB_ACTOR_ID: '4711', GITHUB_ACTOR: 'ada' }, 'gate')).toEqual([
      { provider: 'github', id: '4711', role: 'gate' },
    ])
    for (const id of [undefined, '', 'ada', '47 11', '4711\n']) {
      expect(triggeringActor({ GITHUB_ACTOR_ID: id }, 'gate')).toEqual([
        { provider: 'github', id: 'unknown', role: 'gate' },
      ])
    }
  })
})
