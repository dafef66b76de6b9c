import { devNull } from 'node:os'

/**
 * What every git child gets on top of the allow-listed environment. Replace refs and grafts show
 * another history than the one stored, so both are off. Nothing may ask, lock, page, or fetch
 * missing objects over the network behind our back.
 */
export const GIT_ENVIRONMENT: Readonly<Record<string, string>> = {
  GIT_NO_REPLACE_OBJECTS: '1',
  GIT_GRAFT_FILE: devNull,
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_OPTIONAL_LOCKS: '0',
  GIT_TERMINAL_PROMPT: '0',
  GIT_ASKPASS: '',
  SSH_ASKPASS: '',
  GIT_PAGER: 'cat',
  GIT_ALLOW_PROTOCOL: 'none',
  GIT_NO_LAZY_FETCH: '1',
  LC_ALL: 'C',
  LANG: 'C',
}

/**
 * Options that take away what a repository's own configuration could make git run or believe: hooks,
 * a file system monitor (a program), and the commit-graph (a cache of parents that may lie).
 */
export const GIT_OPTIONS: readonly string[] = [
  '--no-pager',
  '-c',
  `core.hooksPath=${devNull}`,
  '-c',
  'core.fsmonitor=false',
  '-c',
  'core.commitGraph=false',
  '-c',
  'core.warnAmbiguousRefs=false',
  '-c',
  'core.quotePath=false',
  '-c',
  'advice.graftFileDeprecated=false',
]
