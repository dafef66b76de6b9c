/** Examples that are right as they stand: remedies quote them and editors offer them. */
export const suiteExample = {
  mandatory: true,
  command: ['npm', 'run', '--silent', 'test:isolation', '--', '--retry=0'],
  reports: ['reports/tenant-isolation.xml'],
  retries: { 'off-by': ['--retry=0'] },
  inventory: '.bulkhead/inventory/tenant-isolation.json',
}

export const keysExample = {
  voucher: [{ file: '.bulkhead/keys/voucher.pub', separation: 'process' }],
  builder: [{ file: '.bulkhead/keys/builder.pub' }],
  gate: [{ file: '.bulkhead/keys/gate.pub' }],
  ledger: [{ file: '.bulkhead/keys/ledger.pub' }],
}

export const buildExample = { command: ['npm', 'run', 'build'], artifacts: ['dist/app.mjs'] }

export const healthExample = {
  path: '/health',
  'build-field': 'build',
  interval: '250ms',
  deadline: '15s',
}

export const targetExample = {
  kind: 'local',
  command: ['node', '{artifact}'],
  health: healthExample,
  listen: '127.0.0.1:8080',
  drain: '10s',
}

export const zonesExample = { a: 3, b: 3, c: 3 }

export const bakeExample = {
  'baseline-error-rate': '0.1%',
  'detect-error-rate': '20%',
  'false-alarm': '1%',
  power: '95%',
  'requests-per-second': 200,
  floor: '2s',
  deadline: '60s',
}

export const environmentExample = {
  target: targetExample,
  regions: { local: zonesExample },
  capacity: { required: 5 },
  bake: bakeExample,
}

export const policyExample = {
  version: 1,
  signers: '.bulkhead/allowed_signers',
  suites: { 'tenant-isolation': suiteExample },
  build: buildExample,
  keys: keysExample,
  environments: { production: environmentExample },
}
