import type { Adoption } from '../api/changes/changes-view.ts'
import { GridError } from '../core/errors.ts'
import type { AdoptedDevice } from './access/device-store.ts'
import { isDeviceName } from './ingest.ts'
import { type DeviceKind, deviceKinds } from './site/device-kinds.ts'
import type { Device, Site } from './site/site.ts'

/** The site with the devices that were adopted; what the file says of one holds. */
export function withAdopted(site: Site, adopted: readonly AdoptedDevice[]): Site {
  const known = new Set(site.devices.map(({ id }) => id))
  const feeders = new Set(site.feeders.map(({ id }) => id))
  const more = adopted.filter(({ id }) => !known.has(id))
  // A feeder may have left the file since.
  const placed = more.map(({ id, kind, feeder }): Device => {
    return feeder !== undefined && feeders.has(feeder) ? { id, kind, feeder } : { id, kind }
  })
  return more.length === 0 ? site : { ...site, devices: [...site.devices, ...placed] }
}

/** @throws GridError `input` for a kind or feeder that there is not, `conflict` for a device of the file. */
export function checkAdoption(
  { device, kind, feeder }: Adoption,
  file: Pick<Site, 'devices' | 'feeders'>,
): { readonly kind: DeviceKind } {
  if (!isDeviceName(device)) {
    throw new GridError('input', `device ${device.slice(0, 100)}: no name that a device may have`)
  }
  const known = deviceKinds.find((each) => each === kind)
  if (known === undefined) {
    throw new GridError('input', `kind ${kind}: no such kind`, {
      hint: `Known are ${deviceKinds.join(', ')}.`,
    })
  }
  if (feeder !== undefined && !file.feeders.some(({ id }) => id === feeder)) {
    throw new GridError('input', `feeder ${feeder}: the site file has none of that name`)
  }
  if (file.devices.some(({ id }) => id === device)) {
    throw new GridError('conflict', `device ${device} is in the site file already`)
  }
  return { kind: known }
}

/** What would stand in the site file under `devices`. */
export function siteFileLine({ id, kind, feeder }: AdoptedDevice): string {
  return `- { id: '${id}', kind: ${kind}${feeder === undefined ? '' : `, feeder: '${feeder}'`} }`
}
