import { join } from 'node:path'
import { type LoadedPolicy, initialPolicyText, parsePolicy } from '@bulkhead/policy'
import { allowedSigners, makePerson, makeRepository, temporaryDirectory } from '@bulkhead/testkit'
import { type CommitId, blobId, digest } from '@bulkhead/vocabulary'
import { expect, it } from 'vitest'
import { openWorkspace } from '../src/index.ts'
import { judgeReleaseRange } from '../src/release-range.ts'

/** A policy at a trusted ref, of which only the signers matter here. */
function policyAt(trustedRef: CommitId, signers: string): LoadedPolicy {
  const text = initialPolicyText({
    suites: [{ name: 'security', command: ['npm', 'test'], reports: ['r.xml'] }],
    build: { artifacts: ['dist/a.mjs'] },
    environment: 'production',
    start: ['node', '{artifact}'],
    voucherSeparation: 'local',
  })
  const parsed = parsePolicy(Buffer.from(text), 'bulkhead.yml')
  if (!parsed.ok) throw new TypeError(JSON.stringify(parsed.findings))
  const files = new Map([['.bulkhead/allowed_signers', Buffer.from(signers)]])
  return {
    policy: parsed.policy,
    trustedRef,
    blob: blobId('0'.repeat(40)),
    digest: digest(`sha256:${'0'.repeat(64)}`),
    files,
  }
}

it('a release descends from what is deployed: an older commit is not an empty, clean range', async () => {
  await using home = await temporaryDirectory()
  const ada = await makePerson('Ada', home.path)
  const fixture = await makeRepository(join(home.path, 'repo'))
  const old = await fixture.commit({ by: ada, message: 'old' })
  const deployed = await fixture.commit({ by: ada, message: 'deployed' })
  const next = await fixture.commit({ by: ada, message: 'next' })
  const workspace = await openWorkspace(fixture.path)
  try {
    const policy = policyAt(deployed, allowedSigners([ada]))
    const back = await judgeReleaseRange(workspace, policy, old)
    expect(back.counts.commits).toBe(0)
    expect(back.findings.map((finding) => finding.code)).toEqual(['git/unrelated-base'])

    const forward = await judgeReleaseRange(workspace, policy, next)
    expect(forward.counts).toEqual({ commits: 1, passed: 1, blocked: 0 })
    expect(forward.findings).toEqual([])
    const again = await judgeReleaseRange(workspace, policy, deployed)
    expect([again.counts.commits, again.findings]).toEqual([0, []])
  } finally {
    await workspace.repository.close()
  }
})

it('takes the squash of a pull request whose head is shown, and no other commit of the forge', async () => {
  await using home = await temporaryDirectory()
  const [ada, forge] = await Promise.all([
    makePerson('Ada', home.path),
    makePerson('Forge', home.path),
  ])
  const fixture = await makeRepository(join(home.path, 'repo'))
  const deployed = await fixture.commit({ by: ada, message: 'deployed', files: { a: '1' } })
  await fixture.git('checkout', '-q', '-b', 'topic')
  await fixture.commit({ by: ada, message: 'one', files: { b: '1' } })
  const proposed = await fixture.commit({ by: ada, message: 'two', files: { b: '2' } })
  await fixture.git('checkout', '-q', 'main')
  const squash = await fixture.commit({ by: forge, message: 'Squash', files: { b: '2' } })
  const workspace = await openWorkspace(fixture.path)
  try {
    const at = policyAt(deployed, allowedSigners([ada, forge]))
    const signing = {
      ...at.policy.signing,
      principals: {
        forge: {
          role: 'forge' as const,
          committers: [forge.email],
          openpgp: [],
          x509: [],
          gitsign: [],
        },
      },
    }
    const policy = { ...at, policy: { ...at.policy, signing } }
    const shown = await judgeReleaseRange(workspace, policy, squash, [proposed])
    expect(shown.commits.flatMap(({ findings }) => findings)).toEqual([])
    expect(shown.commits[0]).toMatchObject({ verdict: 'passed', role: 'forge' })
    const alone = await judgeReleaseRange(workspace, policy, squash)
    expect(alone.commits[0]?.findings).toMatchObject([{ code: 'signature/forge-not-a-merge' }])
    const other = await fixture.commit({ by: forge, message: 'More', files: { b: '3' } })
    const more = await judgeReleaseRange(workspace, policy, other, [proposed])
    expect(more.counts).toEqual({ commits: 2, passed: 1, blocked: 1 })
  } finally {
    await workspace.repository.close()
  }
})
