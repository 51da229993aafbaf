import type { VNode } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { type Problem, ask, tell } from '../edge/request.ts'
import { problemText } from '../element/notice.ts'
import { html } from '../html.ts'
import { choose } from '../settings.ts'
import { say } from '../text/say.ts'
import { type Person, session } from './session.ts'

/** Asks the edge who looks; what it answers is in `session`. */
export async function askWho(): Promise<void> {
  const reply = await ask<Person>('/api/v1/me')
  if (reply.kind === 'done') enter(reply.value)
}

function enter(person: Person): void {
  // Whoever acts is named after the login, and not after what the browser kept.
  if (person.kind !== 'local') choose({ operator: person.name })
  session.set({ kind: 'in', person })
}

const AGAIN_MS = 3000

/** An edge that does not answer is asked again, until it says who looks or that nobody does. */
export function useWho(): void {
  useEffect(() => {
    void askWho()
    const timer = setInterval(() => {
      if (session.value.kind === 'asked') void askWho()
    }, AGAIN_MS)
    return () => clearInterval(timer)
  }, [])
}

/** In place of the page that was asked for, which comes once somebody is in. */
export function LoginPage(): VNode {
  const [problem, setProblem] = useState<Problem | undefined>(undefined)
  const [why, setWhy] = useState<Problem | undefined>(undefined)
  const name = useRef<HTMLInputElement>(null)
  useEffect(() => {
    name.current?.focus()
    // What to do where there is no user yet, the edge says itself.
    void ask<Person>('/api/v1/me').then((reply) => {
      if (reply.kind === 'problem') setWhy(reply.problem)
      else enter(reply.value)
    })
  }, [])
  const send = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault()
    if (!(event.currentTarget instanceof HTMLFormElement)) return
    const form = event.currentTarget
    const words = Object.fromEntries(new FormData(form))
    const reply = await tell<Person>('/api/v1/login', words)
    if (reply.kind === 'done') return enter(reply.value)
    setProblem(reply.problem)
    form.querySelector<HTMLInputElement>('[name=password]')?.select()
  }
  return html`<form class="panel login" onSubmit=${(event: SubmitEvent) => void send(event)}>
    <div class="fields">
      <label class="field">
        <span>${say('login.name')}</span>
        <input ref=${name} name="name" autocomplete="username" required maxlength="64" />
      </label>
      <label class="field">
        <span>${say('login.password')}</span>
        <input
          name="password"
          type="password"
          autocomplete="current-password"
          required
          maxlength="256"
        />
      </label>
    </div>
    ${problem === undefined ? '' : html`<div role="alert">${problemText(problem)}</div>`}
    ${
      problem === undefined && why !== undefined
        ? html`<p class="notes">${why.detail} ${why.hint}</p>`
        : ''
    }
    <p class="actions">
      <button type="submit" class="primary">${say('login.enter')}</button>
    </p>
  </form>`
}
