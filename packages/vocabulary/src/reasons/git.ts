import { reasonsOf } from './reason.ts'

export const gitReasons = reasonsOf({
  'git/not-a-repository': {
    cause: 'The folder is not inside a git repository.',
    remedy: 'Run the command inside the repository, or name it with `--repo DIR`.',
  },
  'git/unknown-revision': {
    cause: 'A revision does not name a commit that this clone has.',
    remedy: 'Check the spelling; fetch the commit (`git fetch origin`) if it exists elsewhere.',
  },
  'git/shallow-clone': {
    cause: 'The clone is shallow: history behind the boundary cannot be judged.',
    remedy: 'Run `git fetch --unshallow`; in GitHub Actions check out with `fetch-depth: 0`.',
  },
  'git/replaced-object': {
    cause:
      'The clone has replace refs or a grafts file, which show other history than the one stored.',
    remedy: 'Delete them (`git replace -d …`, `.git/info/grafts`) and run again.',
  },
  'git/missing-object': {
    cause: 'An object that the range needs is not in the object store.',
    remedy: 'Run `git fetch origin` and `git fsck`; a partial clone needs `git fetch --refetch`.',
  },
  'git/too-large': {
    cause: 'An object is larger than anything that is judged.',
    remedy: 'Keep files of this size out of what is judged, e.g. with Git LFS.',
  },
  'git/corrupt-object': {
    cause: 'The stored bytes of an object do not hash to its id: the object store was changed.',
    remedy: 'Run `git fsck --full`, then clone again from a source that you trust.',
  },
  'git/incomplete-range': {
    cause: 'A commit of the range has a parent that is neither in the range nor behind its base.',
    remedy: 'Fetch the whole history and run again; if it stays, run `git fsck`.',
  },
  'git/malformed-object': {
    cause: 'An object does not have the form that git writes.',
    remedy: 'Write the commit again with plain git.',
  },
  'git/unrelated-base': {
    cause: 'The base is not an ancestor of the head.',
    remedy: 'Rebase or merge onto the trusted ref; after a force-push name the true base.',
  },
  'git/behind-base': {
    cause: 'The head of a range lies behind its base, so the range is empty and says nothing.',
    remedy: 'Name the older commit first: BASE..HEAD.',
  },
  'git/unreachable-commit': {
    cause: 'A commit is in the object store, but no ref of this clone leads to it.',
    remedy: 'Fetch the branch that it belongs to; a commit of a fork alone is not judged.',
  },
  'git/dirty-worktree': {
    cause: 'The work tree differs from the commit, so what runs is not what is judged.',
    remedy: 'Commit or stash the changes (`git status` lists them) and run again.',
  },
  'git/failed': {
    cause: 'git itself failed or could not be started.',
    remedy: 'Read what git said; check the installation and the repository (`git fsck`).',
  },
})
