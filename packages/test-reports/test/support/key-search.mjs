// A test that looks for a private key wherever a process may look without being asked who it is.
import {
  mkdirSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  statSync,
  writeFileSync,
} from 'node:fs'

const searched = []
const found = []

function look(place, read) {
  try {
    const text = read()
    searched.push(place)
    if (/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text)) found.push(place)
  } catch {
    // What cannot be read holds nothing for us.
  }
}

look('environment', () => JSON.stringify(process.env))
look('arguments', () => process.argv.join(' '))
look('/proc/self/environ', () => readFileSync('/proc/self/environ', 'latin1'))
look('parent environ', () => readFileSync(`/proc/${process.ppid}/environ`, 'latin1'))
look('parent cmdline', () => readFileSync(`/proc/${process.ppid}/cmdline`, 'latin1'))
for (const fd of readdirSync('/proc/self/fd')) {
  look(`descriptor ${fd}`, () => {
    const target = readlinkSync(`/proc/self/fd/${fd}`)
    // Reading a pipe would wait for a writer.
    return statSync(target).isFile() ? readFileSync(`/proc/self/fd/${fd}`, 'latin1') : target
  })
}
for (const entry of readdirSync('.', { recursive: true })) {
  look(entry, () => readFileSync(entry, 'latin1').replace(/PRIVATE KEY-----\//, ''))
}

mkdirSync('results', { recursive: true })
writeFileSync('results/a.xml', JSON.stringify({ searched, found }))
