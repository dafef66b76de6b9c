import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runProcess } from '@bulkhead/world'
import { expect, it } from 'vitest'

const main = join(dirname(fileURLToPath(import.meta.url)), '..', 'src', 'main.ts')

// More than a minute of real processes under load: `npm start` shows the same at any time.
it.skipIf(process.env['BULKHEAD_REQUIRE_ENGINES'] !== '1')(
  'ends every scene of npm start as it must',
  { timeout: 600_000 },
  async () => {
    const { end, stdout } = await runProcess({
      argv: [process.execPath, main],
      cwd: dirname(main),
      timeout: 580_000,
    })
    const story = stdout.toString()
    expect(
      story.split('\n').filter((line) => /^ {2}✗ /.test(line)),
      story,
    ).toEqual([])
    expect(story.match(/^ {2}✓ +[\d.]+ s {2}\d\. /gm)).toHaveLength(9)
    expect(end).toEqual({ kind: 'exited', code: 0 })
  },
)
