// Nothing but signature checks, on all cores: as many as a log has entries, over the messages of its first ones.
import { verify } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { Worker, isMainThread, workerData } from 'node:worker_threads'
import { mirrorLog } from '@bulkhead/ledger'
import { preAuthenticationEncoding } from '@bulkhead/envelope'
import { bulkPolicy } from '../ledger/bulk-log.ts'

const SAMPLE = 512

async function messages(directory: string) {
  const found: { readonly message: Buffer; readonly signature: Buffer }[] = []
  for await (const { bytes } of mirrorLog(directory).read(0)) {
    const { payload, payloadType, signatures } = JSON.parse(bytes.toString())
    const message = preAuthenticationEncoding(payloadType, Buffer.from(payload, 'base64'))
    found.push({ message, signature: Buffer.from(signatures[0].sig, 'base64') })
    if (found.length === SAMPLE) break
  }
  return found
}

if (isMainThread) {
  const [directory = '', vkey = '', entries = '0'] = process.argv.slice(2)
  const cores = availableParallelism()
  const from = performance.now()
  const lanes = Array.from({ length: cores }, () => {
    const share = Math.ceil(Number(entries) / cores)
    return new Worker(new URL(import.meta.url), { workerData: { directory, vkey, share } })
  })
  await Promise.all(lanes.map((lane) => new Promise((ended) => lane.on('exit', ended))))
  process.stdout.write(JSON.stringify({ seconds: (performance.now() - from) / 1_000 }))
} else {
  const { directory, vkey, share } = workerData as Record<'directory' | 'vkey', string> & {
    readonly share: number
  }
  const all = await messages(directory)
  const [key] = bulkPolicy(vkey).logKeys
  for (let done = 0; done < share; done += 1) {
    const one = all[done % all.length]
    if (one === undefined || key === undefined) throw new Error('nothing to check')
    if (!verify(null, one.message, key.publicKey, one.signature)) throw new Error('not signed')
  }
}
