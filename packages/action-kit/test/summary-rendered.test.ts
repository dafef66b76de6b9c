import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type TemporaryDirectory, temporaryDirectory } from '@bulkhead/testkit'
import { browse, noBrowser, pageOf } from '../src/testing/index.ts'
import { summaryMarkdown } from '../src/summary.ts'
import { elementsOf, expectPicture } from './support/drawn-page.ts'
import { blockedPage } from './support/example-page.ts'

const html = (): string => pageOf(summaryMarkdown(blockedPage()))

describe('the summary of 3 suites and 200 findings, rendered', () => {
  it('has elements of our own only, each closed where it was opened', () => {
    const elements = elementsOf(html())
    expect([...new Set(elements)].sort()).toEqual(
      'b br code details h2 h3 meta p style summary table td th tr'.split(' '),
    )
    expect(elements.filter((name) => name === 'details')).toHaveLength(3)
    expect(() => elementsOf(html().replace('</table>', ''))).toThrow('not closed: table')
  })

  it('says first what was decided, then why by suite with the way out, then the counts', () => {
    const text = html()
    const at = (words: string) => {
      const index = text.indexOf(words)
      expect(index, words).toBeGreaterThan(0)
      return index
    }
    const order = [
      at('BLOCK: c0ffee00c0ff'),
      at('Commits: 1 finding<'),
      at('Suite tenant-isolation: 101 findings'),
      at('tests that passed'),
    ]
    expect(order).toEqual(order.toSorted((a, b) => a - b))
    expect(text).toContain('Suite security: 66 findings')
    expect(text).toContain('Suite load: 31 findings')
    expect(text.split('mend the code: a mandatory suite is never waived')).toHaveLength(3)
    expect(text.match(/<summary>(90|50|20) more<\/summary>/g)).toHaveLength(3)
  })
})

describe.skipIf(noBrowser)('the same in a browser', () => {
  let home: TemporaryDirectory
  beforeAll(async () => {
    home = await temporaryDirectory()
    await writeFile(join(home.path, 'summary.html'), html())
  })
  afterAll(() => home[Symbol.asyncDispose]())

  it('makes no link, image, script or heading of what others wrote', () => {
    const { stdout, status } = browse(home.path, 'summary.html', '--dump-dom')
    expect(status).toBe(0)
    const [, body = ''] = stdout.split('</head>')
    expect(body).toContain('refuses stranger 3 &lt;img src=x')
    expect(body).not.toMatch(/<(?:a|img|script|iframe|h1|h4)[\s>]/)
    expect(body.match(/<tr>/g)?.length).toBeGreaterThan(200)
  }, 150_000)

  it('is drawn', async () => {
    await expectPicture(home.path, 1_800)
  }, 150_000)
})
