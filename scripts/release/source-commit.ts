import { runProcess } from '../../packages/world/src/index.ts'

/** The commit that is checked out, and when it was made, in seconds since the epoch. @throws Error without one */
export async function sourceCommit(
  root: string,
): Promise<{ readonly commit: string; readonly time: number }> {
  const { end, stdout } = await runProcess({
    argv: ['git', 'log', '-1', '--format=%H %ct'],
    cwd: root,
  })
  const [commit, time] = stdout.toString().trim().split(' ')
  if (end.kind !== 'exited' || end.code !== 0 || commit === undefined)
    throw new Error(`${root} is no checkout with a commit`)
  return { commit, time: Number(time) }
}
