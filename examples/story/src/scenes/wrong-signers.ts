import type { CommitRequest } from '@bulkhead/testkit'
import type { Check } from '../narrator.ts'
import type { Stage } from '../stage.ts'
import { type Scene, blocks, everywhere, gate } from './scene.ts'

/** Nothing ships that is not signed by somebody already trusted. */
export const wrongSigners: Scene = {
  title: 'An unsigned commit, and one signed by a stranger: blocked, each with its remedy',
  async play(stage) {
    const { ada, mallory } = stage.people
    const change = { files: { 'NOTES.md': 'A harmless note.\n' } }
    return [
      ...(await refused(
        stage,
        { ...change, by: ada, signedBy: null, message: 'Add a note, in a hurry' },
        'signature/unsigned',
      )),
      ...(await refused(
        stage,
        { ...change, by: mallory, message: 'Add a note' },
        'signature/unknown-signer',
      )),
      ...(await refused(
        stage,
        { ...change, by: ada, signedBy: mallory, message: 'Add a note in the name of Ada' },
        'signature/unknown-signer',
      )),
    ]
  },
}

async function refused(
  stage: Stage,
  request: CommitRequest,
  code: string,
): Promise<readonly Check[]> {
  const { repository } = stage
  const deployed = (await repository.git('rev-parse', 'HEAD')).trim()
  await repository.commit(request)
  const verified = await stage.run(['verify-commits', `${deployed}..HEAD`])
  const gated = await gate(stage)
  await repository.git('reset', '--quiet', '--hard', deployed)
  return [
    blocks('the signature check', verified, code),
    blocks('the gate', gated, code),
    await everywhere(stage, deployed),
  ]
}
