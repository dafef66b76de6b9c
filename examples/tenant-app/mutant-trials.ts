import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Mutation, isolationMutations, securityMutations } from './mutations.ts'

/** One run of one suite on a changed copy, and what must come of it. */
export interface Trial {
  readonly title: string
  readonly suite: 'isolation' | 'security'
  readonly edits: readonly Mutation[]
  readonly expected: 'killed' | 'survived'
}

type Scenes = Readonly<Record<string, Omit<Mutation, 'title'>>>

/** Every mutation, the scenes of the story, and the sound twins that must pass. */
export async function readTrials(root: string): Promise<Trial[]> {
  const scenes: Scenes = JSON.parse(await readFile(join(root, 'scenes.json'), 'utf8'))
  const readme = await readFile(join(root, 'README.md'), 'utf8')
  return [
    ...sceneTrials((name) => sceneEdit(scenes, readme, name)),
    ...isolationMutations.map((mutation) => mutant('isolation', mutation)),
    ...securityMutations.map((mutation) => mutant('security', mutation)),
  ]
}

function mutant(suite: Trial['suite'], mutation: Mutation): Trial {
  return { title: mutation.title, suite, edits: [mutation], expected: 'killed' }
}

function sceneTrials(edit: (name: string) => Mutation): Trial[] {
  const sound = ['improvement', 'broken-in-production', 'killed-deployer', 'overtaken', 'hotfix']
  const twins = (['isolation', 'security'] as const).flatMap((suite) =>
    sound.map((name): Trial => ({ title: name, suite, edits: [edit(name)], expected: 'survived' })),
  )
  // The last one shows why an inventory is needed: without the test, nobody notices.
  const filter = edit('dropped-filter')
  const both = [filter, edit('deleted-test')]
  return [
    ...twins,
    { title: 'dropped-filter', suite: 'isolation', edits: [filter], expected: 'killed' },
    { title: 'with deleted-test', suite: 'isolation', edits: both, expected: 'survived' },
  ]
}

/** A scene's edit, which the README must describe line for line. */
function sceneEdit(scenes: Scenes, readme: string, name: string): Mutation {
  const scene = scenes[name]
  if (!scene) throw new Error(`scenes.json has no ${name}`)
  const told = [name, scene.file, scene.find.trim(), scene.replace.trim()]
  const untold = told.filter((text) => !readme.includes(text))
  if (untold.length > 0) throw new Error(`README.md does not tell of: ${untold.join(', ')}`)
  return { ...scene, title: name }
}
