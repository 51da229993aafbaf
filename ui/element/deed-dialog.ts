import type { VNode } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import type { Problem, Reply } from '../edge/request.ts'
import { html } from '../html.ts'
import { choose } from '../settings.ts'
import { say } from '../text/say.ts'
import { problemText } from './notice.ts'
import { whoField } from './who-field.ts'

export interface DeedOf<Done> {
  readonly title: string
  /** What the button says that does it. */
  readonly verb: string
  /** Nobody is asked who it is: the server goes by the login alone. */
  readonly isLoginEnough?: true
  /** What else is asked, and told. */
  readonly content?: unknown
  /** Sends what the form says; `who` is among it. */
  readonly send: (form: FormData, who: string) => Promise<Reply<Done>>
  readonly onDone: (done: Done) => void
  readonly onClose: () => void
}

/** Asks who does something, and stays until the edge has done it or says why not. */
export function DeedDialog<Done>(of: DeedOf<Done>): VNode {
  const { title, verb, content = '', isLoginEnough, send, onDone, onClose } = of
  const dialog = useRef<HTMLDialogElement>(null)
  const [problem, setProblem] = useState<Problem | undefined>(undefined)
  const [isBusy, setBusy] = useState(false)
  useEffect(() => dialog.current?.showModal(), [])
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault()
    if (isBusy || !(event.currentTarget instanceof HTMLFormElement)) return
    const form = new FormData(event.currentTarget)
    const given = form.get('who')
    const who = typeof given === 'string' ? given.trim() : ''
    if (isLoginEnough !== true) choose({ operator: who })
    setBusy(true)
    const reply = await send(form, who)
    setBusy(false)
    if (reply.kind === 'problem') return setProblem(reply.problem)
    onDone(reply.value)
    dialog.current?.close()
  }
  return html`<dialog ref=${dialog} aria-labelledby="deed-title" onClose=${onClose}>
    <form onSubmit=${(event: SubmitEvent) => void submit(event)}>
      <h2 id="deed-title">${title}</h2>
      <div class="fields">${isLoginEnough === true ? '' : whoField()} ${content}</div>
      ${problem === undefined ? '' : problemText(problem)}
      <p class="actions">
        <button type="submit" class="primary" disabled=${isBusy}>${verb}</button>
        <button type="button" onClick=${() => dialog.current?.close()}>
          ${say('common.cancel')}
        </button>
      </p>
    </form>
  </dialog>`
}
