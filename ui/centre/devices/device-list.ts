import { type VNode } from 'preact'
import { badge, shown } from '../../element/notice.ts'
import { table } from '../../element/table.ts'
import { dateTime } from '../../format.ts'
import { html } from '../../html.ts'
import { say, sayWord } from '../../text/say.ts'
import type { Device } from '../answers.ts'
import { usePages } from '../element/pages.ts'
import { siteLink } from '../element/site-link.ts'

const DEVICES_MS = 10_000
const TONES = { known: 'good', silent: 'near', quarantined: 'bad' } as const

interface Devices {
  readonly devices: readonly Device[]
  readonly next: string | null
}

export interface DeviceListOf {
  readonly site: string
  readonly search: string
  readonly state: string
}

/** Devices that fit, a page at a time: there may be a million. */
export function DeviceList(asked: DeviceListOf): VNode {
  const given = Object.entries(asked).filter(([, value]) => value.trim() !== '')
  const words = new URLSearchParams(given.map(([name, value]) => [name, value.trim()]))
  const { known, turner } = usePages<Devices>(`/api/v1/devices?${words}`, DEVICES_MS)
  return html`<div>${shown(known, ({ devices }) => deviceTable(devices))} ${turner}</div>`
}

function deviceTable(devices: readonly Device[]): VNode {
  return table<Device>({
    caption: say('page.devices'),
    rows: devices,
    keyOf: ({ site, id }) => `${site} ${id}`,
    empty: say('devices.none'),
    columns: [
      { title: say('column.device'), cell: ({ id }) => id },
      { title: say('column.site'), cell: ({ site }) => siteLink(site) },
      { title: say('column.kind'), cell: ({ kind }) => sayWord('kind', kind) },
      {
        title: say('column.where'),
        cell: ({ feeder, transformer, voltageLevel }) =>
          feeder ?? transformer ?? voltageLevel ?? '',
      },
      {
        title: say('column.state'),
        cell: ({ state }) => badge(sayWord('deviceState', state), TONES[state]),
      },
      {
        title: say('devices.lastReading'),
        cell: ({ lastHeard }) => (lastHeard === null ? say('devices.never') : dateTime(lastHeard)),
      },
    ],
  })
}
