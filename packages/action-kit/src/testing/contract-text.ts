import { parseDocument } from 'yaml'
import type { ActionDefinition } from '../action-definition.ts'
import { contractOf } from './contract.ts'

/** The two files by which people know an action. */
export interface ContractText {
  readonly manifest: string
  readonly readme: string
}

/** `action.yml` and README with inputs and outputs as the definition has them; the rest stays as it is. */
export function contractText(definition: ActionDefinition, present: ContractText): ContractText {
  const { manifest, inputRows, outputRows } = contractOf(definition)
  const document = parseDocument(present.manifest)
  for (const [key, value] of Object.entries(manifest as Readonly<Record<string, unknown>>))
    document.set(key, document.createNode(value))
  return {
    manifest: document.toString({ lineWidth: 0 }),
    readme: withRows(withRows(present.readme, '## Inputs', inputRows), '## Outputs', outputRows),
  }
}

const HEADS: Readonly<Record<string, string>> = {
  '## Inputs': '| Name | Default | Meaning |\n|---|---|---|\n',
  '## Outputs': '| Name | Meaning |\n|---|---|\n',
}

/** The table under a heading, or behind its words where there is none yet. */
function withRows(readme: string, heading: string, rows: readonly string[]): string {
  const table = `${HEADS[heading] ?? ''}${rows.join('\n')}\n`
  return readme
    .split(/^(?=## )/m)
    .map((section) => {
      if (!section.startsWith(`${heading}\n`)) return section
      const words = section.replace(/^\|.*\n/gm, '').trimEnd()
      return `${words}\n\n${table}\n`
    })
    .join('')
}
