// Commands for those who release Bulkhead: `npm run bulkhead-dev -- COMMAND`.
const [, , command, ...rest] = process.argv

process.argv.splice(2, process.argv.length, ...rest)
switch (command) {
  case 'pack-release':
    await import('./pack-release.ts')
    break
  case 'publish-mirrors':
    await import('./publish-mirrors.ts')
    break
  default:
    process.stderr.write('usage: npm run bulkhead-dev -- pack-release|publish-mirrors --help\n')
    process.exitCode = 2
}
