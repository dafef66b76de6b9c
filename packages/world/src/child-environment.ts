/**
 * What a child process may inherit. An allow-list: NODE_OPTIONS, LD_*, GIT_*, BASH_ENV, tokens and
 * secrets never pass by default (threat model T14).
 */
const INHERITED = [
  'PATH',
  'HOME',
  'USER',
  'LOGNAME',
  'LANG',
  'LC_ALL',
  'TZ',
  'TMPDIR',
  'TEMP',
  'TMP',
  'SystemRoot',
  'COMSPEC',
  'PATHEXT',
  'NODE_EXTRA_CA_CERTS',
  'CI',
]

/** The allow-listed part of `from`, with `extra` on top. */
export function childEnvironment(
  extra: Readonly<Record<string, string>> = {},
  from: NodeJS.ProcessEnv = process.env,
): Record<string, string> {
  const inherited = INHERITED.flatMap((name) =>
    from[name] === undefined ? [] : [[name, from[name]] as const],
  )
  return { ...Object.fromEntries(inherited), ...extra }
}
