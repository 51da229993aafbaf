import { type VNode, h } from 'preact'
import { useState } from 'preact/hooks'
import { html } from '../html.ts'
import { addressOf } from '../route.ts'
import { say, sayWord } from '../text/say.ts'
import { csvOf, saveAs } from './csv.ts'
import type { TrendData } from './trend-data.ts'
import { type Span, type TrendView, formatView, moved, zoomed } from './trend-view.ts'

const RANGES = [
  ['15m', 900_000],
  ['1h', 3_600_000],
  ['6h', 21_600_000],
  ['1d', 86_400_000],
  ['7d', 604_800_000],
  ['30d', 2_592_000_000],
  ['1y', 31_536_000_000],
] as const

export interface RangeBarOf {
  readonly view: TrendView
  readonly data: TrendData | undefined
  readonly onView: (view: TrendView) => void
  readonly onSpan: (span: Span) => void
}

/** How long, when, and what to take along. */
export function rangeBar({ view, data, onView, onSpan }: RangeBarOf): VNode {
  const { range } = view
  const span = data?.span
  const middleMs = span === undefined ? 0 : (span.fromMs + span.toMs) / 2
  const change = (next: (from: Span) => Span) => () => span !== undefined && onSpan(next(span))
  return html`<div class="range-bar" role="group" aria-label=${say('trends.range')}>
    ${RANGES.map(
      ([name, spanMs]) =>
        html`<button
          type="button"
          aria-pressed=${range.kind === 'follow' && range.spanMs === spanMs}
          onClick=${() => onView({ ...view, range: { kind: 'follow', spanMs } })}
        >
          ${sayWord('range', name)}
        </button>`,
    )}
    <span class="apart"></span>
    ${step(
      'trends.back',
      '◀',
      change((from) => moved(from, -0.5)),
    )}
    ${step(
      'trends.forward',
      '▶',
      change((from) => moved(from, 0.5)),
    )}
    ${step(
      'trends.zoomIn',
      '+',
      change((from) => zoomed(from, 0.5, middleMs)),
    )}
    ${step(
      'trends.zoomOut',
      '−',
      change((from) => zoomed(from, 2, middleMs)),
    )}
    <span class="apart"></span>
    <button type="button" disabled=${data === undefined} onClick=${() => data && exportCsv(data)}>
      ${say('trends.export')}
    </button>
    ${h(CopyLink, { view, span })}
  </div>`
}

function step(key: Parameters<typeof say>[0], sign: string, onClick: () => void): VNode {
  return html`<button type="button" aria-label=${say(key)} title=${say(key)} onClick=${onClick}>
    ${sign}
  </button>`
}

function exportCsv(data: TrendData): void {
  const stamp = new Date(data.span.fromMs).toISOString().slice(0, 19).replaceAll(':', '')
  saveAs(`trend-${stamp}.csv`, { type: 'text/csv', text: csvOf(data) })
}

/**
 * A link to what is shown now, also where the page follows the time. A clipboard is given to pages of HTTPS and of this machine
 * only; elsewhere the address line has the link.
 */
function CopyLink({
  view,
  span,
}: Pick<RangeBarOf, 'view'> & { span: Span | undefined }): VNode | null {
  const [isDone, setDone] = useState(false)
  const { clipboard } = navigator as { readonly clipboard?: Clipboard }
  if (clipboard === undefined) return null
  const copy = async (): Promise<void> => {
    const range = span === undefined ? view.range : ({ kind: 'fixed', ...span } as const)
    const address = addressOf('trends', formatView({ ...view, range }))
    await clipboard.writeText(new URL(address, location.href).href)
    setDone(true)
    setTimeout(() => setDone(false), 2000)
  }
  return html`<button type="button" onClick=${() => void copy().catch(() => {})}>
    <span aria-live="polite">${say(isDone ? 'trends.copied' : 'trends.copy')}</span>
  </button>`
}
