import { type VNode, h } from 'preact'
import { useState } from 'preact/hooks'
import { useAsked } from '../../edge/poll.ts'
import { ask } from '../../edge/request.ts'
import { shown } from '../../element/notice.ts'
import { table } from '../../element/table.ts'
import { dateTime } from '../../format.ts'
import { html } from '../../html.ts'
import { may } from '../../login/session.ts'
import { say, sayWord } from '../../text/say.ts'
import type { FleetSet } from '../answers.ts'
import { digestText } from '../site/report-figures.ts'
import { RolloutDialog } from './rollout-dialog.ts'
import { UploadDialog } from './upload-dialog.ts'

const SETS = '/api/v1/fleet/sets'
const SETS_MS = 10_000

type Doing = { readonly kind: 'upload' } | { readonly kind: 'rollout'; readonly set: FleetSet }

/** Signed sets; an engineer brings another one, or begins to roll one out. */
export function SetList(): VNode {
  const sets = useAsked<{ readonly sets: readonly FleetSet[] }>(SETS, SETS_MS, (signal) =>
    ask(SETS, signal),
  )
  const [doing, setDoing] = useState<Doing | undefined>(undefined)
  const close = (): void => {
    setDoing(undefined)
    sets.again()
  }
  return html`<div>
    ${
      may('engineer')
        ? html`<p class="actions">
            <button type="button" class="primary" onClick=${() => setDoing({ kind: 'upload' })}>
              ${say('fleet.upload')}
            </button>
          </p>`
        : ''
    }
    ${shown(sets, (value) => setTable(value.sets, (set) => setDoing({ kind: 'rollout', set })))}
    ${doing?.kind === 'upload' ? h(UploadDialog, { onClose: close }) : ''}
    ${doing?.kind === 'rollout' ? h(RolloutDialog, { set: doing.set, onClose: close }) : ''}
  </div>`
}

function setTable(sets: readonly FleetSet[], begin: (set: FleetSet) => void): VNode {
  return table<FleetSet>({
    caption: sayWord('fleet', 'sets'),
    rows: sets,
    keyOf: ({ digest }) => digest,
    empty: say('fleet.noSets'),
    columns: [
      { title: say('fleet.revision'), isNumber: true, cell: ({ revision }) => revision },
      { title: say('fleet.title'), cell: ({ title }) => title, isLong: true },
      { title: say('site.digest'), cell: ({ digest }) => digestText(digest) },
      { title: say('fleet.signer'), cell: ({ signer }) => digestText(signer) },
      { title: say('fleet.uploaded'), cell: ({ uploadedAt }) => dateTime(uploadedAt) },
      { title: say('column.who'), cell: ({ uploadedBy }) => uploadedBy },
      ...(may('engineer')
        ? [{ title: say('column.action'), cell: (set: FleetSet) => beginButton(set, begin) }]
        : []),
    ],
  })
}

function beginButton(set: FleetSet, begin: (set: FleetSet) => void): VNode {
  return html`<button type="button" onClick=${() => begin(set)}>
    ${say('fleet.begin', { revision: set.revision })}
  </button>`
}
