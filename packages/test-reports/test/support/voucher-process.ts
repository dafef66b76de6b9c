// A voucher as a process of its own: the key comes on stdin and stays in memory.
import { buffer } from 'node:stream/consumers'
import { parsePrivateKey } from '@bulkhead/envelope'
import { InputError } from '@bulkhead/vocabulary'
import { runProcess, systemClock } from '@bulkhead/world'
import { serveVoucher } from '../../src/index.ts'
import { PLAN, checkoutOf, freshNonce } from './suite-repository.ts'

const [root = '', socketPath = '', evidence = ''] = process.argv.slice(2)
const pem = await buffer(process.stdin)
const stop = new AbortController()
process.once('SIGTERM', () => stop.abort())

await serveVoucher({
  socketPath,
  signer: parsePrivateKey(pem, 'stdin'),
  checkout: checkoutOf(root),
  clock: systemClock,
  runProcess,
  nonce: freshNonce,
  tools: { bulkhead: '0.0.0' },
  planOf: (suite) => {
    if (suite === 'tenant') return Promise.resolve(PLAN)
    const finding = { subject: suite, message: 'no such suite', remedy: 'name another' }
    throw new InputError({ code: 'test/unknown-suite', ...finding })
  },
  evidenceOf: () => evidence,
  signal: stop.signal,
  onReady: () => process.stdout.write('ready\n'),
})
process.stdout.write('stopped\n')
