// npm run bench [NAME…] [--json]: each published figure beside its peer; exits with 1 when a mark is missed.
process.exitCode = 70

import { type Figure, type Measurement } from './figure.ts'
import { figures } from './figures/index.ts'

const words = process.argv.slice(2)
const json = words.includes('--json')
const names = words.filter((word) => !word.startsWith('-'))
/** A figure by its name, or by the beginning of it: `signatures` names all about signatures. */
const isNamed = (figure: Figure, name: string) =>
  figure.name === name || figure.name.startsWith(`${name}-`)
const unknown = names.filter((name) => !figures.some((figure) => isNamed(figure, name)))
if (unknown.length > 0) {
  process.stderr.write(
    `no figure is called ${unknown.join(', ')}; there are: ${figures.map((figure) => figure.name).join(', ')}\n`,
  )
  process.exitCode = 2
} else {
  process.exitCode = await run(
    names.length === 0
      ? figures
      : figures.filter((figure) => names.some((name) => isNamed(figure, name))),
  )
}

async function run(chosen: readonly Figure[]): Promise<number> {
  const results: ({ readonly name: string; readonly what: string } & Measurement)[] = []
  for (const figure of chosen) {
    process.stderr.write(`measuring ${figure.name} …\n`)
    results.push({ name: figure.name, what: figure.what, ...(await figure.measure()) })
  }
  process.stdout.write(
    json ? `${JSON.stringify(results, undefined, 2)}\n` : results.map(describe).join('\n'),
  )
  return results.every((result) => result.holds) ? 0 : 1
}

function describe(result: { readonly name: string; readonly what: string } & Measurement): string {
  const number = (value: number) => (value >= 100 ? value.toFixed(0) : value.toPrecision(3))
  const peer =
    result.peer === null
      ? 'no peer'
      : `${result.peer.name}: ${number(result.peer.value)} ${result.unit}`
  const ratio = result.ratio === null ? '' : `, ratio ${number(result.ratio)}`
  return [
    `${result.holds ? '✓' : '✗'} ${result.name}: ${result.what}`,
    `    measured ${number(result.measured)} ${result.unit}, ${peer}${ratio}`,
    `    mark: ${result.mark}: ${result.holds ? 'holds' : 'MISSED'}`,
    ...result.notes.map((note) => `    ${note}`),
    '',
  ].join('\n')
}
