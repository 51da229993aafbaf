import type { VNode } from 'preact'
import { useState } from 'preact/hooks'
import { type Reply, ask, edgeNowMs } from '../edge/request.ts'
import { textIn } from '../element/field.ts'
import { problemText } from '../element/notice.ts'
import { table } from '../element/table.ts'
import { countText } from '../format.ts'
import { html } from '../html.ts'
import { say } from '../text/say.ts'
import { saveAs } from '../trends/csv.ts'

interface Line {
  readonly destination: string
  readonly channel: string
  readonly class: string
  readonly records: number
}

interface SignedCertificate {
  readonly certificate: {
    readonly month: string
    readonly left: readonly Line[]
    readonly stayed: readonly Line[]
  }
}

/** A month's certificate, shown and saved as the edge has signed it. */
export function CertificateForm(): VNode {
  const [month, setMonth] = useState(new Date(edgeNowMs()).toISOString().slice(0, 7))
  const [reply, setReply] = useState<Reply<SignedCertificate> | undefined>(undefined)
  const make = async (event: Event): Promise<void> => {
    event.preventDefault()
    setReply(await ask<SignedCertificate>(`/api/v1/policy/certificate?month=${month}`))
  }
  return html`<div>
    <form class="filters" onSubmit=${(event: Event) => void make(event)}>
      <label class="field">
        <span>${say('residency.month')}</span>
        <input
          required
          pattern="[0-9]{4}-[0-9]{2}"
          value=${month}
          onInput=${(event: Event) => setMonth(textIn(event))}
        />
      </label>
      <button type="submit">${say('residency.make')}</button>
    </form>
    ${reply === undefined ? '' : reply.kind === 'problem' ? problemText(reply.problem) : lines(reply.value)}
  </div>`
}

function lines(signed: SignedCertificate): VNode {
  const { month, left, stayed } = signed.certificate
  const rows = [
    ...left.map((line) => ({ ...line, decision: say('residency.leaves') })),
    ...stayed.map((line) => ({ ...line, decision: say('residency.stays') })),
  ]
  const save = (): void =>
    saveAs(`certificate-${month}.json`, {
      type: 'application/json',
      text: `${JSON.stringify(signed)}\n`,
    })
  return html`<div>
    ${table({
      caption: say('residency.certificate'),
      rows,
      keyOf: (line) => [line.decision, line.class, line.destination, line.channel].join(' '),
      empty: say('common.none'),
      columns: [
        { title: say('residency.decision'), cell: ({ decision }) => decision },
        { title: say('residency.class'), cell: (line) => line.class },
        {
          title: say('residency.destination'),
          cell: ({ destination, channel }) => `${destination} / ${channel}`,
        },
        {
          title: say('residency.records'),
          isNumber: true,
          cell: ({ records }) => countText(records),
        },
      ],
    })}
    <p class="actions"><button type="button" onClick=${save}>${say('residency.save')}</button></p>
  </div>`
}
