// Three runs of git, one after another: as many as it takes to find a repository and read objects of it.
import { timeProcess } from '../child.ts'

const [path = ''] = process.argv.slice(2)
const argv = ['git', 'cat-file', 'blob', 'refs/heads/ledger/production:checkpoint'] as const

const from = performance.now()
for (let n = 0; n < 3; n += 1) await timeProcess(argv, path)
process.stdout.write(JSON.stringify(performance.now() - from))
