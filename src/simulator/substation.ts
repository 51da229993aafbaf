import { FEEDERS } from './grid.ts'

/** What stands in the substation and on its feeders. Counts from 0 where the name counts from 1. */
export type Device =
  | { readonly kind: 'monitor'; readonly id: string; readonly transformer: number }
  | { readonly kind: 'rtu'; readonly id: string; readonly feeder: number }
  | { readonly kind: 'powerQuality'; readonly id: string; readonly busbar: number }
  | { readonly kind: 'concentrator'; readonly id: string; readonly feeder: number }
  | { readonly kind: 'meter'; readonly id: string; readonly feeder: number; readonly place: number }

const STATION: readonly Device[] = [
  ...count(2, (transformer): Device => {
    return { kind: 'monitor', id: `t${transformer + 1}-monitor`, transformer }
  }),
  ...count(FEEDERS, (feeder): Device => ({ kind: 'rtu', id: `f${feeder + 1}-rtu`, feeder })),
  ...count(2, (busbar): Device => {
    return { kind: 'powerQuality', id: `busbar-${busbar + 1}-pq`, busbar }
  }),
  ...count(FEEDERS, (feeder): Device => {
    return { kind: 'concentrator', id: `f${feeder + 1}-concentrator`, feeder }
  }),
]

const METERS_PER_FEEDER = 999
export const DEVICES_MAX: number = STATION.length + FEEDERS * METERS_PER_FEEDER

/** The first `total` devices: those of the station itself, then meters, dealt out to the feeders in turn. */
export function substation(total: number): readonly Device[] {
  const meters = count(Math.max(0, total - STATION.length), (index): Device => {
    const feeder = index % FEEDERS
    const place = Math.floor(index / FEEDERS)
    return {
      kind: 'meter',
      id: `f${feeder + 1}-meter-${String(place + 1).padStart(3, '0')}`,
      feeder,
      place,
    }
  })
  return [...STATION, ...meters].slice(0, total)
}

function count<T>(length: number, make: (index: number) => T): T[] {
  return Array.from({ length }, (_, index) => make(index))
}
