#!/usr/bin/env node
// A driver for `target: {kind: exec}`: node driver.mjs topology|observe|apply|drain|restore|surge|shift
//
// Its engine is as plain as can be: processes on this machine that serve on fixed ports, and that a
// load balancer takes out of traffic by their own word (`/health` says `draining`). Replace the
// functions of `units.mjs` by what your platform has, and keep the rest.
import { text } from 'node:stream/consumers'
import { newestToken, admit } from './fence.mjs'
import {
  drainUnit,
  fleet,
  inspect,
  replaceUnit,
  restoreUnit,
  setShifted,
  shiftedZones,
  spares,
  stopUnit,
} from './units.mjs'

const { protocol, command, ...asked } = JSON.parse(await text(process.stdin))
if (protocol !== 1) throw new Error(`this driver speaks protocol 1, not ${protocol}`)

/** SIGTERM: whoever asked has changed their mind. */
const cancelled = new AbortController()
process.once('SIGTERM', () => cancelled.abort())

const say = (line) => process.stdout.write(`${JSON.stringify(line)}\n`)
const failed = (unit, reason) => ({ kind: 'failed', unit, reason })

const commands = {
  topology: () => ({
    topology: {
      units: fleet.map(({ id, region, zone }) => ({ id, region, zone })),
      selects: 'units',
      surge: Math.min(...fleet.map((unit) => sparesOf(unit).length)),
      shifts: true,
    },
  }),

  async observe({ scope }) {
    const within = ({ region, zone }) =>
      region === (scope.region ?? region) && zone === (scope.zone ?? zone)
    const observed = await Promise.all(
      [...fleet, ...spares].filter(within).map(async (unit) => {
        const { id, region, zone, spare } = unit
        const { version, health } = await inspect(unit)
        if (spare && health === 'stopped') return []
        return [{ id, region, zone, version, health, ...(spare && { surplus: true }) }]
      }),
    )
    // Nobody counts requests here: releases are judged by health alone.
    const shifted = shiftedZones().filter(within)
    return { observation: { units: observed.flat(), traffic: [], shifted, countedSince: '' } }
  },

  apply: ({ stage, release, token }) =>
    change(stage, token, stage.maxOut, async (unit) => {
      const { version, health } = await inspect(unit)
      if (version === release.commit && health === 'healthy') return undefined
      if (version === release.commit && health === 'draining') return restoreUnit(unit)
      say({ progress: { unit: unit.id, note: 'draining' } })
      await drainUnit(unit, cancelled.signal)
      if (cancelled.signal.aborted) {
        await restoreUnit(unit)
        return 'cancelled; it serves its old release again'
      }
      say({ progress: { unit: unit.id, note: 'replacing' } })
      return replaceUnit(unit, release)
    }),

  drain: ({ batch, token }) =>
    change(batch, token, batch.units.length, async (unit) => {
      await drainUnit(unit, cancelled.signal)
      if (!cancelled.signal.aborted) return undefined
      await restoreUnit(unit)
      return 'cancelled; it serves again'
    }),

  restore: ({ batch, token }) => change(batch, token, batch.units.length, restoreUnit),

  /** The first `extra` spares of the zone run the release, the others nothing. */
  surge: ({ order: { region, zone, extra }, release, token }) => {
    const units = sparesOf({ region, zone }).map(({ id }) => id)
    return change({ region, zone, units }, token, units.length, async (unit) => {
      const { version, health } = await inspect(unit)
      if (units.indexOf(unit.id) >= extra) {
        await drainUnit(unit, cancelled.signal)
        return cancelled.signal.aborted ? 'cancelled' : stopUnit(unit)
      }
      if (version === release.commit && health === 'healthy') return undefined
      say({ progress: { unit: unit.id, note: 'starting' } })
      return replaceUnit(unit, release)
    })
  },

  /** On record first: a unit that is started meanwhile looks there whether it may have traffic. */
  shift({ order: { region, zone, away }, token }) {
    const here = [...fleet, ...spares].filter((u) => u.region === region && u.zone === zone)
    const units = here.map(({ id }) => id)
    return change({ region, zone, units }, token, units.length, async (unit) => {
      setShifted({ region, zone }, away)
      if (!away) return (await inspect(unit)).version === null ? undefined : restoreUnit(unit)
      await drainUnit(unit, cancelled.signal)
      if (!cancelled.signal.aborted) return undefined
      setShifted({ region, zone }, false)
      await restoreUnit(unit)
      return 'cancelled; the zone has its traffic again'
    })
  },
}

const sparesOf = ({ region, zone }) =>
  spares.filter((unit) => unit.region === region && unit.zone === zone)

/** Changes units, at most `atOnce` at a time; `act` answers undefined, or why it could not. */
async function change({ region, zone, units: ids }, token, atOnce, act) {
  if (!(await admit(region, token)))
    return { outcome: { kind: 'stale-token', newest: await newestToken(region) } }
  const wanted = ids.map((id) => [...fleet, ...spares].find((unit) => unit.id === id))
  const stranger = ids.find((_, at) => wanted[at]?.region !== region || wanted[at]?.zone !== zone)
  if (stranger !== undefined) return { outcome: failed(stranger, 'there is no such unit there') }
  if (atOnce < 1 && ids.length > 0)
    return { outcome: { kind: 'refused', reason: 'no unit may be out' } }
  for (let next = 0; next < wanted.length; next += atOnce) {
    if (cancelled.signal.aborted) return { outcome: failed(null, 'cancelled') }
    const group = wanted.slice(next, next + atOnce)
    const reasons = await Promise.all(group.map(act))
    const bad = reasons.findIndex((reason) => reason !== undefined)
    if (bad >= 0) return { outcome: failed(group[bad].id, reasons[bad]) }
  }
  return { outcome: { kind: 'applied' } }
}

say(await commands[command](asked))
