import { policyJsonSchema } from '../packages/policy/src/index.ts'
import { reasons } from '../packages/vocabulary/src/index.ts'

/** Path from the repository's top → the text that the file must have. */
export async function generatedFiles(): Promise<ReadonlyMap<string, string>> {
  return new Map([
    ['docs/reasons.md', reasonsPage()],
    ['packages/policy/bulkhead.schema.json', `${JSON.stringify(policyJsonSchema(), null, 2)}\n`],
  ])
}

/** Every reason code with its cause and remedy, by room. */
function reasonsPage(): string {
  const byRoom = Map.groupBy(Object.entries(reasons), ([code]) => code.split('/')[0] ?? '')
  const rooms = [...byRoom].sort(([a], [b]) => (a < b ? -1 : 1))
  const sections = rooms.map(([room, entries]) => {
    const list = [...entries].sort(([a], [b]) => (a < b ? -1 : 1))
    return `## ${room}\n\n${list.map(([code, reason]) => `### \`${code}\`\n\n${reason.cause}\n\n**Remedy.** ${reason.remedy}\n`).join('\n')}`
  })
  return `# Reasons\n\nEvery reason that Bulkhead gives for a refusal, with its cause and its remedy.\nThis page is generated from the code: \`npm run generate\`.\n\n${sections.join('\n')}`
}
