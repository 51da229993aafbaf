import { type VNode, h } from 'preact'
import { useState } from 'preact/hooks'
import { type Known, usePoll } from '../edge/poll.ts'
import { ask } from '../edge/request.ts'
import { badge, panel, problemText, shown } from '../element/notice.ts'
import { table } from '../element/table.ts'
import { countText, dateTime } from '../format.ts'
import { html } from '../html.ts'
import { say } from '../text/say.ts'
import { CertificateForm } from './certificate-form.ts'
import { type Decision, type Verification, totalsOf } from './decision.ts'

const DECISIONS_MS = 5000
/** The whole log is read for it. */
const VERIFY_MS = 60_000

/** What asked to leave the substation, what was decided and why, and that nobody has changed the log of it. */
export function ResidencyPage(): VNode {
  const decisions = usePoll<{ readonly decisions: readonly Decision[] }>(
    '/api/v1/policy/decisions?limit=500',
    DECISIONS_MS,
  )
  const verification = usePoll<Verification>('/api/v1/policy/verify', VERIFY_MS)
  if (decisions.problem?.status === 404) return html`<p class="empty">${say('residency.noLog')}</p>`
  return html`<div class="residency">
    <div class="columns">
      ${panel(say('residency.chain'), chain(verification))}
      ${panel(
        say('residency.summary'),
        shown(decisions, (value) => summary(value.decisions)),
      )}
      ${panel(say('residency.certificate'), h(CertificateForm, {}))}
    </div>
    ${panel(
      say('residency.decisions'),
      shown(decisions, (value) => h(DecisionTable, { decisions: value.decisions })),
    )}
  </div>`
}

function chain(known: Known<Verification>): unknown {
  return shown(known, ({ whole, rows, firstBad = 0, faults, key, head }) => [
    html`<p>
      ${
        whole
          ? badge(say('residency.whole', { rows }), 'good')
          : badge(say('residency.broken', { row: firstBad }), 'beyond')
      }
    </p>`,
    html`<ul class="problems" hidden=${faults.length === 0} lang="en">
      ${faults.map((fault) => html`<li>${fault}</li>`)}
    </ul>`,
    html`<dl class="figures long">
      <div>
        <dt>${say('residency.head')}</dt>
        <dd class="digest">${head === undefined ? '–' : `${head.number} ${head.hash}`}</dd>
      </div>
      <div>
        <dt>${say('residency.key')}</dt>
        <dd class="digest">${key}</dd>
      </div>
    </dl>`,
  ])
}

function summary(decisions: readonly Decision[]): VNode {
  return table({
    caption: say('residency.summary'),
    rows: totalsOf(decisions),
    keyOf: ({ key }) => key,
    empty: say('common.none'),
    columns: [
      { title: say('residency.class'), cell: ({ recordClass }) => recordClass },
      { title: say('residency.destination'), cell: ({ destination }) => destination },
      { title: say('residency.leaves'), isNumber: true, cell: ({ left }) => countText(left) },
      { title: say('residency.stays'), isNumber: true, cell: ({ stayed }) => countText(stayed) },
    ],
  })
}

function DecisionTable({ decisions }: { readonly decisions: readonly Decision[] }): VNode {
  const [explanation, setExplanation] = useState<{
    readonly row: number
    readonly text: VNode | string
  }>()
  const explain = async (row: number): Promise<void> => {
    const reply = await ask<unknown>(`/api/v1/policy/explain?row=${row}`)
    const text =
      reply.kind === 'done' ? JSON.stringify(reply.value, undefined, 2) : problemText(reply.problem)
    setExplanation({ row, text })
  }
  return html`<div>
    <section class="explanation" hidden=${explanation === undefined} aria-live="polite">
      <h3>${say('residency.explanation', { row: explanation?.row ?? 0 })}</h3>
      <pre>${explanation?.text ?? ''}</pre>
      <button type="button" onClick=${() => setExplanation(undefined)}>
        ${say('common.close')}
      </button>
    </section>
    ${table({
      caption: say('residency.decisions'),
      rows: decisions,
      keyOf: ({ number }) => number,
      empty: say('common.none'),
      columns: [
        { title: say('residency.row'), isNumber: true, cell: ({ number }) => number },
        { title: say('column.time'), cell: ({ last }) => dateTime(last) },
        {
          title: say('residency.class'),
          cell: ({ question }) => question?.record?.class ?? say('residency.note'),
        },
        { title: say('column.kind'), cell: ({ question }) => question?.record?.kind ?? '' },
        {
          title: say('residency.destination'),
          cell: ({ question }) =>
            [question?.destination, question?.channel].filter(Boolean).join(' / '),
        },
        {
          title: say('residency.records'),
          isNumber: true,
          cell: ({ records }) => countText(records),
        },
        { title: say('residency.decision'), isLong: true, cell: decisionOf },
        {
          title: say('column.detail'),
          isLong: true,
          cell: ({ reason }) => html`<span lang="en">${reason}</span>`,
        },
        {
          title: say('column.action'),
          cell: ({ number, question }) =>
            question === null
              ? ''
              : html`<button
                  type="button"
                  aria-label=${`${say('residency.explain')} ${number}`}
                  onClick=${() => void explain(number)}
                >
                  ${say('residency.explain')}
                </button>`,
        },
      ],
    })}
  </div>`
}

function decisionOf({ allow, redact, question }: Decision): VNode | string {
  if (question === null) return ''
  if (!allow) return badge(say('residency.stays'), 'good')
  const fields = redact.join(', ')
  const without = fields === '' ? '' : say('residency.removed', { fields })
  return html`<span>${badge(say('residency.leaves'), 'near')} ${without}</span>`
}
