/** `person`: a human. `bot`: a program of the company. `forge`: the host's own key, never a person. */
export type Role = 'person' | 'bot' | 'forge'

/** Somebody whom the trusted ref lets sign, whatever the format of the key. */
export interface Principal {
  /** As the policy calls them; for a line of allowed_signers its first email. */
  readonly name: string
  readonly role: Role
  /** Emails of committers whom they may sign for, compared exactly. */
  readonly committers: readonly string[]
}

/** Whether somebody may sign what this committer commits; undefined is a committer nobody can read. */
export const signsFor = ({ committers }: Principal, committer: string | undefined): boolean =>
  committer !== undefined && committers.includes(committer)

/** Who signed, of all owners of a key. One that is the forge's too is the forge's, and nobody's. */
export function signerAmong(
  owners: readonly Principal[],
  committer: string | undefined,
): Principal | undefined {
  const able = owners.filter((owner) => signsFor(owner, committer))
  return able.find(({ role }) => role === 'forge') ?? able[0]
}

/** Principals as a finding names them, each once. */
export const namesOf = (principals: readonly Principal[]): string =>
  [...new Set(principals.map(({ name }) => name))].join(', ')
