import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'

interface Ruleset {
  readonly target: string
  readonly enforcement: string
  readonly conditions: { readonly ref_name: { readonly include: readonly string[] } }
  readonly bypass_actors: readonly { readonly actor_type: string }[]
  readonly rules: readonly { readonly type: string }[]
}

const read = async (name: string): Promise<Ruleset> => {
  const url = new URL(`../docs/rulesets/${name}.json`, import.meta.url)
  return JSON.parse(await readFile(url, 'utf8')) as Ruleset
}
const typesOf = ({ rules }: Ruleset) => rules.map(({ type }) => type).sort()

/** A bypass actor escapes every rule of the ruleset that lists it: hence two, and what stands in which. */
describe('the rulesets that protect a ledger at GitHub', () => {
  it('let only the App of the ledger write', async () => {
    const writer = await read('ledger-writer')
    expect(typesOf(writer)).toEqual(['creation', 'update'])
    expect(writer.bypass_actors.map(({ actor_type }) => actor_type)).toEqual(['Integration'])
  })

  it('let nobody rewrite, delete or merge, the App included', async () => {
    const history = await read('ledger-history')
    expect(typesOf(history)).toEqual(['deletion', 'non_fast_forward', 'required_linear_history'])
    expect(history.bypass_actors).toEqual([])
  })

  it.each(['ledger-writer', 'ledger-history'])(
    'are active on every ledger branch: %s',
    async (name) => {
      expect(await read(name)).toMatchObject({
        target: 'branch',
        enforcement: 'active',
        conditions: { ref_name: { include: ['refs/heads/ledger/**'], exclude: [] } },
      })
    },
  )
})
