import type { VNode } from 'preact'
import type { Known } from '../edge/poll.ts'
import type { Problem } from '../edge/request.ts'
import { html } from '../html.ts'
import { say } from '../text/say.ts'

/** What is shown of something that is asked for: the thing itself, that it is on its way, or why it is not there. */
export function shown<T>({ value, problem }: Known<T>, show: (value: T) => unknown): unknown {
  if (value !== undefined) return [problem === undefined ? '' : problemText(problem), show(value)]
  if (problem !== undefined) return problemText(problem)
  return html`<p class="empty">${say('common.waiting')}</p>`
}

export function problemText({ status, detail, hint }: Problem): VNode {
  const what = status === 0 ? say('problem.silent') : detail || say('problem.status', { status })
  return html`<p class="problem" role="status">${what} ${hint}</p>`
}

/** A coloured word. The word itself says what the colour says. */
export function badge(text: string, tone: 'plain' | 'good' | 'near' | 'beyond' | 'bad'): VNode {
  return html`<span class=${`badge ${tone}`}>${text}</span>`
}

export function panel(title: string, content: unknown, name = ''): VNode {
  return html`<section class=${`panel ${name}`}>
    <h2>${title}</h2>
    ${content}
  </section>`
}
