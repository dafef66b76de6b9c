// Commands for those who release Bulkhead: `npm run bulkhead-dev -- COMMAND`.
const COMMANDS: Readonly<Record<string, () => Promise<unknown>>> = {
  'own-gate': () => import('./own-gate.ts'),
  'pack-release': () => import('./pack-release.ts'),
  'publish-mirrors': () => import('./publish-mirrors.ts'),
  'tag-release': () => import('./tag-release.ts'),
}

const [, , name = '', ...rest] = process.argv
const command = COMMANDS[name]
if (command === undefined) {
  const names = Object.keys(COMMANDS).join('|')
  process.stderr.write(`usage: npm run bulkhead-dev -- ${names} --help\n`)
  process.exitCode = 2
} else {
  process.argv.splice(2, process.argv.length, ...rest)
  await command()
}
