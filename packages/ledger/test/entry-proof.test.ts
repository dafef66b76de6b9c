import { beforeAll, describe, expect, it } from 'vitest'
import { judgeEntryProof, proveEntry } from '../src/audit/entry-proof.ts'
import { NOW, type ForgedLog, forged, plain, policy, refused, second } from './attack-corpus.ts'
import type { Forgery } from './forged-log.ts'
import { ACTORS, verdict } from './log-fixture.ts'

async function proofOf(log: ForgedLog, index: number): Promise<string> {
  const made = await proveEntry(log, index, log.checkpoint)
  if (made.kind === 'refused') throw new Error(JSON.stringify(made.findings))
  return made.text
}
const codesOf = (text: string, mine = policy()) =>
  judgeEntryProof(text, mine, NOW).findings.map(({ code }) => code)

describe('a proof of one entry', () => {
  let log: ForgedLog
  let text: string
  beforeAll(async () => {
    log = await forged([...plain(5), verdict(), { ...refused(6), signedBy: second.signer }])
    text = await proofOf(log, 5)
  })

  it('proves it to who has nothing else', () => {
    const { entry, findings, size } = judgeEntryProof(text, policy(), NOW)
    expect({ findings, size, kind: entry?.kind }).toEqual({
      findings: [],
      size: 7,
      kind: 'gate.verdict',
    })
  })

  it('proves nothing with any one character changed, missing or twice there', () => {
    for (let at = 0; at < text.length; at += 1) {
      const [before, here, after] = [text.slice(0, at), text.charAt(at), text.slice(at + 1)]
      const spoiled = [
        `${before}${here === 'A' ? 'B' : 'A'}${after}`,
        `${before}${after}`,
        `${before}${here}${here}${after}`,
      ]
      for (const one of spoiled.filter((other) => other !== text))
        expect(codesOf(one), `${at}: ${JSON.stringify(one.slice(at - 9, at + 9))}`).not.toEqual([])
    }
  })

  it('proves nothing with any one line missing, doubled or from the proof of another entry', async () => {
    const lines = text.split('\n')
    const other = (await proofOf(log, 4)).split('\n')
    for (const [at, line] of lines.entries()) {
      const put = (...instead: readonly string[]) => lines.toSpliced(at, 1, ...instead).join('\n')
      // A note may carry one signature twice.
      const doubled = line.startsWith('\u2014 ') ? text : put(line, line)
      for (const one of [put(), doubled, put(other[at] ?? '')])
        if (one !== text) expect(codesOf(one), `line ${at}`).not.toEqual([])
    }
  })

  it('proves no other entry, and nothing of another log', async () => {
    const index = text.replace('\nindex 5\n', '\nindex 4\n')
    expect(codesOf(index)).toEqual(['ledger/bad-proof'])
    const others = await proofOf(await forged([...plain(4), refused(9), verdict(), refused(6)]), 5)
    const [theirs, mine] = [others.split('\n\n'), text.split('\n\n')]
    expect(codesOf([mine[0], ...theirs.slice(1)].join('\n\n'))).toEqual(['ledger/bad-proof'])
    expect(codesOf(text, policy({ origin: 'bulkhead.dev/ledger/other' }))).toEqual([
      'ledger/bad-proof',
    ])
    expect(codesOf(text, policy({ environment: 'staging' }))).toEqual(['ledger/wrong-origin'])
  })

  it('of a kind that its key may not sign proves nothing, as verify says of the log', () => {
    expect(codesOf(text, policy({ roles: { 'gate.verdict': ['ledger.pub'] } }))).toEqual([])
    expect(codesOf(text, policy({ roles: { 'gate.verdict': ['second.pub'] } }))).toEqual([
      'ledger/wrong-role',
    ])
  })

  it('of the first entry proves nothing where another genesis is pinned', async () => {
    const first = await proofOf(log, 0)
    const { entry } = judgeEntryProof(first, policy(), NOW)
    if (entry === null) throw new Error('no entry')
    expect(codesOf(first, policy({ genesis: entry.digest }))).toEqual([])
    const others = await proofOf(
      await forged([{ kind: 'genesis', actors: ACTORS, data: { n: 1 } }, refused(1)]),
      0,
    )
    expect(codesOf(others, policy({ genesis: entry.digest }))).toEqual(['ledger/wrong-genesis'])
  })

  it('of a second genesis proves nothing', async () => {
    const again: Forgery = { kind: 'genesis', actors: ACTORS, data: {} }
    const late = await proofOf(await forged([...plain(2), again]), 2)
    expect(codesOf(late)).toEqual(['ledger/wrong-genesis'])
    const never = await proofOf(await forged([refused(1), refused(2)]), 0)
    expect(codesOf(never)).toEqual(['ledger/wrong-genesis'])
  })
})
