import { type VNode, h } from 'preact'
import { useState } from 'preact/hooks'
import { type Asked, useAsked } from '../edge/poll.ts'
import { type Problem, ask, tell } from '../edge/request.ts'
import { textIn } from '../element/field.ts'
import { badge, panel, problemText, shown } from '../element/notice.ts'
import { table } from '../element/table.ts'
import { dateTime } from '../format.ts'
import { html } from '../html.ts'
import { askWho } from '../login/login-page.ts'
import { PasswordDialog } from '../login/password-dialog.ts'
import { type Role, roles } from '../login/session.ts'
import { say, sayWord } from '../text/say.ts'

interface User {
  readonly name: string
  readonly role: Role
  readonly kind: 'person' | 'program'
  readonly changed: string
  readonly expires: string | null
  readonly locked: boolean
}

interface Act {
  readonly time: string
  readonly who: string
  readonly address: string
  readonly what: string
  readonly about: string
  readonly outcome: string
  readonly detail: string
}

const USERS = '/api/v1/users'
const AUDIT = `${USERS}/audit?limit=200`
const LOOK_MS = 10_000

/** Who may come in and for what, and what they did; for engineers. */
export function UsersPage(): VNode {
  const users = useAsked<{ readonly users: readonly User[] }>(USERS, LOOK_MS, (signal) =>
    ask(USERS, signal),
  )
  const audit = useAsked<{ readonly audit: readonly Act[]; readonly dropped: number }>(
    AUDIT,
    LOOK_MS,
    (signal) => ask(AUDIT, signal),
  )
  const again = (): void => {
    users.again()
    audit.again()
    void askWho()
  }
  return html`<div class="users">
    ${shown(users, (value) => h(UserList, { users: value.users, again }))}
    ${panel(say('users.add'), h(NewUser, { again }))}
    ${panel(
      say('users.audit'),
      shown(audit, (value) => [actTable(value.audit), droppedText(value.dropped)]),
    )}
  </div>`
}

type Again = Asked<unknown>['again']

function UserList({
  users,
  again,
}: {
  readonly users: readonly User[]
  readonly again: Again
}): VNode {
  const [problem, setProblem] = useState<Problem | undefined>(undefined)
  const [changing, setChanging] = useState<string | undefined>(undefined)
  const act = async (name: string, step: string, body: object): Promise<void> => {
    const reply = await tell(`${USERS}/${encodeURIComponent(name)}/${step}`, body)
    setProblem(reply.kind === 'problem' ? reply.problem : undefined)
    again()
  }
  const remove = (name: string): void => {
    if (confirm(say('users.removeAsk', { name }))) void act(name, 'remove', {})
  }
  return html`<div>
    ${problem === undefined ? '' : html`<div role="alert">${problemText(problem)}</div>`}
    ${userTable(users, { act, remove, change: setChanging })}
    ${
      changing === undefined
        ? ''
        : h(PasswordDialog, {
            title: say('users.passwordOf', { name: changing }),
            of: changing,
            onClose: () => {
              setChanging(undefined)
              again()
            },
          })
    }
  </div>`
}

interface Steps {
  readonly act: (name: string, step: string, body: object) => Promise<void>
  readonly remove: (name: string) => void
  readonly change: (name: string) => void
}

function userTable(users: readonly User[], steps: Steps): VNode {
  return table<User>({
    caption: say('page.users'),
    rows: users,
    keyOf: ({ name }) => name,
    empty: say('users.none'),
    columns: [
      { title: say('column.name'), cell: ({ name }) => name },
      { title: say('column.kind'), cell: ({ kind }) => sayWord('userKind', kind) },
      { title: say('users.role'), cell: (user) => roleChoice(user, steps) },
      { title: say('users.since'), cell: ({ changed }) => dateTime(changed) },
      {
        title: say('column.end'),
        cell: ({ expires }) => (expires === null ? '' : dateTime(expires)),
      },
      {
        title: say('column.state'),
        cell: ({ locked }) => (locked ? badge(say('users.locked'), 'bad') : ''),
      },
      { title: say('column.action'), cell: (user) => actionsOf(user, steps) },
    ],
  })
}

function roleChoice({ name, role }: User, { act }: Steps): VNode {
  return html`<select
    aria-label=${say('users.roleOf', { name })}
    onChange=${(event: Event) => void act(name, 'role', { role: textIn(event) })}
  >
    ${roles.map(
      (each) =>
        html`<option value=${each} selected=${each === role}>${sayWord('role', each)}</option>`,
    )}
  </select>`
}

function actionsOf({ name, kind, locked }: User, { act, remove, change }: Steps): VNode {
  return html`<span class="buttons">
    ${
      kind === 'person'
        ? html`<button type="button" onClick=${() => change(name)}>
            ${say('users.passwordOf', { name })}
          </button>`
        : ''
    }
    ${
      locked
        ? html`<button type="button" onClick=${() => void act(name, 'unlock', {})}>
            ${say('users.unlock', { name })}
          </button>`
        : ''
    }
    <button type="button" onClick=${() => remove(name)}>${say('users.remove', { name })}</button>
  </span>`
}

function NewUser({ again }: { readonly again: Again }): VNode {
  const [problem, setProblem] = useState<Problem | undefined>(undefined)
  const send = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault()
    if (!(event.currentTarget instanceof HTMLFormElement)) return
    const form = event.currentTarget
    const reply = await tell(USERS, Object.fromEntries(new FormData(form)))
    if (reply.kind === 'problem') return setProblem(reply.problem)
    setProblem(undefined)
    form.reset()
    again()
  }
  return html`<form class="new-user" onSubmit=${(event: SubmitEvent) => void send(event)}>
    <p class="notes">${say('login.rule')}</p>
    <div class="filters">
      <label class="field">
        <span>${say('login.name')}</span>
        <input name="name" autocomplete="off" required maxlength="64" />
      </label>
      <label class="field">
        <span>${say('users.role')}</span>
        <select name="role">
          ${roles
            .toReversed()
            .map((each) => html`<option value=${each}>${sayWord('role', each)}</option>`)}
        </select>
      </label>
      <label class="field">
        <span>${say('login.password')}</span>
        <input
          name="password"
          type="password"
          autocomplete="new-password"
          required
          maxlength="256"
        />
      </label>
      <button type="submit" class="primary">${say('users.add')}</button>
    </div>
    ${problem === undefined ? '' : html`<div role="alert">${problemText(problem)}</div>`}
  </form>`
}

function actTable(acts: readonly Act[]): VNode {
  return table<Act>({
    caption: say('users.audit'),
    rows: acts,
    keyOf: ({ time, who, what, about }) => `${time} ${who} ${what} ${about}`,
    empty: say('users.noActs'),
    columns: [
      { title: say('column.time'), cell: ({ time }) => dateTime(time) },
      { title: say('column.who'), cell: ({ who }) => who },
      { title: say('users.from'), cell: ({ address }) => address },
      { title: say('column.action'), cell: ({ what }) => sayWord('act', what) },
      { title: say('column.subject'), cell: ({ about }) => about, isLong: true },
      { title: say('users.outcome'), cell: ({ outcome }) => sayWord('act', outcome) },
      { title: say('column.detail'), cell: ({ detail }) => detail, isLong: true },
    ],
  })
}

function droppedText(dropped: number): VNode | string {
  return dropped === 0 ? '' : html`<p class="notes">${say('users.dropped', { count: dropped })}</p>`
}
