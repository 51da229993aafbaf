import type { VNode } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import type { Alarm } from '../edge/answers.ts'
import { type Problem, tell } from '../edge/request.ts'
import { problemText } from '../element/notice.ts'
import { whoField } from '../element/who-field.ts'
import { html } from '../html.ts'
import { choose } from '../settings.ts'
import { say, sayWord } from '../text/say.ts'

export interface Action {
  readonly kind: 'acknowledge' | 'shelve' | 'unshelve'
  readonly alarms: readonly Alarm[]
}

const SHELF_MINUTES = 60
const TEXT_MAX = 200

/** Asks who does it and why. The edge checks what is said; the dialog stays until the edge has taken it. */
export function ActionDialog({
  action,
  onClose,
}: {
  readonly action: Action
  readonly onClose: () => void
}): VNode {
  const dialog = useRef<HTMLDialogElement>(null)
  const [problem, setProblem] = useState<Problem | undefined>(undefined)
  const { kind, alarms } = action
  useEffect(() => dialog.current?.showModal(), [])
  const send = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault()
    if (!(event.currentTarget instanceof HTMLFormElement)) return
    const body = bodyOf(kind, new FormData(event.currentTarget))
    choose({ operator: body.who })
    for (const { id } of alarms) {
      const reply = await tell<Alarm>(`/api/v1/alarms/${id}/${kind}`, body)
      if (reply.kind === 'problem') return setProblem(reply.problem)
    }
    dialog.current?.close()
  }
  const [first] = alarms
  const name = first === undefined ? '' : sayWord('event', first.name)
  const title =
    alarms.length > 1
      ? say('alarms.acknowledgeSome', { count: alarms.length })
      : say('alarms.title', {
          action: say(`alarms.${kind}`),
          name,
          subject: first?.subject.id ?? '',
        })
  return html`<dialog ref=${dialog} aria-labelledby="action-title" onClose=${onClose}>
    <form onSubmit=${(event: SubmitEvent) => void send(event)}>
      <h2 id="action-title">${title}</h2>
      ${fieldsOf(kind)} ${problem === undefined ? '' : problemText(problem)}
      <p class="actions">
        <button type="submit" class="primary">${say(`alarms.${kind}`)}</button>
        <button type="button" onClick=${() => dialog.current?.close()}>
          ${say('common.cancel')}
        </button>
      </p>
    </form>
  </dialog>`
}

function fieldsOf(kind: Action['kind']): VNode {
  const who = whoField()
  const why = (name: 'comment' | 'reason'): VNode =>
    html`<label class="field">
      <span>${say(`alarms.${name}`)}</span>
      <input name=${name} required=${name === 'reason'} maxlength=${TEXT_MAX} />
    </label>`
  switch (kind) {
    case 'acknowledge':
      return html`<div class="fields">${who} ${why('comment')}</div>`
    case 'shelve':
      return html`<div class="fields">
        ${who} ${why('reason')}
        <label class="field">
          <span>${say('alarms.minutes')}</span>
          <input name="minutes" type="number" min="1" max="1440" value=${SHELF_MINUTES} required />
        </label>
      </div>`
    case 'unshelve':
      return html`<div class="fields">${who}</div>`
  }
}

function bodyOf(kind: Action['kind'], form: FormData): { readonly who: string } {
  const text = (name: string): string => {
    const value = form.get(name)
    return typeof value === 'string' ? value.trim() : ''
  }
  const who = text('who')
  switch (kind) {
    case 'acknowledge':
      return { who, ...(text('comment') === '' ? {} : { comment: text('comment') }) }
    case 'shelve':
      return shelf(who, text)
    case 'unshelve':
      return { who }
  }
}

function shelf(
  who: string,
  text: (name: string) => string,
): { readonly who: string; readonly reason: string; readonly minutes: number } {
  return { who, reason: text('reason'), minutes: Number(text('minutes')) }
}
