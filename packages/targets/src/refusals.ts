import type { LeaseHolder } from '@bulkhead/rollout'
import { type Finding, InputError, WorldError } from '@bulkhead/vocabulary'

/** Nobody answers at the fleet's control socket. */
export const fleetDown = (state: string, why: string): WorldError =>
  new WorldError({
    code: 'rollout/target-failed',
    subject: state,
    message: `the local fleet does not answer: ${why}`,
    remedy: 'Start it with `bulkhead fleet up`; its log is `supervisor.log` in that directory.',
  })

/** The fleet answered, but could not do what it was told. */
export const fleetFailed = (subject: string, message: string, remedy: string): WorldError =>
  new WorldError({ code: 'rollout/target-failed', subject, message, remedy })

export const portInUse = (host: string, port: number, cause: unknown): WorldError =>
  new WorldError(
    {
      code: 'rollout/port-in-use',
      subject: `${host}:${port}`,
      message: 'another process listens on the port of the fleet',
      remedy: `Stop the process that listens on port ${port}, or set another \`listen\` port in bulkhead.yml (0 lets the system choose).`,
    },
    { cause },
  )

export const staleToken = ({ region, token }: LeaseHolder, newest: number): WorldError =>
  new WorldError({
    code: 'rollout/stale-token',
    subject: `token ${token}`,
    message: `a holder of the lease with token ${newest} has acted in ${region} since`,
    remedy: 'Stop: another rollout is in charge (`bulkhead status`).',
  })

/** The bytes offered are not the bytes that were promised. */
export const wrongBytes = (path: string, wanted: string, found: string): WorldError =>
  new WorldError({
    code: 'rollout/target-failed',
    subject: path,
    message: `the artifact has digest ${found}, not ${wanted}; nothing was staged`,
    remedy: 'Build the artifact again from the released commit (`bulkhead build`) and ship that.',
  })

export const socketPathTooLong = (path: string, limit: number): InputError =>
  new InputError({
    code: 'usage/invalid-option',
    subject: path,
    message: `the control socket would have a path of ${Buffer.byteLength(path)} bytes; the system allows ${limit}`,
    remedy: 'Name a state directory with a shorter path.',
  })

export const alreadyUp = (state: string): Finding => ({
  code: 'rollout/target-failed',
  subject: state,
  message: 'a fleet is up in this state directory already',
  remedy: 'Use it (`bulkhead status`), or stop it first with `bulkhead fleet down`.',
})

/** A proxy does not answer, or does not do what it is told. */
export const proxyFailed = (subject: string, message: string, cause?: unknown): WorldError =>
  new WorldError(
    {
      code: 'rollout/target-failed',
      subject,
      message: `HAProxy: ${message}`,
      remedy:
        'Check `target.proxies`, `target.backend` and `target.server` in bulkhead.yml, and that the runtime socket has `level admin`.',
    },
    { cause },
  )

/** A command of the user's own did not do what it is for. */
export const commandFailed = (subject: string, message: string): WorldError =>
  new WorldError({
    code: 'rollout/target-failed',
    subject,
    message,
    remedy: 'Run the command by hand as the message shows it, and mend what it says.',
  })

/** A driver of the user's own failed, or said what nobody understands. @param said end of its stderr */
export const driverFailed = (command: string, message: string, said: string): WorldError =>
  new WorldError({
    code: 'rollout/target-failed',
    subject: `driver ${command}`,
    message: `${message}${said === '' ? '' : `; it said:\n${said}`}`,
    remedy:
      'Run `bulkhead target check … DRIVER` to see what the driver owes; docs/targets.md says how.',
  })

export const artifactUnreadable = (path: string, cause: unknown): InputError =>
  new InputError(
    {
      code: 'usage/invalid-option',
      subject: path,
      message: 'the artifact cannot be read',
      remedy: 'Name a file that is there: --release COMMIT=FILE.',
    },
    { cause },
  )

/** Zones `a` and `a1` with ten units each share a name in `{zone}{number}`. */
export const sameServer = (unit: string, server: string): InputError =>
  new InputError({
    code: 'policy/inconsistent',
    subject: unit,
    message: `another unit of its region has the same server, ${server}`,
    remedy: 'Part zone and number in `target.server`, for example `{zone}-{number}`.',
  })
