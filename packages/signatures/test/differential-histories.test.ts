import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { makeOpenPgpSigner, makeSshSigner, succeed } from '@bulkhead/testkit'
import type { CommitId } from '@bulkhead/vocabulary'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseOpenPgpCertificates, verifyRange } from '../src/index.ts'
import { noGpg } from './openpgp-stage.ts'
import { RECEIPT, type Stage, parse, setStage, withSignature } from './stage.ts'

/** One commit of a history: which commits before it are its parents, and how it is signed. */
interface Step {
  readonly parents: readonly number[]
  readonly signer: 'ada' | 'rsa' | 'pgp' | 'stranger' | 'nobody' | 'forged'
}

const step: fc.Arbitrary<Step> = fc.record({
  parents: fc.uniqueArray(fc.nat(8), { maxLength: 3 }),
  signer: fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom('ada' as const, 'rsa' as const, 'pgp' as const) },
    {
      weight: 1,
      arbitrary: fc.constantFrom('stranger' as const, 'nobody' as const, 'forged' as const),
    },
  ),
})

const ada = makeSshSigner('Ada')
const rsa = makeSshSigner('Rsa', 'rsa-2048')
const pgp = makeOpenPgpSigner('Pgp')
const stranger = makeSshSigner('Ada')
const SIGNERS = { ada, rsa, pgp, stranger, nobody: ada, forged: ada }
const allowed = [ada, rsa].map(({ email, publicKey }) => `${email} ${publicKey}\n`).join('')

/** Writes the history and gives its commits; the last one joins all that nothing else joins. */
async function write(stage: Stage, tree: string, steps: readonly Step[]) {
  const commits: CommitId[] = []
  const joined = new Set<CommitId>()
  for (const [index, { parents, signer }] of [...steps, LAST].entries()) {
    const own =
      index === steps.length
        ? commits.filter((commit) => !joined.has(commit))
        : parents.flatMap((back) => commits.at(-1 - back) ?? [])
    for (const parent of own) joined.add(parent)
    const { email } = SIGNERS[signer]
    const who = `P <${email}> ${1_750_000_000 + index} +0000`
    const links = [`tree ${tree}`, ...own.map((id) => `parent ${id}`)].join('\n')
    const source = `${links}\nauthor ${who}\ncommitter ${who}\n\nstep ${index}\n`
    const armor = SIGNERS[signer].sign(Buffer.from(signer === 'forged' ? `${source}!` : source))
    commits.push(await stage.store(signer === 'nobody' ? source : withSignature(source, armor)))
  }
  return commits
}
const LAST: Step = { parents: [], signer: 'ada' }

/** What `git log` says of every commit that it finds. */
async function askGit(stage: Stage, head: CommitId, gpg: string): Promise<Map<string, string>> {
  const signers = join(stage.home, 'git-allowed')
  await writeFile(signers, allowed)
  const config = ['-c', `gpg.ssh.allowedSignersFile=${signers}`, '-c', `gpg.program=${gpg}`]
  const lines = await stage.fixture.git(...config, 'log', '--format=%H %G?', head)
  return new Map(
    lines
      .trim()
      .split('\n')
      .map((line): [string, string] => [line.slice(0, -2), line.slice(-1)]),
  )
}

async function gpgThatTrusts(stage: Stage): Promise<string> {
  const home = join(stage.home, 'gnupg')
  await mkdir(home, { mode: 0o700 })
  await writeFile(join(stage.home, 'pgp.asc'), pgp.certificate)
  const base = ['gpg', '--homedir', home, '--batch', '--quiet'] as const
  await succeed([...base, '--import', join(stage.home, 'pgp.asc')], { cwd: stage.home })
  const program = join(stage.home, 'gpg.sh')
  await writeFile(program, `#!/bin/sh\nexec gpg --homedir '${home}' --trust-model always "$@"\n`)
  await chmod(program, 0o755)
  return program
}

describe.skipIf(noGpg)('whole histories, compared with git log %G?', () => {
  it('have the same commits and the same verdicts: roots, merges, octopuses, SSH and OpenPGP', async () => {
    await using stage = await setStage()
    await stage.fixture.commit({ by: stage.ada, message: 'root', signedBy: null })
    const tree = (await stage.fixture.git('rev-parse', 'HEAD^{tree}')).trim()
    const gpg = await gpgThatTrusts(stage)
    const [certificate] = await parseOpenPgpCertificates(Buffer.from(pgp.certificate), 'pgp.asc')
    if (certificate === undefined) throw new Error('no certificate')
    const principal = { name: 'pgp', role: 'person', committers: [pgp.email] } as const
    const seen = { passed: 0, blocked: 0, merges: 0, roots: 0 }
    const law = fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async (steps) => {
      const commits = await write(stage, tree, steps)
      const head = commits.at(-1)
      if (head === undefined) throw new Error('no commits')
      const judgement = await verifyRange({
        repository: stage.repository,
        range: { base: null, head },
        allowedSigners: parse(allowed),
        openPgpSigners: [{ principal, certificate }],
        receiptTime: RECEIPT,
      })
      const git = await askGit(stage, head, gpg)
      expect(judgement.findings).toEqual([])
      const ours = new Map(judgement.commits.map(({ commit, verdict }) => [commit, verdict]))
      expect([...ours.keys()].sort()).toEqual([...git.keys()].sort())
      for (const [commit, letter] of git)
        expect(ours.get(commit as CommitId), `${commit}: git says ${letter}`).toBe(
          letter === 'G' ? 'passed' : 'blocked',
        )
      seen.passed += judgement.counts.passed
      seen.blocked += judgement.counts.blocked
      seen.merges += steps.filter(({ parents }) => parents.length > 1).length
      seen.roots += steps.filter(({ parents }) => parents.length === 0).length
    })
    await fc.assert(law, { numRuns: 15 })
    expect(Math.min(seen.passed, seen.blocked, seen.merges, seen.roots)).toBeGreaterThan(5)
  })
})
