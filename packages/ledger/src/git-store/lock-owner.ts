import { readFile, readdir, readlink } from 'node:fs/promises'

/**
 * This process, told from every other that has or will have its pid: start time, boot, and the
 * namespaces that pids and clocks are counted in. Undefined where a later process could not tell that
 * this one is gone; only Linux says enough.
 */
export async function thisOwner(): Promise<string | undefined> {
  if (process.platform !== 'linux') return undefined
  try {
    const [{ start }, place] = await Promise.all([statusOf('self'), placeOfPids()])
    return [process.pid, start, place].join('.')
  } catch {
    return undefined
  }
}

const OWNER = /^([1-9][0-9]*)\.([0-9]+)\.(([0-9a-f-]+)\.[0-9]+\.[0-9]+)$/

/**
 * Whether an owner can never do anything again. To be asked about a disk that no other machine writes
 * to: whoever wrote there before this boot is gone. Who cannot be judged (a process of another
 * container) counts as alive.
 */
export async function isGone(owner: string): Promise<boolean> {
  const [, pid = '', start, place, boot] = OWNER.exec(owner) ?? []
  const here = await placeOfPids().catch(() => undefined)
  if (place === undefined || here === undefined) return false
  if (!here.startsWith(`${boot}.`)) return true
  if (place !== here) return false
  if (!answersSignals(Number(pid))) return true
  // Other people's processes may be hidden: one that answers and cannot be looked at is there.
  const now = await statusOf(pid).catch(() => undefined)
  if (now === undefined) return false
  return now.start !== start || (now.isZombie && (await threadsOf(pid)) === 1)
}

/** The boot, and the namespaces of pids and of clocks; old kernels have none of clocks. */
async function placeOfPids(): Promise<string> {
  const [boot, pids, clocks] = await Promise.all([
    readFile('/proc/sys/kernel/random/boot_id', 'latin1'),
    readlink('/proc/self/ns/pid'),
    readlink('/proc/self/ns/time').catch(() => 'time:[0]'),
  ])
  return [boot.trim(), numberOf(pids), numberOf(clocks)].join('.')
}

/** The number in `pid:[4026531836]` (namespaces(7)). */
function numberOf(namespace: string): string {
  const [, number] = /^[a-z]+:\[([0-9]+)\]$/.exec(namespace) ?? []
  if (number === undefined) throw new TypeError(`a namespace of another form: ${namespace}`)
  return number
}

/** Fields 3 (state) and 22 (starttime, clock ticks since boot) of proc_pid_stat(5). */
async function statusOf(pid: string) {
  const text = await readFile(`/proc/${pid}/stat`, 'latin1')
  // The command name stands in parentheses and may itself hold spaces and parentheses.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  const [state, start] = [fields[0], fields[19]]
  if (start === undefined) throw new TypeError('a status of another form')
  return { start, isZombie: state === 'Z' || state === 'X' }
}

/** A process that was killed is a zombie at once, while its last threads may still be in a call. */
const threadsOf = async (pid: string): Promise<number> =>
  (await readdir(`/proc/${pid}/task`)).length

function answersSignals(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return !(error instanceof Error && 'code' in error && error.code === 'ESRCH')
  }
}
