/** Signals a unit and what it started: it leads a process group of its own. False when it is gone. */
export function signalGroup(pid: number, signal: 'SIGTERM' | 'SIGKILL'): boolean {
  return signalOne(process.platform === 'win32' ? pid : -pid, signal)
}

export function signalOne(pid: number, signal: 'SIGTERM' | 'SIGKILL'): boolean {
  try {
    return process.kill(pid, signal)
  } catch {
    return false // Already gone.
  }
}
