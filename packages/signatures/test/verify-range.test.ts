import { expect, it } from 'vitest'
import { verifyRange } from '../src/index.ts'
import { RECEIPT, setStage } from './stage.ts'

it.each(['sha1', 'sha256'] as const)(
  'judges a %s range commit by commit, oldest first',
  async (objectFormat) => {
    await using stage = await setStage(objectFormat)
    const { ada, ben, eve, fixture, repository, allowed } = stage
    const base = await fixture.commit({ by: ada, message: 'base', signedBy: null })
    const first = await fixture.commit({ by: ada, message: 'first\n\nbody' })
    const unsigned = await fixture.commit({ by: ben, message: 'second', signedBy: null })
    const strange = await fixture.commit({ by: eve, message: 'third' })
    const borrowed = await fixture.commit({ by: ada, message: 'fourth', signedBy: ben })
    const range = { base, head: borrowed }
    const judged = await verifyRange({
      repository,
      range,
      allowedSigners: allowed,
      receiptTime: RECEIPT,
    })
    expect(judged).toMatchObject({
      base,
      head: borrowed,
      counts: { commits: 4, passed: 1, blocked: 3 },
      findings: [],
      commits: [
        {
          commit: first,
          verdict: 'passed',
          principal: ada.email,
          subject: 'first',
          format: 'ssh',
          findings: [],
        },
        {
          commit: unsigned,
          verdict: 'blocked',
          format: 'none',
          findings: [{ code: 'signature/unsigned' }],
        },
        { commit: strange, verdict: 'blocked', findings: [{ code: 'signature/unknown-signer' }] },
        {
          commit: borrowed,
          verdict: 'blocked',
          principal: ben.email,
          findings: [{ code: 'signature/wrong-committer' }],
        },
      ],
    })
  },
)
