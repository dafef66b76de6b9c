import type { InitialPolicy } from '../src/index.ts'

/** What `bulkhead init` may know, from little to all, plain and awkward. */
export const initialPolicies: readonly InitialPolicy[] = [
  {
    suites: [{ name: 'tests', command: ['npm', 'test'], reports: ['reports/tests.xml'] }],
    build: { artifacts: ['dist/app.mjs'] },
    environment: 'production',
    start: ['node', '{artifact}'],
    voucherSeparation: 'local',
  },
  {
    suites: [
      {
        name: 'tenant-isolation',
        command: ['npm', 'run', '--silent', 'test:isolation'],
        reports: ['reports/tenant-isolation.xml'],
      },
      {
        name: '1',
        command: ['sh', '-c', 'a # b: "c"\nd', `${'long '.repeat(50)}\n\n${'x'.repeat(200)}`],
        reports: ['r [1].xml', 'a: b/*.xml', '#x', '{x}.xml'],
      },
    ],
    build: {
      command: ['make', "it's", '- x', '', 'yes', '5m', '*a', '{artifact}'],
      artifacts: ['a, b', '%c', '@d'],
    },
    environment: '1e3',
    start: ['./run', '--file={artifact}', '\u{1f600}'],
    voucherSeparation: 'process',
    listen: '[::1]:0',
    signers: 'my signers: all',
    schema: 'https://example.test/schema.json',
  },
]
