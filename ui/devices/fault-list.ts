import type { VNode } from 'preact'
import type { Fault } from '../edge/answers.ts'
import { usePoll } from '../edge/poll.ts'
import { panel, shown } from '../element/notice.ts'
import { table } from '../element/table.ts'
import { dateTime } from '../format.ts'
import { html } from '../html.ts'
import { say } from '../text/say.ts'

const FAULTS_MS = 5000
const FAULTS_LISTED = 50
const ROW_BYTES = 16

/** Payloads that were refused, with their first bytes: what a person needs to find out what a device sends. */
export function FaultList({ device }: { readonly device: string }): VNode {
  const ofOne = device === '' ? '' : `&device=${encodeURIComponent(device)}`
  const known = usePoll<{ readonly faults: readonly Fault[] }>(
    `/api/v1/faults?limit=${FAULTS_LISTED}${ofOne}`,
    FAULTS_MS,
  )
  const title = device === '' ? say('devices.faults') : say('devices.faultsOf', { device })
  return panel(
    title,
    shown(known, ({ faults }) =>
      table({
        caption: title,
        rows: faults,
        keyOf: ({ number }) => number,
        empty: say('devices.noFaults'),
        columns: [
          { title: say('column.time'), cell: ({ time }) => dateTime(time) },
          { title: say('column.device'), cell: (fault) => fault.device },
          {
            title: say('devices.why'),
            isLong: true,
            cell: ({ reason, complaint }) =>
              html`<span lang="en"><strong>${reason}</strong> ${complaint}</span>`,
          },
          { title: say('devices.bytes'), cell: dump },
        ],
      }),
    ),
    'faults',
  )
}

/** Sixteen bytes a line, in hexadecimal digits and as text. */
function dump({ bytes, isCut }: Fault): VNode {
  const rows: string[] = []
  for (let at = 0; at < bytes.length; at += 2 * ROW_BYTES) {
    const hex = bytes.slice(at, at + 2 * ROW_BYTES).match(/../g) ?? []
    rows.push(`${hex.join(' ').padEnd(3 * ROW_BYTES)} ${hex.map(printable).join('')}`)
  }
  const [first = ''] = rows
  return html`<details>
    <summary><code>${first}</code></summary>
    <pre>${rows.join('\n')}</pre>
    ${isCut ? html`<p class="notes">${say('devices.cut', { count: bytes.length / 2 })}</p>` : ''}
  </details>`
}

function printable(hex: string): string {
  const code = Number.parseInt(hex, 16)
  return code >= 0x20 && code < 0x7f ? String.fromCharCode(code) : '·'
}
