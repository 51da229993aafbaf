import { type VNode, h } from 'preact'
import { useState } from 'preact/hooks'
import { useAsked } from '../../edge/poll.ts'
import { type Problem, ask, edgeNowMs, tell } from '../../edge/request.ts'
import { searchField } from '../../element/field.ts'
import { badge, problemText, shown } from '../../element/notice.ts'
import { dateTime } from '../../format.ts'
import { html } from '../../html.ts'
import { may } from '../../login/session.ts'
import { say } from '../../text/say.ts'
import type { Certificate } from '../answers.ts'
import { LongTable } from '../element/long-table.ts'
import type { Order, SortedColumn } from '../element/order.ts'
import { siteLink } from '../element/site-link.ts'
import { digestText, endOf } from '../site/report-figures.ts'
import { EnrolDialog } from './enrol-dialog.ts'

const CERTIFICATES = '/api/v1/fleet/certificates'
const CERTIFICATES_MS = 10_000

type Revoke = (certificate: Certificate) => void

/** By what sites are known, until when; engineers let machines in and shut them out. */
export function CertificatesPage(): VNode {
  const known = useAsked<{ readonly certificates: readonly Certificate[] }>(
    CERTIFICATES,
    CERTIFICATES_MS,
    (signal) => ask(CERTIFICATES, signal),
  )
  const [isEnrolling, setEnrolling] = useState(false)
  const [problem, setProblem] = useState<Problem | undefined>(undefined)
  const revoke = async ({ serial, site }: Certificate): Promise<void> => {
    if (!confirm(say('certificate.revokeAsk', { site }))) return
    const reply = await tell('/api/v1/fleet/revocations', { serial })
    setProblem(reply.kind === 'problem' ? reply.problem : undefined)
    known.again()
  }
  return html`<div class="certificates">
    ${problem === undefined ? '' : html`<div role="alert">${problemText(problem)}</div>`}
    ${
      may('engineer') && known.value !== undefined
        ? html`<p class="actions">
            <button type="button" class="primary" onClick=${() => setEnrolling(true)}>
              ${say('certificate.enrol')}
            </button>
          </p>`
        : ''
    }
    ${shown(known, ({ certificates }) =>
      h(List, { certificates, revoke: (each) => void revoke(each) }),
    )}
    ${isEnrolling ? h(EnrolDialog, { onClose: () => setEnrolling(false) }) : ''}
  </div>`
}

function List({
  certificates,
  revoke,
}: {
  readonly certificates: readonly Certificate[]
  readonly revoke: Revoke
}): VNode {
  const [text, setText] = useState('')
  const [order, setOrder] = useState<Order>({ column: 'end', isFalling: false })
  const found = certificates.filter(
    ({ site, serial }) => site.includes(text.trim()) || serial.startsWith(text.trim()),
  )
  return html`<div>
    <div class="filters">
      ${searchField(say('common.search'), { value: text, onType: setText })}
    </div>
    ${h(LongTable<Certificate>, {
      caption: say('page.certificates'),
      rows: found,
      columns: columnsOf(revoke),
      keyOf: ({ serial }) => serial,
      empty: say('certificate.none'),
      order,
      onOrder: setOrder,
    })}
  </div>`
}

function columnsOf(revoke: Revoke): readonly SortedColumn<Certificate>[] {
  const time = (name: 'issuedAt' | 'endsAt', title: string): SortedColumn<Certificate> => ({
    name,
    title,
    value: (row) => row[name],
    cell: (row) =>
      name === 'endsAt' && row.revokedAt === null ? endOf(row[name]) : dateTime(row[name]),
  })
  return [
    {
      name: 'site',
      title: say('column.site'),
      value: ({ site }) => site,
      cell: ({ site }) => siteLink(site),
    },
    {
      name: 'state',
      title: say('column.state'),
      value: stateWord,
      cell: (row) => badge(stateWord(row), row.revokedAt === null ? 'good' : 'beyond'),
    },
    time('issuedAt', say('certificate.issued')),
    { ...time('endsAt', say('column.end')), name: 'end' },
    {
      name: 'serial',
      title: say('certificate.serial'),
      value: ({ serial }) => serial,
      cell: ({ serial }) => digestText(serial),
    },
    {
      name: 'reason',
      title: say('column.detail'),
      cell: ({ revokedAt, reason }) =>
        revokedAt === null ? '' : `${dateTime(revokedAt)} ${reason}`,
    },
    ...(may('engineer')
      ? [
          {
            name: 'action',
            title: say('column.action'),
            cell: (row: Certificate) => button(row, revoke),
          },
        ]
      : []),
  ]
}

function stateWord({ revokedAt, endsAt }: Certificate): string {
  if (revokedAt !== null) return say('certificate.revoked')
  return say(Date.parse(endsAt) < edgeNowMs() ? 'certificate.over' : 'certificate.good')
}

function button(row: Certificate, revoke: Revoke): VNode | string {
  if (row.revokedAt !== null) return ''
  return html`<button
    type="button"
    aria-label=${say('certificate.revokeOf', { site: row.site, serial: row.serial.slice(0, 8) })}
    onClick=${() => revoke(row)}
  >
    ${say('certificate.revoke')}
  </button>`
}
