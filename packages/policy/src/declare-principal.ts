import { isSeq, parseDocument } from 'yaml'
import { inlineYaml } from './inline-yaml.ts'
import type { PrincipalPolicy } from './signing-policy.ts'

/** Somebody whom a policy is to name. */
export interface DeclaredPrincipal {
  readonly name: string
  readonly role: PrincipalPolicy['role']
  readonly committers: readonly string[]
  /** Paths of certificates that are added to theirs. */
  readonly openpgp: readonly string[]
}

/**
 * A policy's source with one more principal, or with more of one that it has. Comments and order stay;
 * what is there stays as it is written where the policy has no `signing` yet.
 * @param source a policy without findings
 */
export function withPrincipal(source: string, principal: DeclaredPrincipal): string {
  const { name, role, committers, openpgp } = principal
  const document = parseDocument(source)
  if (!document.has('signing')) return `${source.trimEnd()}\n\n${sectionOf(principal)}`
  const place = ['signing', 'principals', name]
  const add = (key: string, more: readonly string[]) => {
    const before: unknown = document.getIn([...place, key])
    const held = isSeq(before) ? before.items.map(String) : []
    const list = [...new Set([...held, ...more])]
    if (list.length > 0) document.setIn([...place, key], document.createNode(list, { flow: true }))
  }
  if (!document.hasIn(place)) document.setIn([...place, 'role'], role)
  add('committers', committers)
  add('openpgp', openpgp)
  return document.toString({ lineWidth: 0 })
}

const sectionOf = ({ name, role, committers, openpgp }: DeclaredPrincipal): string =>
  `# Who may sign with keys other than SSH keys.
signing:
  principals:
    ${inlineYaml(name)}:
      role: ${role}
      committers: ${inlineYaml(committers)}
      openpgp: ${inlineYaml(openpgp)}
`
