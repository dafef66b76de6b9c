import type { Finding } from '@bulkhead/vocabulary'
import type { GateInput } from './evidence.ts'
import { artifactsInForce } from './rules-in-force.ts'

/** Every reason to block that the artifacts give: each must be bound to this very commit and tree. */
export function judgeBuild(input: GateInput): readonly Finding[] {
  const { record, artifacts, findings } = input.build
  const shipped = artifactsInForce(input.policy.policy, input.own)
  if (record === undefined) {
    if (findings.length > 0) return findings
    return shipped.map((path) => ({
      code: 'gate/unbound-artifact',
      subject: path,
      message: 'no build record binds this artifact to the commit',
      remedy: 'run `bulkhead build`',
    }))
  }
  const wrong = record.commit !== input.commit || record.tree !== input.tree
  return [
    ...findings,
    ...(wrong ? [wrongBuild(record.commit, input.commit)] : []),
    ...shipped.flatMap((path) => judgeArtifact(path, record.artifacts, artifacts)),
  ]
}

const wrongBuild = (built: string, commit: string): Finding => ({
  code: 'gate/unbound-artifact',
  subject: commit,
  message: `the build record is of ${built}`,
  remedy: `check out ${commit} and run \`bulkhead build\``,
})

function judgeArtifact(
  path: string,
  built: GateInput['build']['artifacts'],
  present: GateInput['build']['artifacts'],
): readonly Finding[] {
  const bound = built.find((artifact) => artifact.name === path)
  const here = present.find((artifact) => artifact.name === path)
  if (bound === undefined) {
    return [
      {
        code: 'gate/unbound-artifact',
        subject: path,
        message: 'the build record does not name this artifact',
        remedy: 'run `bulkhead build`',
      },
    ]
  }
  if (here === undefined || here.digest !== bound.digest) {
    const message =
      here === undefined
        ? 'the artifact is not there'
        : `the bytes are ${here.digest}, built were ${bound.digest}`
    return [
      {
        code: 'gate/changed-artifact',
        subject: path,
        message,
        remedy: 'run `bulkhead build` again',
      },
    ]
  }
  return []
}
