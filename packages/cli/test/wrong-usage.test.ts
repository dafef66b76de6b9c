import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { answerOf } from './support/answers.ts'
import { Spoiling } from './support/spoiling.ts'

describe('wrong usage and a failing world', () => {
  const at = new Spoiling()

  describe('of the command line', () => {
    it('suggests the command or option that was meant', async () => {
      const { path } = at.sound.repository
      const command = await at.meet(path, ['shipp'], 2)
      expect(command.findings).toMatchObject([{ remedy: expect.stringContaining('ship') }])
      const option = await at.meet(path, ['ship', '--comit', 'HEAD'], 2)
      expect(option.findings).toMatchObject([{ remedy: expect.stringContaining('--commit') }])
      const child = await at.meet(path, ['ledger', 'verfy'], 2)
      expect(child.findings).toMatchObject([{ remedy: expect.stringContaining('verify') }])
    })

    it.each([
      '',
      'ledger',
      'plan production',
      'voucher',
      'test --suite tenant-isolation --shard 0/2',
      'test --suite tenant-isolation --shard 3/2',
      'test --suite tenant-isolation --shard two',
      'test --shard 1/2',
      'test --leg Linux',
      'test --attempt 2',
      'test --run 1 --attempt 0',
      'gate --attempt 1',
      'inventory update --file nowhere/*',
      'completion tcsh',
      'ship --break-lease 3',
      'ship --reason gone',
      'ship --break-lease three --reason gone',
    ])('refuses `bulkhead %s`', async (line) => {
      const args = line.split(' ').filter((word) => word !== '')
      const { findings } = await at.meet(at.sound.repository.path, args, 2)
      expect(findings).toMatchObject([{ code: 'usage/invalid-option' }])
    })
  })

  describe('of the world', () => {
    it('says when nobody vouches at the socket', async () => {
      const { path } = at.sound.repository
      const { findings } = await at.meet(path, ['test', '--voucher', join(at.home, 'no.sock')], 3)
      expect(findings).toMatchObject([{ code: 'test/voucher-unreachable' }])
    })

    it('leaves nothing behind when the port of the fleet is taken', async () => {
      const other = createServer().listen(at.port, '127.0.0.1')
      await once(other, 'listening')
      try {
        // One after the other: of two that start at once, one says that the other is starting.
        const { path } = at.sound.repository
        const text = await at.bulkhead.run(path, ['fleet', 'up'])
        expect([text.code, text.printed]).toEqual([
          3,
          expect.stringContaining('rollout/port-in-use'),
        ])
        const answer = answerOf(await at.bulkhead.run(path, ['fleet', 'up', '--json']))
        expect(answer).toMatchObject({ exitCode: 3, findings: [{ code: 'rollout/port-in-use' }] })
      } finally {
        other.close()
        await once(other, 'close')
      }
    })

    it('cannot write where there is no place', async () => {
      const project = await at.copy()
      const { path } = project.repository
      await writeFile(join(path, '.git', 'bulkhead', 'evidence'), 'in the way')
      const { findings } = await at.meet(path, ['build'], 3)
      expect(findings).toMatchObject([{ code: 'usage/unwritable-file' }])
    })
  })
})
