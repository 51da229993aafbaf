import type { Event, Feeder, Loss, ReferenceSettings } from './reference-model.ts'

/** So many of a feeder's devices are without supply, on all its phases, that it is the feeder. */
export function isNearlyAll(feeder: Feeder, event: Event, settings: ReferenceSettings): boolean {
  const own = feeder.devices.filter((one) => !one.isHead && one.known.size > 0)
  const dark = event.losses.filter((loss) => loss.end === undefined && !loss.isInferred)
  const phases = new Set(own.flatMap((one) => [...one.known]))
  return (
    dark.length >= settings.membersMin &&
    phases.isSubsetOf(event.phases) &&
    dark.length * 100 >= settings.feederPercent * own.length
  )
}

/** Of the devices that have said nothing since the feeder lost its supply. */
export function silentLosses(feeder: Feeder, event: Event): Loss[] {
  const silent = feeder.devices.filter((device) => {
    const isKnown =
      device.alone !== undefined ||
      feeder.waiting.some((loss) => loss.device === device) ||
      event.losses.some((loss) => loss.device === device && loss.end === undefined)
    return !device.isHead && !isKnown && device.newest <= event.start
  })
  return silent.map((device) => {
    const phases = new Set<string>()
    const { start } = event
    return { device, start, end: undefined, isInferred: true, deadline: 0, phases }
  })
}
