import { execFileSync } from 'node:child_process'

/** Servers are installed where only root looks. */
export const WHERE_ENGINES_ARE = `${process.env['PATH'] ?? ''}:/usr/local/sbin:/usr/sbin`

/** Whether a program that a test needs is installed. In CI its absence fails the test. */
export function isInstalled(command: string, ...args: readonly string[]): boolean {
  if (process.env['BULKHEAD_REQUIRE_ENGINES'] === '1') return true
  try {
    execFileSync(command, args, { stdio: 'ignore', env: { PATH: WHERE_ENGINES_ARE } })
    return true
  } catch {
    return false
  }
}
