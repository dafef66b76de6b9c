import { type ProcessRequest, runProcess } from '@bulkhead/world'

/** Runs a child that must succeed and returns what it printed. @throws Error with its stderr otherwise. */
export async function succeed(
  argv: ProcessRequest['argv'],
  options: Omit<ProcessRequest, 'argv'>,
): Promise<string> {
  const { end, stdout, stderr } = await runProcess({ ...options, argv })
  if (end.kind !== 'exited' || end.code !== 0) {
    throw new Error(`${argv.join(' ')}: ${JSON.stringify(end)}\n${stderr.toString()}`)
  }
  return stdout.toString()
}
