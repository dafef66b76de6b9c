import { execFileSync } from 'node:child_process'

/** Whether a program that a test needs is installed. In CI its absence fails the test. */
export function isInstalled(command: string, ...args: readonly string[]): boolean {
  if (process.env['BULKHEAD_REQUIRE_ENGINES'] === '1') return true
  try {
    execFileSync(command, args, { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
