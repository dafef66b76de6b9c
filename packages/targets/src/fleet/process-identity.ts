import { readFile, readdir } from 'node:fs/promises'
import { runProcess } from '@bulkhead/world'

/**
 * What tells a process from every other that had or will have its pid: boot and start time. Null
 * when it is gone or a zombie, or when this system cannot say; then nobody may kill it by pid.
 */
export async function processIdentity(pid: number): Promise<string | null> {
  if (process.platform === 'linux') return await fromProc(pid)
  if (process.platform === 'win32') return null
  const { end, stdout } = await runProcess({
    argv: ['ps', '-o', 'lstart=', '-p', String(pid)],
    cwd: '/',
    env: { LC_ALL: 'C', TZ: 'UTC' },
    timeout: 5_000,
    maxOutput: 4_096,
  })
  const started = stdout.toString().trim()
  return end.kind === 'exited' && end.code === 0 && started !== '' ? started : null
}

/** Fields 3 (state) and 22 (starttime, clock ticks since boot) of proc_pid_stat(5). */
async function fromProc(pid: number): Promise<string | null> {
  const stat = await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => null)
  if (stat === null) return null
  // The command name stands in parentheses and may itself hold spaces and parentheses.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const [state, start] = [fields[0], fields[19]]
  if (state === undefined || start === undefined || state === 'Z' || state === 'X') return null
  const boot = await readFile('/proc/sys/kernel/random/boot_id', 'latin1').catch(() => '')
  return `${boot.trim()}:${start}`
}

/**
 * Pids whose environment holds exactly `entry` (`NAME=value`): every descendant of a unit, even one
 * whose supervisor died before it could write the pid down. Linux only; elsewhere empty.
 */
export async function processesWithEnvironment(entry: string): Promise<readonly number[]> {
  if (process.platform !== 'linux') return []
  const pids = (await readdir('/proc')).filter((name) => /^[0-9]+$/.test(name)).map(Number)
  const found = await Promise.all(
    pids.map(async (pid) => {
      // Other people's processes are not readable, and not ours.
      const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '')
      return environment.split('\0').includes(entry) ? [pid] : []
    }),
  )
  return found.flat().filter((pid) => pid !== process.pid)
}
