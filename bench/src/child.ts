import { type ProcessRequest, runProcess } from '@bulkhead/world'

/** Wall seconds of one whole process that must succeed, and what it printed. */
export async function timeProcess(
  argv: ProcessRequest['argv'],
  cwd: string,
): Promise<{ readonly seconds: number; readonly stdout: string; readonly stderr: string }> {
  const from = performance.now()
  const { end, stdout, stderr } = await runProcess({ argv, cwd })
  const seconds = (performance.now() - from) / 1_000
  if (end.kind !== 'exited' || end.code !== 0)
    throw new Error(`${argv.join(' ')}: ${JSON.stringify(end)}\n${stderr.toString()}`)
  return { seconds, stdout: stdout.toString(), stderr: stderr.toString() }
}
