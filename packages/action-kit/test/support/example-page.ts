import type { Finding } from '@bulkhead/vocabulary'
import type { SummaryPage } from '../../src/summary.ts'

/** What an attacker might call a test. */
export const HOSTILE =
  '<img src=x onerror=alert(1)> @team #1 [a](https://x.test) ![b](c) `code` **b** | </code></td></table></details>\n\n# heading\nhttps://evil.test'

const SUITES = ['tenant-isolation', 'security', 'load'] as const

const failing = (suite: string, index: number): Finding => ({
  code: 'gate/failed-test',
  subject: `${suite}: test/${suite}.test.ts › projects › refuses stranger ${index}${index === 3 ? ` ${HOSTILE}` : ''}`,
  message: `the test failed: expected 404, got 200 at test/${suite}.test.ts:${10 + index}:7`,
  remedy:
    suite === 'load'
      ? 'mend the code or the test'
      : 'mend the code: a mandatory suite is never waived',
})

/** A release that blocks for 200 findings in three suites, and for some beside them. */
export function blockedPage(): SummaryPage {
  const findings: Finding[] = [
    ...Array.from({ length: 100 }, (_, index) => failing('tenant-isolation', index)),
    ...Array.from({ length: 60 }, (_, index) => failing('security', index)),
    ...Array.from({ length: 30 }, (_, index) => failing('load', index)),
    ...SUITES.map((suite): Finding => ({
      code: 'gate/exit-code',
      subject: suite,
      message: 'the command exited with 1, whatever its reports say',
      remedy: `read its output, mend what failed, run \`bulkhead test --suite ${suite}\``,
    })),
    ...['a', 'b', 'c', 'd', 'e'].map((name): Finding => ({
      code: 'gate/edited-test-file',
      subject: `security: test/${name}.test.ts`,
      message: 'the test file was edited, and nobody approved this change',
      remedy: `take the change back, or have somebody else approve: \`bulkhead approve amendment --suite security --path test/${name}.test.ts\``,
    })),
    {
      code: 'signature/unknown-signer',
      subject: 'c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00',
      message: 'the key SHA256:abc is not in .bulkhead/allowed_signers',
      remedy: 'have somebody whom the trusted ref allows sign it',
    },
    {
      code: 'gate/unbound-artifact',
      subject: 'dist/app.mjs',
      message: 'no build record binds this artifact to the commit',
      remedy: 'run `bulkhead build`',
    },
  ]
  return {
    title: '⛔ bulkhead release-gate',
    lead: { untrusted: 'BLOCK: c0ffee00c0ff for production: 12 commits, 810 of 1000 tests passed' },
    findings,
    suites: SUITES,
    tables: [
      {
        header: ['Judged', ''],
        rows: [
          ['commits', '12'],
          ['tests', '1000'],
          ['tests that passed', '810'],
        ],
      },
    ],
  }
}
