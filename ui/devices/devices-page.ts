import { type VNode, h } from 'preact'
import { useMemo, useState } from 'preact/hooks'
import type { AuditEntry, Ledger, Reading, Session } from '../edge/answers.ts'
import { useAsked, usePoll } from '../edge/poll.ts'
import { ask, edgeNowMs } from '../edge/request.ts'
import type { SiteInfo } from '../edge/site-info.ts'
import { searchField, selectField } from '../element/field.ts'
import { panel, shown } from '../element/notice.ts'
import { table } from '../element/table.ts'
import { dateTime, fixed } from '../format.ts'
import { html } from '../html.ts'
import { showAs } from '../route.ts'
import { say } from '../text/say.ts'
import { AdoptionDialog, siteLines } from './adoption.ts'
import { FaultList } from './fault-list.ts'
import { type DeviceRow, deviceStates, rowsOf } from './device-rows.ts'
import { type DeviceTableOf, deviceTable } from './device-table.ts'

const SITE_PATH = '/api/v1/site'
const SITE_MS = 10_000
const LEDGER_MS = 5000
const LATEST_MS = 10_000
const AUDIT_MS = 10_000
const PAGE = 200

/** Who sends, who has fallen silent, who is not known, and what was refused of whom. */
export function DevicesPage({ query }: { readonly query: URLSearchParams }): VNode {
  const { value: site, again } = useAsked<SiteInfo>(SITE_PATH, SITE_MS, (signal) =>
    ask<SiteInfo>(SITE_PATH, signal),
  )
  const ledger = usePoll<Ledger>('/api/v1/ledger', LEDGER_MS)
  const latest = usePoll<{ readonly readings: readonly Reading[] }>('/api/v1/latest', LATEST_MS)
  const sessions = usePoll<{ readonly sessions: readonly Session[] }>('/api/v1/sessions', LEDGER_MS)
  const rows = useMemo(
    () =>
      rowsOf({
        devices: site?.devices ?? [],
        accounts: ledger.value?.devices ?? [],
        readings: latest.value?.readings ?? [],
        sessions: sessions.value?.sessions ?? [],
        nowMs: edgeNowMs(),
      }),
    [site, ledger.value, latest.value, sessions.value],
  )
  const [adopting, setAdopting] = useState('')
  const device = query.get('device') ?? ''
  const showFaults = (id: string): void =>
    showAs('devices', { ...Object.fromEntries(query), device: id })
  return html`<div class="devices">
    ${shown(ledger, () => h(DeviceList, { rows, query, adopt: setAdopting, showFaults }))}
    ${siteLines(site?.devices ?? [])} ${h(FaultList, { device })} ${h(CommandList, {})}
    ${
      adopting === ''
        ? ''
        : h(AdoptionDialog, {
            device: adopting,
            site,
            onDone: again,
            onClose: () => setAdopting(''),
          })
    }
  </div>`
}

function DeviceList({
  rows,
  query,
  ...actions
}: DeviceTableOf & {
  readonly rows: readonly DeviceRow[]
  readonly query: URLSearchParams
}): VNode {
  const [limit, setLimit] = useState(PAGE)
  const { state = '', text = '', device = '' } = Object.fromEntries(query)
  const filter = (change: Readonly<Record<string, string>>): void =>
    showAs('devices', { state, text, device, ...change })
  const found = rows.filter(
    (row) =>
      (state === '' || row.state === state || (state === 'refused' && row.refused > 0)) &&
      `${row.id} ${row.where}`.toLowerCase().includes(text.toLowerCase()),
  )
  const counted = (each: string): number =>
    rows.filter((row) => row.state === each || (each === 'refused' && row.refused > 0)).length
  return html`<div>
    <div class="filters" role="search">
      ${selectField(say('column.state'), {
        value: state,
        choices: [
          { value: '', text: `${say('common.all')} (${rows.length})` },
          ...[...deviceStates, 'refused' as const].map((each) => ({
            value: each,
            text: `${say(`devices.${each}`)} (${counted(each)})`,
          })),
        ],
        onChoose: (value) => filter({ state: value }),
      })}
      ${searchField(say('common.search'), { value: text, onType: (value) => filter({ text: value }) })}
    </div>
    ${counted('quarantined') > 0 ? html`<p class="notes">${say('devices.adopt')}</p>` : ''}
    ${deviceTable(found.slice(0, limit), actions)}
    <p class="notes">
      ${say('common.shown', { shown: Math.min(limit, found.length), all: found.length })}${' '}
      <button type="button" hidden=${found.length <= limit} onClick=${() => setLimit(limit + PAGE)}>
        ${say('common.more', { count: Math.min(PAGE, found.length - limit) })}
      </button>
    </p>
  </div>`
}

function CommandList(): VNode {
  const known = usePoll<{ readonly audit: readonly AuditEntry[] }>(
    '/api/v1/audit?limit=50',
    AUDIT_MS,
  )
  return panel(
    say('devices.commands'),
    shown(known, ({ audit }) =>
      table({
        caption: say('devices.commands'),
        rows: audit,
        keyOf: ({ time, outcome, device }) => `${time} ${outcome} ${device}`,
        empty: say('devices.noCommands'),
        columns: [
          { title: say('column.time'), cell: ({ time }) => dateTime(time) },
          { title: say('column.who'), cell: ({ who }) => who },
          { title: say('column.device'), cell: ({ device }) => device },
          { title: say('devices.command'), cell: ({ command }) => command },
          { title: say('devices.outcome'), cell: ({ outcome }) => outcome },
          { title: say('column.detail'), isLong: true, cell: ({ detail }) => detail },
          {
            title: say('column.duration'),
            isNumber: true,
            cell: ({ durationMs }) =>
              durationMs === null ? '' : `${fixed(durationMs, 0)}\u202fms`,
          },
        ],
      }),
    ),
  )
}
