// Commands for those who release Bulkhead: `npm run bulkhead-dev -- COMMAND`.
const [, , command, ...rest] = process.argv

if (command === 'publish-mirrors') {
  process.argv.splice(2, process.argv.length, ...rest)
  await import('./publish-mirrors.ts')
} else {
  process.stderr.write('usage: npm run bulkhead-dev -- publish-mirrors --help\n')
  process.exitCode = 2
}
