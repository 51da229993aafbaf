import { type VNode, h } from 'preact'
import { useState } from 'preact/hooks'
import { type Reply, tell } from '../edge/request.ts'
import { DeedDialog } from '../element/deed-dialog.ts'
import { html } from '../html.ts'
import { say } from '../text/say.ts'

interface Module {
  readonly name: string
  readonly version: string
}

/** Sends a signed package; the edge checks and rehearses it before it takes it. */
export function Deployment({ onDone }: { readonly onDone: () => void }): VNode {
  const [isOpen, setOpen] = useState(false)
  const [taken, setTaken] = useState<Module | undefined>(undefined)
  return html`<p class="actions">
    <button type="button" onClick=${() => setOpen(true)}>${say('processors.deploy')}</button>
    <span role="status"
      >${taken === undefined ? '' : say('processors.deployed', { ...taken })}</span
    >
    ${
      isOpen
        ? h(DeedDialog<Module>, {
            title: say('processors.deploy'),
            verb: say('processors.send'),
            content: html`<label class="field">
              <span>${say('processors.file')}</span>
              <input type="file" name="package" accept=".json,application/json" required />
            </label>`,
            send: deploy,
            onDone: (module) => {
              setTaken(module)
              onDone()
            },
            onClose: () => setOpen(false),
          })
        : ''
    }
  </p>`
}

async function deploy(form: FormData, who: string): Promise<Reply<Module>> {
  const file = form.get('package')
  const text = file instanceof File ? await file.text() : ''
  return tell<Module>('/api/v1/processors', { who, package: text })
}

/** Gives its place back to the version before. */
export function RollBack({
  name,
  onDone,
  onClose,
}: {
  readonly name: string
  readonly onDone: () => void
  readonly onClose: () => void
}): VNode {
  const dialog = h(DeedDialog<Module>, {
    title: say('processors.rollBackTitle', { name }),
    verb: say('processors.rollBack'),
    content: html`<p class="notes">${say('processors.rollBackText')}</p>`,
    send: (_form, who) =>
      tell<Module>(`/api/v1/processors/${encodeURIComponent(name)}/roll-back`, { who }),
    onDone,
    onClose,
  })
  return html`<div>${dialog}</div>`
}
