import { readFile } from 'node:fs/promises'
import { parsePrivateKey, parsePublicKey } from '@bulkhead/envelope'
import { openRepository } from '@bulkhead/git'
import { type RunProcess, runProcess, systemClock } from '@bulkhead/world'
import { objectDisk } from '../src/git-store/object-disk.ts'
import { gitLedgerStore, openLedger } from '../src/index.ts'
import { ACTORS, ORIGIN } from './log-fixture.ts'

/**
 * A process of its own that appends. `killAt` names the git command before which it is killed outright,
 * as by a power cut, or the number of the step on the disk.
 */
const [path = '', keys = '', name = '', count = '1', killAt] = process.argv.slice(2)

const run: RunProcess = (request) => {
  if (killAt !== undefined && request.argv.includes(killAt)) process.kill(process.pid, 'SIGKILL')
  return runProcess(request)
}

let step = 0
/** Dies in the middle of the n-th step: others that began before it may be done or not. */
function stepOnDisk(): void {
  step += 1
  if (String(step) === killAt) process.kill(process.pid, 'SIGKILL')
}

const disk: typeof objectDisk = {
  async put(file, bytes) {
    await objectDisk.put(file, bytes)
    stepOnDisk()
  },
  async settle(folder) {
    stepOnDisk()
    await objectDisk.settle(folder)
  },
}

await using repository = await openRepository(path)
const ledger = await openLedger({
  store: gitLedgerStore({ repository, environment: 'production', run, disk }),
  signer: parsePrivateKey(await readFile(`${keys}.pem`), 'ledger.pem'),
  trustedKeys: [parsePublicKey(await readFile(`${keys}.pub`), 'ledger.pub')],
  origin: ORIGIN,
  environment: 'production',
  clock: systemClock,
  actors: ACTORS,
})
for (let n = 0; n < Number(count); n += 1) {
  await ledger.append([{ kind: 'deploy.refused', actors: ACTORS, data: { text: `${name}${n}` } }])
}
