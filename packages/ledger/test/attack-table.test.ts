import { readFile, readdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { ATTACKS } from './attack-corpus.ts'

const HERE = dirname(fileURLToPath(import.meta.url))
const PLACES = ['../../../../shared/annex/ledger.md', '../../../../../shared/annex/ledger.md']

/** By row of the annex's table of attacks (§5): attacks of the corpus, and other tests by their words. */
const TABLE: Readonly<
  Record<string, { readonly corpus: readonly string[]; readonly tests: readonly string[] }>
> = {
  'truncate tail / roll back': {
    corpus: [
      'the tail is cut off, and the checkpoint signed anew',
      'everything but the genesis is cut off',
      'the tail is cut off, as witnesses have seen it',
      'there is no log at all',
      'a log without a single entry is shown, and a checkpoint of it',
    ],
    tests: ['by any number of entries is found by who remembers a checkpoint'],
  },
  'fork / split view': {
    corpus: [
      'another branch of the same size is shown',
      'another branch than the witnesses saw is shown',
      'the checkpoint is signed for another tree',
      'the checkpoint is signed for fewer entries, and other ones',
    ],
    tests: ['is found as soon as two verifiers compare what they saw', 'refuses %s, and goes on'],
  },
  'rewrite one entry': {
    corpus: ['a tile says other than the entries, so that proofs made from it fail'],
    tests: ['by one bit anywhere is found', 'deceives a verifier that takes any signature'],
  },
  'reorder / swap': {
    corpus: [
      'an entry says that it stands elsewhere',
      'an entry follows another than the one before it',
      'a rollout steps back to a wave that it had left',
    ],
    tests: ['of any two neighbours that were swapped is found'],
  },
  'replay from other env/repo/log': {
    corpus: [
      'an entry of another repository is put in',
      'an entry of another environment is put in',
    ],
    tests: ['of another origin or environment, replayed here'],
  },
  'insertion by valid key of other role': {
    corpus: ['a key of another role signs a verdict'],
    tests: ['signs no kind but those of its role'],
  },
  'omission (deploy without entry)': {
    corpus: [
      'a deploy is recorded that a BLOCK verdict forbids',
      'a deploy is recorded that rests on another attestation than the verdict',
      'a deploy is recorded without a live lease',
      'a rollout goes back although no rollback was started',
      'two rollouts share a region',
      'something is done after a rollout has finished',
    ],
    tests: ['is nothing that a verifier of the log alone can see, and is seen where it runs'],
  },
  'backdate / postdate': {
    corpus: [
      'an entry is dated an hour before the one it follows',
      'an entry is dated an hour ahead',
      'a correction of the clock backdates what follows an entry that had not run ahead',
      'a correction of the clock is dated before what it leaves as it is',
      'cosignatures are dated an hour ahead, to look fresh for longer',
    ],
    tests: [],
  },
  'freeze (old view)': {
    corpus: [
      'a true but old view is shown: the log is silent',
      'a true but old view is shown: its cosignatures are old',
      'the checkpoint is one that the log has outgrown',
    ],
    tests: [],
  },
  'key compromise': {
    corpus: [
      'a stolen key writes after it was revoked',
      'a stolen key writes after it was revoked, with the date of the moment before',
      'a revoked key signs a checkpoint',
      'a key of the log replaces that of a colleague by one of its own',
      'the checkpoint is by a stranger',
    ],
    tests: ['takes back what it signed since, whatever its date, and only that'],
  },
  'genesis swap': {
    corpus: ['the whole log is another, with another genesis'],
    tests: ['begun anew by somebody with a trusted key, when the genesis is pinned'],
  },
  'equivocation through annotation/waiver': {
    corpus: ['a forbidden deploy is explained away by a note about it'],
    tests: [],
  },
  'endless data, deep JSON, duplicate key, unicode twin': {
    corpus: [],
    tests: ['is read as something by a lenient reader, and refused by ours', 'more than 64 KiB'],
  },
  'SHA-1 collision in git objects': {
    corpus: [],
    tests: ['is the same log to who compares object ids, and another one to us'],
  },
  'witness collusion / loss': {
    corpus: [
      'one witness too few has cosigned',
      'one witness speaks twice, and once from the future for another',
      'the checkpoint is gone',
    ],
    tests: ['is won by exactly one of fifty at once'],
  },
  'crash between push and witness': {
    corpus: ['entries are added, and kept from the witnesses'],
    tests: ['leaves entries that the next witness covers, and that nobody may change meanwhile'],
  },
}

describe('the table of attacks', () => {
  it('has every attack of the corpus in exactly one row', () => {
    const named = Object.values(TABLE).flatMap(({ corpus }) => corpus)
    expect([...named].sort()).toEqual(Object.keys(ATTACKS).sort())
  })

  it('names tests that are there', async () => {
    const files = (await readdir(HERE)).filter((name) => name.endsWith('.test.ts'))
    const texts = await Promise.all(
      files
        .filter((name) => name !== 'attack-table.test.ts')
        .map((name) => readFile(join(HERE, name), 'utf8')),
    )
    const source = texts.join('\n')
    const missing = Object.values(TABLE)
      .flatMap(({ tests }) => tests)
      .filter((words) => !source.includes(words))
    expect(missing).toEqual([])
    expect(
      Object.values(TABLE).filter(({ corpus, tests }) => corpus.length + tests.length === 0),
    ).toEqual([])
  })

  it('has every row of the annex (needs ../shared/annex)', async (context) => {
    const pages = await Promise.all(
      PLACES.map((path) => readFile(join(HERE, path), 'utf8').catch(() => undefined)),
    )
    const page = pages.find((text) => text !== undefined)
    if (page === undefined) return context.skip('../shared/annex is not beside the checkout')
    const [, section = ''] = page.split('## 5. Attacks')
    const rows = (section.split('\n## ')[0] ?? '')
      .split('\n')
      .filter((line) => line.startsWith('| '))
    const names = rows.slice(1).map((line) => line.split('|')[1]?.trim())
    expect(names).toEqual(Object.keys(TABLE))
  })
})
