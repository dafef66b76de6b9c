// Verifies what is new in a mirror after all but its newest thousand entries were verified and saved.
import { auditLog, lanesWhenLong, mirrorLog } from '@bulkhead/ledger'
import { bulkPolicy } from '../ledger/bulk-log.ts'

const [directory = '', vkey = '', entries = '0'] = process.argv.slice(2)
const NEW = 1_000

async function audit(more: Partial<Parameters<typeof auditLog>[0]>) {
  const from = performance.now()
  await using reader = lanesWhenLong(new URL(import.meta.resolve('@bulkhead/ledger/lane')))
  const request = { policy: bulkPolicy(vkey), log: mirrorLog(directory), now: Date.now(), reader }
  const judgements = auditLog({ ...request, ...more })
  for (let judged = 0; ;) {
    const next = await judgements.next()
    const said = (next.done ? [next.value] : next.value).flatMap(({ findings }) => findings)
    if (said.length > 0) throw new Error(JSON.stringify(said.slice(0, 3)))
    if (next.done) return { ...next.value, judged, seconds: (performance.now() - from) / 1_000 }
    judged += next.value.length
  }
}

const { root, memory, size } = await audit({ at: Number(entries) - NEW - 1 })
const note = { text: '', signatures: [] }
const checkpoint = { origin: bulkPolicy(vkey).origin, size, root, note }
const resumed = await audit({ from: checkpoint, ...(memory && { memory }) })
process.stdout.write(JSON.stringify({ entries: resumed.judged, seconds: resumed.seconds }))
