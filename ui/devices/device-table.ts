import type { VNode } from 'preact'
import { badge } from '../element/notice.ts'
import { table } from '../element/table.ts'
import { countText, dateTime } from '../format.ts'
import { html } from '../html.ts'
import { may } from '../login/session.ts'
import { say, sayWord } from '../text/say.ts'
import type { DeviceRow } from './device-rows.ts'

const TONES = { live: 'good', silent: 'near', never: 'plain', quarantined: 'bad' } as const

export interface DeviceTableOf {
  readonly adopt: (device: string) => void
  readonly showFaults: (device: string) => void
}

export function deviceTable(
  rows: readonly DeviceRow[],
  { adopt, showFaults }: DeviceTableOf,
): VNode {
  return table({
    caption: say('devices.table'),
    rows,
    keyOf: ({ id }) => id,
    empty: say('devices.none'),
    columns: [
      { title: say('column.device'), cell: ({ id }) => html`<strong>${id}</strong>` },
      {
        title: say('column.state'),
        cell: (row) =>
          html`<span>
            ${badge(say(`devices.${row.state}`), TONES[row.state])}${' '}
            ${row.adoptedBy === undefined ? '' : say('devices.adopted', { who: row.adoptedBy })}
            ${adoptButton(row, adopt)}
          </span>`,
      },
      { title: 'MQTT', cell: ({ isConnected }) => (isConnected ? say('devices.connected') : '') },
      { title: say('column.kind'), cell: ({ kind }) => sayWord('kind', kind) },
      { title: say('column.where'), cell: ({ where }) => where },
      { title: say('devices.lastReading'), cell: ({ lastMs }) => dateTime(lastMs) },
      {
        title: say('devices.received'),
        isNumber: true,
        cell: ({ account }) => countText(account?.received),
      },
      {
        title: say('devices.stored'),
        isNumber: true,
        cell: ({ account }) => countText(account?.stored),
      },
      {
        title: say('devices.duplicates'),
        isNumber: true,
        cell: ({ account }) => countText(account?.duplicates),
      },
      {
        title: say('devices.refused'),
        isNumber: true,
        cell: (row) => refusedText(row, showFaults),
      },
    ],
  })
}

function adoptButton({ id, state }: DeviceRow, adopt: (device: string) => void): VNode | string {
  if (state !== 'quarantined' || !may('operator')) return ''
  return html`<button
    type="button"
    aria-label=${say('devices.adoptTitle', { id })}
    onClick=${() => adopt(id)}
  >
    ${say('devices.adoptVerb')}
  </button>`
}

function refusedText(
  { id, refused, account }: DeviceRow,
  showFaults: (device: string) => void,
): VNode | string {
  if (refused === 0) return countText(0)
  const reasons = Object.entries(account?.refused ?? {}).filter(([, count]) => count > 0)
  const text = reasons.map(([reason, count]) => `${reason} ${countText(count)}`).join(', ')
  return html`<button
    type="button"
    class="link beyond-text"
    aria-label=${`${say('devices.faultsOf', { device: id })}: ${text}`}
    onClick=${() => showFaults(id)}
  >
    ${text}
  </button>`
}
