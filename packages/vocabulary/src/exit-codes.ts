/** What a process says by its exit code (DESIGN §5). */
export const ExitCode = {
  /** Passed, or done. */
  Passed: 0,
  /** Blocked, with findings. */
  Blocked: 1,
  /** Policy, input or usage is wrong. */
  BadInput: 2,
  /** The world failed: network, disk, target. */
  WorldFailed: 3,
  /** Our own bug. Armed at the start of every process, so that a crash is never green. */
  OurBug: 70,
} as const

export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode]
