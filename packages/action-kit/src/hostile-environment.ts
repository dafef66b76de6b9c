import { type Finding, InputError } from '@bulkhead/vocabulary'
import type { Environment } from './inputs.ts'

/**
 * Variables by which an earlier step, or whoever could write GITHUB_ENV, makes another program of ours or
 * of what we start (threat model T14). Names are compared without regard to case, as Windows and the
 * readers of proxies do.
 */
const HOSTILE: readonly (readonly [pattern: RegExp, why: string])[] = [
  [
    /^node_(?:options|path|tls_reject_unauthorized|use_env_proxy|v8_coverage|repl_external_module)$/,
    'changes what Node.js runs or whom it believes',
  ],
  [/^git_/, 'changes what git reads, runs or talks to'],
  [/^(?:ld|dyld)_/, 'has the loader bring foreign code into every process'],
  [/^(?:bash_env|env|shellopts|bashopts|prompt_command)$/, 'has every shell run foreign code'],
  [/^(?:npm_config_|pnpm_config_|yarn_)/, 'changes what is installed and from where'],
  [/^(?:https?|all|ftp)_proxy$/, 'sends what we say past somebody else'],
  [/^(?:openssl_conf|openssl_modules|sslkeylogfile)$/, 'changes or records encryption'],
]

/**
 * Refuses to do anything with keys in an environment that somebody may have prepared.
 * @throws InputError `action/hostile-environment`, one finding for each variable; never their values
 */
export function refuseHostileEnvironment(env: Environment): void {
  const findings = Object.entries(env)
    .filter(([, value]) => value !== undefined && value !== '')
    .map(([name]) => name)
    .sort()
    .flatMap(hostility)
  if (findings.length > 0) throw new InputError(findings)
}

function hostility(name: string): readonly Finding[] {
  const [, why] = HOSTILE.find(([pattern]) => pattern.test(name.toLowerCase())) ?? []
  if (why === undefined) return []
  return [
    {
      code: 'action/hostile-environment',
      subject: `variable ${name.slice(0, 80)}`,
      message: `${why}, and this step holds keys`,
      remedy: `run this action in a job of its own in which nothing sets ${name.slice(0, 80)}`,
    },
  ]
}
