// A record that is no ledger: one more file and one commit of it each time, as durable as an append.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { timeProcess } from '../child.ts'

const [path = '', commits = '0'] = process.argv.slice(2)

const DURABLE = ['-c', 'core.fsync=loose-object,reference', '-c', 'gc.auto=0']
const git = (...args: string[]) => timeProcess(['git', ...DURABLE, ...args], path)

const times: number[] = []
for (let n = 0; n < Number(commits); n += 1) {
  await writeFile(join(path, `${n}.json`), `{"n":${n}}\n`)
  const from = performance.now()
  await git('add', `${n}.json`)
  await git('commit', '-q', '--no-gpg-sign', '-m', `entry ${n}`)
  times.push(performance.now() - from)
}
process.stdout.write(JSON.stringify(times))
