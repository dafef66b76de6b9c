import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { summaryMarkdown } from '../src/summary.ts'

const NOTHING = { title: 'bulkhead test', lead: 'One sentence.', findings: [], tables: [] }
const HOSTILE =
  '<img src=x onerror=alert(1)> @team #1 [a](https://x.test) ![b](c) `code` **b** | </code></td></table>\n\n# heading\nhttps://evil.test'

/** Every tag that stands in the page: text from outside must add none. */
const tagsIn = (markdown: string) =>
  [...markdown.matchAll(/<\/?([a-z0-9]+)([^>]*)>/gi)].map((match) => `${match[1]}${match[2]}`)
const ALLOWED = new Set('h2 h3 p b br table tr th td code details summary blockquote'.split(' '))

describe('the job summary', () => {
  it('has the form that it is meant to have', () => {
    const page = {
      ...NOTHING,
      lead: { untrusted: 'BLOCK: a & b' },
      notice: 'MODE observe',
      findings: [
        { code: 'gate/failed-test', subject: 'a<b', message: 'it failed', remedy: 'mend it' },
      ] as const,
      tables: [
        {
          header: ['', 'Commit'],
          rows: [
            ['✓', { untrusted: 'abc' }],
            ['✗', 'nobody'],
          ],
        },
      ],
    }
    expect(summaryMarkdown(page)).toBe(
      [
        '<h2>bulkhead test</h2>\n<p><code>BLOCK: a &amp; b</code></p>\n\n',
        '<blockquote><b>MODE observe</b></blockquote>\n\n',
        '<h3>Release: 1 finding</h3>\n<p><b><code>gate/failed-test</code></b><br>→ <code>mend it</code></p>\n\n',
        '<table>\n<tr><th>What</th><th>Why</th></tr>\n',
        '<tr><td><code>a&lt;b</code></td><td><code>it failed</code></td></tr>\n</table>\n\n',
        '<table>\n<tr><th></th><th>Commit</th></tr>\n<tr><td>✓</td><td><code>abc</code></td></tr>\n<tr><td>✗</td><td>nobody</td></tr>\n</table>\n\n',
      ].join(''),
    )
  })

  it('shows text from outside inside code elements and makes no tag, link or heading of it', () => {
    fc.assert(
      fc.property(fc.oneof(fc.constant(HOSTILE), fc.string({ unit: 'binary' })), (text) => {
        const markdown = summaryMarkdown({
          ...NOTHING,
          lead: { untrusted: text },
          findings: [{ code: 'gate/failed-test', subject: text, message: text, remedy: text }],
          tables: [{ header: ['a'], rows: [[{ untrusted: text }]] }],
        })
        expect(tagsIn(markdown).filter((tag) => !ALLOWED.has(tag))).toEqual([])
        // Markdown is read again only after an empty line: there is none but between our own blocks.
        for (const block of markdown.split('\n\n').filter((part) => part !== ''))
          expect(block).toMatch(/^<(h2|h3|table|p|details|blockquote)>/)
        const outside = markdown.replaceAll(/<code>[^<]*<\/code>/g, '')
        expect(outside).not.toContain('@team')
      }),
    )
  })

  it('ends at a row, and says how many are missing, before the runner would refuse it', () => {
    const findings = Array.from({ length: 1_500 }, (_, index) => ({
      code: 'gate/failed-test' as const,
      subject: `test ${index} ${'&'.repeat(480)}`,
      message: 'm',
      remedy: 'r',
    }))
    const markdown = summaryMarkdown({
      ...NOTHING,
      findings,
      tables: [{ header: ['a'], rows: [['x']] }],
    })
    expect(Buffer.byteLength(markdown)).toBeLessThanOrEqual(1_024 * 1_024)
    expect(markdown).toMatch(/<\/details>\n\n<p>[0-9]+ more rows are not shown here/)
    expect(markdown.split('<table>').length).toBe(markdown.split('</table>').length)
  })
})
