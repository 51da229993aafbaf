import { limits } from '../../core/limits.ts'
import type { LatestReadings } from '../../store/latest.ts'
import type { Names } from '../../store/names.ts'
import type { DeviceState, InventoryDevice } from '../../uplink/inventory.ts'
import { UNKNOWN_DEVICE } from '../ingest.ts'
import type { Site } from '../site/site.ts'

export interface DevicesParts {
  readonly site: Pick<Site, 'devices'>
  readonly names: Pick<Names, 'devicesTotal' | 'deviceNumbered'>
  readonly latest: Pick<LatestReadings, 'read'>
}

/** The devices of the site file, and those that were heard though they do not stand in it. */
export function devicesOf({ site, names, latest }: DevicesParts, nowUs: number): InventoryDevice[] {
  const heard = new Map<string, number>()
  for (let number = 0; number < names.devicesTotal; number++) {
    const device = names.deviceNumbered(number)
    if (device === undefined || device.name === UNKNOWN_DEVICE) continue
    let last = 0
    for (const point of device.points.values())
      last = Math.max(last, latest.read(point.number)?.time ?? 0)
    heard.set(device.name, last)
  }
  const known = site.devices.map((each): InventoryDevice => {
    const { id, kind, feeder = '', transformer = '', voltageLevel = '' } = each
    const last = heard.get(id) ?? 0
    heard.delete(id)
    const state: DeviceState = nowUs - last > limits.deviceSilentMs * 1000 ? 'silent' : 'known'
    const place = { feeder, transformer, voltageLevel }
    // Of who is heard all the time the moment says nothing, and would have the page sent again and again.
    return { id, kind, ...place, state, heard: state === 'known' ? 0 : last }
  })
  const strangers = [...heard].map(([id, last]): InventoryDevice => {
    const day = last - (last % DAY_US)
    return { id, ...NOWHERE, state: 'quarantined', heard: day }
  })
  return [...known, ...strangers]
}

const NOWHERE = { kind: 'unknown', feeder: '', transformer: '', voltageLevel: '' }
/** As exactly as it is known when a stranger was heard. */
const DAY_US = 86_400_000_000
