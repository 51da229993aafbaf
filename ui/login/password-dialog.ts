import type { VNode } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { type Problem, tell } from '../edge/request.ts'
import { problemText } from '../element/notice.ts'
import { html } from '../html.ts'
import { say } from '../text/say.ts'

export interface PasswordDialogParts {
  readonly title: string
  /** Whose; undefined: one's own, for which the old one is asked. */
  readonly of: string | undefined
  readonly onClose: () => void
}

/** Another password. The edge says what is wrong with it; the dialog stays until it is taken. */
export function PasswordDialog({ title, of, onClose }: PasswordDialogParts): VNode {
  const dialog = useRef<HTMLDialogElement>(null)
  const [problem, setProblem] = useState<Problem | undefined>(undefined)
  useEffect(() => dialog.current?.showModal(), [])
  const send = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault()
    if (!(event.currentTarget instanceof HTMLFormElement)) return
    const words = Object.fromEntries(new FormData(event.currentTarget))
    if (words['new'] !== words['again'])
      return setProblem({ status: 400, detail: say('login.differ'), hint: '' })
    const reply =
      of === undefined
        ? await tell('/api/v1/me/password', { old: words['old'], new: words['new'] })
        : await tell(`/api/v1/users/${encodeURIComponent(of)}/password`, { password: words['new'] })
    if (reply.kind === 'problem') return setProblem(reply.problem)
    dialog.current?.close()
  }
  const field = (name: string, label: string, kind: string): VNode =>
    html`<label class="field">
      <span>${label}</span>
      <input name=${name} type="password" autocomplete=${kind} required maxlength="256" />
    </label>`
  return html`<dialog ref=${dialog} aria-labelledby="password-title" onClose=${onClose}>
    <form onSubmit=${(event: SubmitEvent) => void send(event)}>
      <h2 id="password-title">${title}</h2>
      <p class="notes">${say('login.rule')}</p>
      <div class="fields">
        ${of === undefined ? field('old', say('login.old'), 'current-password') : ''}
        ${field('new', say('login.new'), 'new-password')}
        ${field('again', say('login.again'), 'new-password')}
      </div>
      ${problem === undefined ? '' : html`<div role="alert">${problemText(problem)}</div>`}
      <p class="actions">
        <button type="submit" class="primary">${say('login.change')}</button>
        <button type="button" onClick=${() => dialog.current?.close()}>
          ${say('common.cancel')}
        </button>
      </p>
    </form>
  </dialog>`
}
