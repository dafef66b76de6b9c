import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, it } from 'vitest'
import { open } from '../log-fixture.ts'
import {
  type StoreBench,
  auditFindings,
  freshly,
  key,
  note,
  orderOf,
  textsOf,
} from './store-bench.ts'

/** All ten thousand attempts on every store, also where an attempt is some ten processes. */
const IS_WHOLE = process.env['BULKHEAD_WHOLE_CROWD'] === '1'
const WHOLE_CROWD = 10_000
const CROWD_DEADLINE_MS = IS_WHOLE ? 3_600_000 : 900_000

/** Many processes append at once, and no attempt of theirs is tried again. */
export function survivesCrowd(bench: () => StoreBench): void {
  it(
    'a crowd of processes that append at once leaves exactly what the winners won, in order',
    async () => {
      await using fresh = await freshly(bench())
      const { store, place } = fresh
      await (await open(store, key)).append([note('first')])
      const { processes } = bench().crowd
      const attempts = IS_WHOLE ? Math.ceil(WHOLE_CROWD / processes) : bench().crowd.attempts
      const { child: program } = bench()
      const crowd = Array.from({ length: processes }, (_, n) => {
        const child = spawn(
          process.execPath,
          [program, orderOf(place, { name: `p${n}`, attempts })],
          {
            stdio: ['pipe', 'pipe', 'inherit'],
            env: { ...process.env },
          },
        )
        return { child, told: collect(child) }
      })
      for (const { child } of crowd) child.stdin?.write('go\n')
      const told = await Promise.all(crowd.map((each) => each.told))
      const won = told.map(({ code, lines }) => {
        expect(code).toBe(0)
        return lines
      })
      const texts = await textsOf(store)
      for (const [n, lines] of won.entries()) {
        expect(texts.filter((text) => text.startsWith(`p${n} `))).toEqual(lines)
      }
      expect(texts).toHaveLength(won.flat().length + 1)
      expect(won.flat().length).toBeGreaterThan(0)
      // The crowd wrote no tiles: the next writer does.
      await (await open(store, key)).append([note('last')])
      expect(await auditFindings(store)).toEqual([])
    },
    CROWD_DEADLINE_MS,
  )
}

async function collect(child: ChildProcess) {
  let text = ''
  child.stdout?.on('data', (chunk: Buffer) => {
    text += chunk.toString()
  })
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, lines: text.split('\n').filter(Boolean) }
}
