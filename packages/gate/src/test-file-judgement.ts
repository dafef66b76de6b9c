import type { Finding } from '@bulkhead/vocabulary'
import { approvalOf, isFileApproved } from './amendment.ts'
import type { FileState } from './evidence.ts'
import type { JudgedSuite } from './judged-suite.ts'

/**
 * Every reason to block that the bytes of listed test files give. A test keeps its name when its body
 * becomes `expect(true).toBe(true)`, so names alone prove nothing. Mandatory suites only.
 */
export function judgeTestFiles(suite: JudgedSuite): readonly Finding[] {
  if (!suite.policy.mandatory) return []
  const states = new Map(suite.evidence.files.map((file) => [file.path, file]))
  const { trusted, head } = suite.evidence.inventory
  const listed = new Set(head?.files.map(({ path }) => path))
  return [
    ...(trusted?.files ?? []).flatMap(({ path }) =>
      judgeListedFile(suite, states.get(path), { path, isListed: listed.has(path) }),
    ),
    ...(head?.files ?? []).flatMap(({ path, digest }) =>
      states.get(path)?.head === digest ? [] : [stale(suite, path)],
    ),
  ]
}

function judgeListedFile(
  suite: JudgedSuite,
  file: FileState | undefined,
  { path, isListed }: { readonly path: string; readonly isListed: boolean },
): readonly Finding[] {
  const subject = `${suite.name}: ${path}`
  if (file === undefined)
    return [
      {
        code: 'gate/not-judged',
        subject,
        message: 'was not looked at',
        remedy: 'run `bulkhead gate` again; if it stays, report a bug',
      },
    ]
  if (file.trusted !== file.head) {
    const approval = approvalOf(suite, file)
    if (approval !== 'approved') return [edited(suite, file, approval)]
    // Whoever approved that the file goes approved that it is not listed.
    if (file.head === null) return []
  }
  if (isListed || isFileApproved(suite, suite.policy.inventory ?? '')) return []
  return [
    {
      code: 'gate/inventory-shrunk',
      subject,
      message:
        'the inventory no longer lists this test file, so the next change of it would go unseen',
      remedy: `list it again: \`bulkhead inventory update --suite ${suite.name} --file ${path}\``,
    },
  ]
}

const edited = (suite: JudgedSuite, file: FileState, approval: 'own' | 'none'): Finding => ({
  code: 'gate/edited-test-file',
  subject: `${suite.name}: ${file.path}`,
  message: `the test file ${file.head === null ? 'is gone' : 'was edited'}, ${
    approval === 'none'
      ? 'and nobody approved this change'
      : 'and only those who made the change approved it'
  }`,
  remedy: `take the change back (new tests go into a new file), or have somebody else approve: \`bulkhead approve amendment --suite ${suite.name} --path ${file.path}\``,
})

const stale = ({ name }: JudgedSuite, path: string): Finding => ({
  code: 'gate/stale-inventory',
  subject: `${name}: ${path}`,
  message: 'the inventory gives another digest than the file has in this commit',
  remedy: `run \`bulkhead inventory update --suite ${name}\` and commit the file`,
})
